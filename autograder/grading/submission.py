"""A submission as grading uses it: the sanitized notebooks, and the accepted files beside them."""

from collections.abc import Mapping
from dataclasses import dataclass

from autograder.course.course_toml import Assignment
from autograder.course.workspace import Workspace
from autograder.grading.sanitize import Blueprint, SanitizedNotebook, not_gradable, sanitize
from autograder.grading.submission_log import SubmissionLog
from autograder.notebook.job import Files
from autograder.submissions.work_files import accepted_files, hand_in_time


@dataclass(frozen=True)
class Submission:
    """A submission. Its files have been read, and are not read again.

    Attributes
    ----------
    digest
        Digest of all that its grade depends on (receipts.py), computed before the submission was read.
    notebooks
        The sanitized notebooks by name, one for each notebook of the assignment.
    files
        The accepted files beside the notebooks.
    handed_in
        The time of arrival in timestamp.txt; None if it is not known.
    remarks
        Remarks on the files.
    """

    student: str
    digest: str
    notebooks: Mapping[str, SanitizedNotebook]
    files: Files = ()
    handed_in: str | None = None
    remarks: tuple[str, ...] = ()


def read_submission(
    workspace: Workspace,
    assignment: Assignment,
    blueprints: Mapping[str, Blueprint],
    student: str,
    digest: str,
    log: SubmissionLog,
) -> Submission:
    """Read a submission. A file that cannot be prepared becomes a placeholder: it must not stop the other students."""
    log.say(f"{assignment.name}, handed in by {student}")
    notebooks = {}
    for name, blueprint in blueprints.items():
        try:
            sanitized = sanitize(blueprint, workspace.submitted(student, assignment.name) / f"{name}.ipynb")
        except Exception as error:
            reason = f"{name}.ipynb could not be prepared for grading: {type(error).__name__}: {error}"
            log.failed(f"{name}.ipynb could not be prepared for grading", error)
            sanitized = not_gradable(blueprint, reason)
        log.say(f"{name}: prepared", *sanitized.problems)
        notebooks[name] = sanitized
    files, remarks = accepted_files(workspace, assignment, student)
    handed_in, more = hand_in_time(workspace, assignment, student)
    remarks = remarks + more
    if remarks:
        log.say("files beside the notebooks", *remarks)
    return Submission(student, digest, notebooks, files, handed_in, tuple(remarks))

"""What a student handed in, as grading takes it: the notebooks sanitized, the files beside them as far as accepted."""

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
    """A submission that was read once; nothing of it is read again.

    Attributes
    ----------
    digest
        Of all that its grade depends on (receipts.py), taken before it was read.
    notebooks
        By name, one for each of the assignment.
    files
        Beside the notebooks.
    handed_in
        When, as timestamp.txt says; None if it is not known.
    remarks
        On the files.
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
    """Read a submission. Whatever a stranger's file brings about, it is that student's alone."""
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

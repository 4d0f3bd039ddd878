"""A submission is read once; a bad file affects only that student."""

from types import SimpleNamespace

import pytest
from nbformat.v4 import new_notebook

from autograder.grading import submission as module
from autograder.grading.sanitize import SanitizedNotebook
from autograder.grading.submission import read_submission


@pytest.fixture
def read(tmp_path, monkeypatch):
    """read(sanitize=..., files=..., time=...) -> (Submission with the notebooks `a` and `b`, entries of its log)."""

    def run(sanitize, files=((), []), time=(None, [])):
        log = []
        entries = SimpleNamespace(
            say=lambda what, *more: log.append((what, *more)), failed=lambda what, error: log.append((what, str(error)))
        )
        monkeypatch.setattr(module, "sanitize", sanitize)
        monkeypatch.setattr(
            module, "not_gradable", lambda blueprint, why: SanitizedNotebook(blueprint, why, (why,), False)
        )
        monkeypatch.setattr(module, "accepted_files", lambda *_: files)
        monkeypatch.setattr(module, "hand_in_time", lambda *_: time)
        workspace = SimpleNamespace(submitted=lambda student, assignment: tmp_path / student / assignment)
        assignment = SimpleNamespace(name="sums")
        return read_submission(workspace, assignment, {"a": "A", "b": "B"}, "ann", "digest", entries), log

    return run


def test_each_notebook_is_sanitized_from_its_own_file(read, tmp_path):
    asked = []

    def sanitize(blueprint, path):
        asked.append((blueprint, path))
        return SanitizedNotebook(blueprint, new_notebook(), ("a problem",) if blueprint == "A" else ())

    files = (("notes.txt", b"n"),)
    found, log = read(sanitize, (files, ["x was not taken"]), ("2026-01-01", ["y is no time"]))
    assert asked == [(name, tmp_path / "ann" / "sums" / f"{name.lower()}.ipynb") for name in "AB"]
    assert (found.student, found.digest, found.handed_in, found.files) == ("ann", "digest", "2026-01-01", files)
    assert list(found.notebooks) == ["a", "b"] and found.notebooks["a"].name == "A"
    assert found.remarks == ("x was not taken", "y is no time")
    assert log == [
        ("sums, handed in by ann",), ("a: prepared", "a problem"), ("b: prepared",),
        ("files beside the notebooks", "x was not taken", "y is no time"),
    ]  # fmt: skip


def test_a_notebook_that_cannot_be_prepared_gets_no_points_and_the_reason(read):
    def sanitize(blueprint, path):
        if blueprint == "A":
            raise RecursionError("too deep")
        return SanitizedNotebook(blueprint, new_notebook())

    found, log = read(sanitize)
    why = "a.ipynb could not be prepared for grading: RecursionError: too deep"
    assert (
        found.notebooks["a"].problems == (why,) and not found.notebooks["a"].runnable and found.notebooks["b"].runnable
    )
    assert log[1:] == [
        ("a.ipynb could not be prepared for grading", "too deep"), ("a: prepared", why), ("b: prepared",),
    ]  # fmt: skip
    assert found.remarks == () and found.handed_in is None

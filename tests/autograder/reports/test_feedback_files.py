"""Which pages a student gets, and who gets none."""

import pytest

from autograder.course.roster import Roster, Student, write_roster
from autograder.reports.feedback_files import digest_of, feedback_files, without_feedback


@pytest.fixture
def pages(tiny):
    """pages(student, **notebooks) writes pages and returns their files."""

    def make(student, **notebooks):
        folder = tiny.feedback(student, "sums")
        folder.mkdir(parents=True, exist_ok=True)
        for notebook, text in notebooks.items():
            (folder / f"{notebook}.html").write_text(text)
        return feedback_files(tiny, "sums", student)

    return make


def test_the_files_are_the_pages_of_the_assignments_notebooks(pages):
    files = pages("alice", squaring="2", adding="1", other="3")
    assert [(file.name, file.path.read_text()) for file in files] == [
        ("feedback-adding.html", "1"),
        ("feedback-squaring.html", "2"),
    ]
    assert pages("bob") == []


def test_a_digest_changes_with_the_pages_alone(pages):
    first = digest_of(pages("alice", adding="1", squaring="2"))
    assert digest_of(pages("bob", adding="1", squaring="2")) == first == digest_of(pages("alice", adding="1"))
    others = [digest_of(pages("zoe", adding="1")), digest_of(pages("eve", squaring="1"))]
    others += [digest_of(pages("bob", adding="12", squaring="")), digest_of(pages("alice", squaring="3"))]
    assert len({first, *others}) == 5


def test_who_gets_none(tiny):
    for student in ("1001", "1002", ".collecting"):
        tiny.submitted(student, "sums").mkdir(parents=True)
    assert without_feedback(tiny, "sums", ["1001"]) == [("1002", "is not graded")]
    write_roster(tiny, Roster({id: Student(id, "Lee, Ann") for id in ("1001", "1002", "1003")}))
    assert without_feedback(tiny, "sums", ["1001"]) == [
        ("1002", "is not graded"),
        ("1003 (Ann Lee)", "has not handed in"),
    ]

"""A class after many administrative changes: the marks are those that were computed by hand, written out here.

The assignment `sums` has the tests test_add_small (2 points), test_double (3) and test_square (4), and a question (5);
`more` has test_cube (10). Groups A (ann, bo) and B (cy, dan) hand in `sums` together; eve and fay work alone. All hand
in `more` alone, and fay does not.
"""

import csv
import shutil

import nbformat
import pytest
from nbgrader.api import Gradebook
from small_notebooks import error_output

from autograder.authoring.release import release
from autograder.course.workspace import Workspace
from autograder.grading.grade import grade
from autograder.grading.regrade import regrade
from autograder.reports.export import export_course
from autograder.submissions.collect import collect

DUE = {"sums": "2026-11-20T12:00:00Z", "more": "2026-11-27T12:00:00Z"}
ARRIVED = {
    "sums": {"ann": "20 11:00", "cy": "21 13:00", "eve": "23 11:00", "fay": "20 12:00"},
    "more": {"ann": "27 12:00", "bo": "28 12:00", "cy": "27 10:00", "dan": "30 12:00", "eve": "28 13:00"},
}
RIGHT, WRONG, WRONG_AT_0 = "return a * a", "return 1", "return a + 6"


class Course:
    """The course, and the changes that an instructor makes."""

    def __init__(self, tiny, hand_in, tmp_path):
        self.root, self.sources, self.hand_in, self.downloads = tiny.root, tiny.assignments, hand_in, tmp_path
        self.due, self.late = dict(DUE), {"percent_per_day": 10, "days": 3, "days_per_assignment": 2}
        self.limits = (self.sources / "course.toml").read_text().partition("[assignment.limits]")[2]
        self.extensions = []
        (self.sources / "more").mkdir()
        squaring = (self.sources / "sums" / "squaring.py").read_text()
        cubing = squaring.replace("square", "cube").replace("a * a", "a**3").replace('"points": 4', '"points": 10')
        (self.sources / "more" / "cubing.py").write_text(cubing)
        self.write()
        release(self.workspace, "more")

    @property
    def workspace(self):
        return Workspace(self.root)

    def write(self):
        """Write course.toml."""
        late = "".join(f"{key} = {value}\n" for key, value in self.late.items())
        text = f'[course]\nid = "tiny"\ntitle = "A tiny course"\n[late]\n{late}'
        for name, notebooks in (("sums", '"adding", "squaring"'), ("more", '"cubing"')):
            text += f'[[assignment]]\nname = "{name}"\ntitle = "T"\nnotebooks = [{notebooks}]\ndue = {self.due[name]}\n'
            text += f"[assignment.limits]{self.limits}" if name == "sums" else ""
        (self.sources / "course.toml").write_text(text)

    def groups(self, **members):
        rows = [f"{name},{student},sums" for name, students in members.items() for student in students.split()]
        (self.root / "groups.csv").write_text("\n".join(["group,student,assignment", *rows]) + "\n")

    def extend(self, student, assignment, until):
        self.extensions.append(f"{student},{assignment},{until}")
        (self.root / "extensions.csv").write_text("\n".join(["student,assignment,until", *self.extensions]) + "\n")

    def sums(self, **hand_ins):
        """Collect hand-ins of `sums`: student -> (written answer, the body of square)."""
        download = self.downloads / f"sums{len(list(self.downloads.iterdir()))}"
        for student, (answer, body) in hand_ins.items():
            folder = self.hand_in(
                f"new-{student}",
                adding={"question_why": answer} if answer else {},
                squaring={"square": f"def square(a):\n    {body}"},
            )
            shutil.move(folder, download / student)
            folder.parent.rmdir()
        self.collect("sums", download)

    def more(self):
        download = self.downloads / "more"
        notebook = nbformat.read(self.workspace.release("more") / "cubing.ipynb", as_version=4)
        for student in ARRIVED["more"]:
            (download / student).mkdir(parents=True)
            nbformat.write(notebook, download / student / "cubing.ipynb")
        self.collect("more", download)

    def collect(self, assignment, download):
        times = self.downloads / "times.csv"
        rows = [f"{student},2026-11-{time} Z" for student, time in ARRIVED[assignment].items()]
        times.write_text("\n".join(["student,time", *rows]) + "\n")
        collected = collect(self.workspace, assignment, download, times=times)
        assert not collected.unplaced

    def give(self, student, score, cell="question_why", notebook="adding"):
        with Gradebook(self.workspace.db_url, self.workspace.course.id) as gradebook:
            mark = gradebook.find_grade(cell, notebook, "sums", student)
            mark.manual_score, mark.needs_manual_grade = score, False
            gradebook.db.commit()

    def source(self, notebook, old, new):
        path = self.sources / "sums" / f"{notebook}.py"
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    def marks(self):
        """student -> the points on `sums` and `more` in the export, None where there are none."""
        export_course(self.workspace, [], self.downloads / "out.csv")
        with (self.downloads / "out.csv").open(encoding="utf-8-sig", newline="") as file:
            self.exported = {row["student"]: row for row in csv.DictReader(file)}
        return {
            student: tuple(float(row[name]) if row[name] else None for name in ("sums", "more"))
            for student, row in self.exported.items()
        }


@pytest.fixture
def course(tiny, hand_in, tmp_path, told):
    told["test_square"] = lambda text: (
        [error_output("no")] if WRONG in text or ("square(0)" in text and WRONG_AT_0 in text) else []
    )
    (tmp_path / "downloads").mkdir()
    made = Course(tiny, hand_in, tmp_path / "downloads")
    made.groups(A="ann bo", B="cy dan")
    made.sums(ann=("Why A.", RIGHT), cy=("Why B.", WRONG_AT_0), eve=("Why.", WRONG), fay=("", RIGHT))
    made.more()
    for name in ("sums", "more"):
        grade(made.workspace, name, isolation="process")
    for student, points in (("ann", 4), ("cy", 2), ("eve", 5)):
        made.give(student, points)
    return made


def test_marks_after_ten_changes_are_those_computed_by_hand(course, told):
    # A: 2 + 3 + 4 and 4. B: 2 + 3 + 2 and 4, two days late, two late days. dan has one late day left for the three
    # days of `more`: 20 % of 10. eve: 2 + 3 + 5 and 0, three days late, two late days: 10 %; her last late day leaves
    # one hour of `more`: 10 %. bo is 24 hours late with `more`: one late day. fay: 2 + 3 and 4.
    marks = {"ann": (13, 10), "bo": (13, 10), "cy": (11, 10), "dan": (11, 8), "eve": (9, 9), "fay": (9, None)}
    assert course.marks() == marks

    # 1. `sums` is due a day later. B is an hour late: one late day, so dan has two for `more`: 10 %. Two late days
    # cover what eve is late.
    course.due["sums"] = "2026-11-21T12:00:00Z"
    course.write()
    assert course.marks() == (marks := marks | {"dan": (11, 9), "eve": (10, 9)})

    # 2. eve has an extension for `more`, up to the second.
    course.extend("eve", "more", "2026-11-28 13:00 Z")
    assert course.marks() == (marks := marks | {"eve": (10, 10)})

    # 3. Points by hand: fay has 2 for an answer that was blank, and eve 1.5 for a test that failed.
    course.give("fay", 2)
    course.give("eve", 1.5, "test_square", "squaring")
    assert course.marks() == (marks := marks | {"fay": (11, None), "eve": (11.5, 10)})

    # 4. dan has an extension for `sums`, which frees a late day; but an assignment may use two only.
    course.extend("dan", "sums", "2026-11-22 12:00 Z")
    assert course.marks() == marks

    # 5. Now it may use three.
    course.late["days_per_assignment"] = 3
    course.write()
    assert course.marks() == (marks := marks | {"dan": (11, 10)})

    # 6. ann's `more` arrived later than the list said: four days late, three late days, 10 %.
    (course.workspace.submitted("ann", "more") / "timestamp.txt").write_text("2026-12-01 12:00:00 UTC\n")
    assert course.marks() == (marks := marks | {"ann": (13, 9)})

    # 7. A day costs a quarter.
    course.late["percent_per_day"] = 25
    course.write()
    assert course.marks() == (marks := marks | {"ann": (13, 7.5)})

    # 8. test_double is worth 5 instead of 3.
    ran = len(told["ran"])
    course.source("adding", '"points": 3', '"points": 5')
    regrade(course.workspace, "sums", isolation="process")
    marks = {"ann": (15, 7.5), "bo": (15, 10), "cy": (13, 10), "dan": (13, 10), "eve": (13.5, 10), "fay": (13, None)}
    assert course.marks() == marks and len(told["ran"]) == ran

    # 9. bo moves to B and has its work, its points by hand, and its hour: one late day, and one for `more`.
    course.groups(A="ann", B="cy dan bo")
    grade(course.workspace, "sums", isolation="process")
    assert course.marks() == (marks := marks | {"bo": (13, 10)}) and len(told["ran"]) == ran

    # 10. test_square looks at 0, where B is wrong. eve's points by hand stay.
    course.source("squaring", "assert square(3)", "assert square(0) == 0\nassert square(3)")
    dry = regrade(course.workspace, "sums", dry_run=True, isolation="process")
    assert [change.student for change in dry.changed] == ["bo", "cy", "dan"] and course.marks() == marks
    regrade(course.workspace, "sums", isolation="process")
    assert course.marks() == (marks := marks | {"bo": (9, 10), "cy": (9, 10), "dan": (9, 10)})

    # 11. fay hands in again, three days late, and answers the question: her late days cover that, and the 2 points
    # stay until a person looks again.
    ARRIVED_AGAIN = ARRIVED["sums"] | {"fay": "24 12:00"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(ARRIVED, "sums", ARRIVED_AGAIN)
        course.sums(fay=("Because.", RIGHT))
    grade(course.workspace, "sums", isolation="process")
    assert course.marks() == marks
    assert course.exported["fay"]["sums needs_manual_grading"] == "yes"

    days = {student: (row["late_days_used"], row["late_days_left"]) for student, row in course.exported.items()}
    assert days == {
        "ann": ("3", "0"), "bo": ("2", "1"), "cy": ("1", "2"), "dan": ("3", "0"), "eve": ("2", "1"), "fay": ("3", "0"),
    }  # fmt: skip

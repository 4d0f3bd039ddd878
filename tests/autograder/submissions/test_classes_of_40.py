"""A class of 40 in each platform's shape, in and out again: every id is right, nothing is lost, who was late is known.

Two students share a name, some names are not ASCII, three hand in together and late, one hands in twice, one hands in
a wrong file, and one nothing. Each notebook says whose it is. The points are written into the gradebook without
grading, differ between any two students, and go into a grade file whose rows are in another order.
"""

import json
import shutil
import zipfile
from datetime import UTC, datetime

import platform_files as files
import pytest
from downloads import make_workspace, write
from nbgrader.api import Gradebook

from autograder.course.delimited import parse_table
from autograder.course.roster import Roster, read_roster, write_roster
from autograder.course.roster_import import merge, students_of
from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.reports.feedback_files import without_feedback
from autograder.reports.feedback_zip import LAYOUTS, zip_feedback
from autograder.reports.lms_grades import fill
from autograder.submissions.collect import collect
from autograder.submissions.handed_in import handed_in
from autograder.submissions.platforms import read_name

CLASS = [
    *files.CLASS,
    *((f"{1000 + i}", f"student{i}", f"Last{i}", f"First{i}") for i in range(len(files.CLASS) + 1, 41)),
]
TWICE, TEAM, ABSENT, WRONG = 5, (10, 11, 12), 38, 39
DUE = datetime(2026, 11, 21, 8, tzinfo=UTC)  # 20 November, midnight in Los Angeles


def work(i, attempt=1):
    """The notebook of a student; the whole team has that of its first member."""
    number = CLASS[TEAM[0] if i in TEAM else i][0]
    return json.dumps({"cells": [], "metadata": {"of": number, "attempt": attempt}}).encode()


def alone():
    """Those who hand in a notebook by themselves."""
    return [i for i in range(40) if i not in (*TEAM, ABSENT, WRONG)]


def name_of(i):
    _, _, last, first = CLASS[i]
    return f"{first} {last}"


def canvas():
    def file(i, upload, name="knn.ipynb", late=""):
        n, _, last, first = CLASS[i]
        compact = "".join(c for c in f"{last}{first}".lower() if c.isalnum())
        return f"{compact}{late}_{n}_{upload}_{name}"

    found = {file(i, 50000 + i): work(i) for i in alone()}
    found[file(TWICE, 50900, "knn-1.ipynb")] = work(TWICE, 2)
    found[file(TEAM[0], 50901, late="_LATE")] = work(TEAM[0])
    found[file(WRONG, 50902, "report.pdf")] = b"%PDF"
    return [files.canvas(CLASS)], found, {n: n for n, *_ in CLASS}


def moodle():
    def folder(i, before=""):
        return f"{before}{name_of(i).replace(chr(39), '')}_{301 + i}_assignsubmission_file_"

    found = {f"{folder(i)}/knn.ipynb": work(i, 1 + (i == TWICE)) for i in alone()}
    found |= {f"{folder(i, 'Team 7-')}/knn.ipynb": work(i) for i in TEAM}
    found[f"{folder(WRONG)}/report.pdf"] = b"%PDF"
    rosters = [files.moodle(CLASS), files.worksheet(CLASS)]
    return rosters, found, {n: f"M{n}" for n, *_ in CLASS}


def blackboard():
    def file(i, day, rest="_knn.ipynb"):
        return f"Sums_{CLASS[i][1]}_attempt_2026-11-{day}-10-00-00{rest}"

    found = {file(i, 19): work(i) for i in alone()}
    found[file(TWICE, 20)] = work(TWICE, 2)
    found[file(TEAM[1], 22)] = work(TEAM[0])
    found[file(WRONG, 19, "_report.pdf")] = b"%PDF"
    return [files.blackboard(CLASS)], found, {n: login for n, login, *_ in CLASS}


def brightspace():
    def folder(i, day=19):
        return f"{9000 + i}-77 - {name_of(i)} - Nov {day}, 2026 1000 AM"

    found = {f"{folder(i)}/knn.ipynb": work(i) for i in alone()}
    found[f"{folder(TWICE, 20)}/knn.ipynb"] = work(TWICE, 2)
    found["9500-77 - Team 7 - Nov 22, 2026 1000 AM/knn.ipynb"] = work(TEAM[0])
    found[f"{folder(WRONG)}/report.pdf"] = b"%PDF"
    aliases = b"id,aliases\n1001,Brightspace 9000\n1002,Brightspace 9001\n"
    return [files.brightspace(CLASS), aliases], found, {n: n for n, *_ in CLASS}


def gradescope():
    def entry(number, people, day):
        submitters = [{":name": name_of(i), ":sid": CLASS[i][0], ":email": f"{CLASS[i][1]}@x.edu"} for i in people]
        given = {":created_at": f"2026-11-{day} 10:00:00.5 Z", ":submitters": submitters}
        return f"submission_{number}: {json.dumps(given, ensure_ascii=False)}"

    listed = [(i, (i,), 20) for i in (*alone(), WRONG)] + [(99, TEAM, 22)]
    found = {f"submission_{i}/knn.ipynb": work(i, 1 + (i == TWICE)) for i in alone()}
    found["submission_99/knn.ipynb"] = work(TEAM[0])
    found[f"submission_{WRONG}/report.pdf"] = b"%PDF"
    found["submission_metadata.yml"] = "\n".join(entry(*each) for each in listed).encode()
    return [files.gradescope(CLASS)], found, {n: n for n, *_ in CLASS}


@pytest.mark.parametrize("platform", [canvas, moodle, blackboard, brightspace, gradescope])
def test_a_class_of_40_comes_in_and_goes_out(released_course, tmp_path, platform):
    rosters, download, ids = platform()
    workspace = make_workspace(tmp_path)
    toml = workspace.assignments / "course.toml"
    text = toml.read_text().replace("[course]\n", '[course]\ntime_zone = "America/Los_Angeles"\n')
    toml.write_text(text.replace('notebooks = ["knn"]\n', f'notebooks = ["knn"]\ndue = {DUE.isoformat()}\n'))
    workspace = Workspace(workspace.root)
    roster = Roster()
    for data in rosters:
        roster = merge(roster, students_of(parse_table(data, "f")), "f").roster
    write_roster(workspace, roster)
    assert set(read_roster(workspace).students) == set(ids.values())
    if platform is not gradescope:
        rows = [f"Team 7,{ids[CLASS[i][0]]}" for i in TEAM]
        (workspace.root / "groups.csv").write_text("\n".join(["group,student", *rows]) + "\n")
    times = None
    if platform is moodle:
        times = tmp_path / "worksheet.csv"
        said = {i: "Sunday, 22 November 2026, 10:00 AM" if i in TEAM else "Friday, 20 November 2026, 11:59 PM"
                for i in (*alone(), *TEAM)}  # fmt: skip
        lines = [f'"Participant {301 + i}","{name_of(i)}","{at}"' for i, at in said.items()]
        times.write_text("\n".join(['Identifier,"Full name","Last modified (submission)"', *lines]), "utf-8")

    collected = collect(workspace, "nearest", write(tmp_path / "download", download), times=times)

    placed = {}
    for folder in (workspace.root / "submitted").glob("*/nearest"):
        placed[folder.parent.name] = json.loads((folder / "knn.ipynb").read_text())["metadata"]
    expected = {ids[CLASS[i][0]]: json.loads(work(i, 1 + (i == TWICE)))["metadata"] for i in (*alone(), *TEAM)}
    assert placed == expected and len(placed) == 38
    [(who, why)] = collected.unplaced
    assert "report.pdf" in why
    missing = [student.id for student in handed_in(workspace, "nearest").missing]
    assert sorted(missing) == sorted(ids[CLASS[i][0]] for i in (ABSENT, WRONG))
    late = set()
    for student in placed:
        stamp = workspace.submitted(student, "nearest") / "timestamp.txt"
        if stamp.exists():
            at = datetime.strptime(stamp.read_text().strip(), "%Y-%m-%d %H:%M:%S.%f UTC").replace(tzinfo=UTC)
            late |= {student} if at > DUE else set()
        else:
            assert platform is canvas
    assert late == {ids[CLASS[i][0]] for i in TEAM}
    shutil.copy(released_course / "workspace" / "gradebook.db", workspace.root)  # cheaper than a new one
    grade(workspace, ids)
    marks_go_out(workspace, tmp_path, platform)
    feedback_goes_out(workspace, tmp_path, platform, ids)


HANDED_IN = (*alone(), *TEAM)


def points(i):
    """A number of points that no other student has."""
    return (i + 1) / 4


def grade(workspace, ids):
    """Write everyone's points and a page, as if the class had been graded."""
    with Gradebook(workspace.db_url, workspace.course_id) as gradebook:
        gradebook.add_assignment("nearest")
        gradebook.add_notebook("knn", "nearest")
        gradebook.add_grade_cell("test_knn", "knn", "nearest", max_score=14, cell_type="code")
        for i in HANDED_IN:
            student = ids[CLASS[i][0]]
            gradebook.update_or_create_student(student)
            gradebook.add_submission("nearest", student)
            grade = gradebook.find_grade("test_knn", "knn", "nearest", student)
            grade.auto_score, grade.needs_manual_grade = points(i), False
        gradebook.db.commit()
    for i in HANDED_IN:
        page = workspace.feedback(ids[CLASS[i][0]], "nearest") / "knn.html"
        page.parent.mkdir(parents=True)
        page.write_text(f"page of {i}")


SHUFFLED = [CLASS[i * 7 % 40] for i in range(40)]


def marks_go_out(workspace, folder, platform):
    """Each cell of the file's column has the points of the row's student, and no other byte changes."""
    of = {CLASS[i][0]: f"{points(i):.12g}" for i in HANDED_IN}
    login = {number: login for number, login, *_ in CLASS}
    empty, expected = {
        canvas: lambda: (files.canvas(SHUFFLED), files.canvas(SHUFFLED, cells=of)),
        moodle: lambda: (files.moodle(SHUFFLED), files.moodle(SHUFFLED, grades=of)),
        blackboard: lambda: (
            files.blackboard(SHUFFLED),
            files.blackboard(SHUFFLED, grades={login[number]: text for number, text in of.items()}),
        ),
        brightspace: lambda: (files.brightspace(SHUFFLED), files.brightspace(SHUFFLED, grades=of)),
        gradescope: lambda: (None, None),  # marks go back through another platform
    }[platform]()
    if empty is None:
        return
    (folder / "grades").write_bytes(empty)
    result = fill(workspace, "nearest", platform.__name__, folder / "grades", folder / "filled", column="Sums")
    assert (folder / "filled").read_bytes() == expected != empty
    assert (result.filled, result.unchanged, result.notes) == (38, 0, [])


def feedback_goes_out(workspace, folder, platform, ids):
    """Each page is in the zip once, under a name that the platform gave to its student for this assignment."""
    out = folder / "out.zip"
    students = [ids[CLASS[i][0]] for i in HANDED_IN]
    if platform.__name__ not in LAYOUTS:
        with pytest.raises(KitError, match=platform.__name__.title()):
            zip_feedback(workspace, "nearest", students, platform.__name__, out)
        return
    result = zip_feedback(workspace, "nearest", students, platform.__name__, out)
    with zipfile.ZipFile(out) as archive:
        found = {path: archive.read(path).decode() for path in archive.namelist()}
    number = {
        canvas: lambda i: CLASS[i][0],
        moodle: lambda i: str(301 + i),
        brightspace: lambda i: str(9000 + i),
    }[platform]
    # two members of a group that came as one have no name in these downloads, and are named
    lost = {canvas: TEAM[1:], moodle: (), brightspace: TEAM[1:]}[platform]
    assert [student for student, _ in result.left_out] == [ids[CLASS[i][0]] for i in lost]
    assert all("names the group Team 7 or another member; send it by mail" in why for _, why in result.left_out)
    who = {i: number(i) for i in HANDED_IN if i not in lost}
    if platform is brightspace:
        who[TEAM[0]] = "9500"  # the whole group's
    pages = {text: read_name(path.partition("/")[0]).person.id for path, text in found.items()}
    assert pages == {f"page of {i}": theirs for i, theirs in who.items()}
    assert len(found) == len(who) == result.pages == result.students
    assert sorted(student for student, why in without_feedback(workspace, "nearest", students)) == sorted(
        str(read_roster(workspace).students[ids[CLASS[i][0]]]) for i in (ABSENT, WRONG)
    )

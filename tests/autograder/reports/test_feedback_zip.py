"""Feedback goes back in each platform's layout: every page to its student, nothing lost, and all said."""

import os
import zipfile
from pathlib import Path

import pytest
from downloads import write

from autograder.course.roster import Roster, Student, write_roster
from autograder.errors import KitError
from autograder.reports.feedback_files import FeedbackFile
from autograder.reports.feedback_zip import LAYOUTS, zip_feedback
from autograder.submissions.collect import collect
from autograder.submissions.platforms import read_name

# two of one name, a name with accents and one in another script
CLASS = {"s1": "Ann Lee", "s2": "Ann Lee", "s3": "Zoë Müller", "s4": "李 小龙"}
NUMBER = {"s1": 301, "s2": 302, "s3": 303, "s4": 304}


def download(platform):
    """The paths of a class's download, by student."""
    return {
        "moodle": {s: [f"{name}_{NUMBER[s]}_assignsubmission_file_/{{}}"] for s, name in CLASS.items()},
        "canvas": {
            s: [f"{name.replace(' ', '').lower()}_{NUMBER[s]}_{NUMBER[s]}{n}_{{}}" for n in range(2)]
            for s, name in CLASS.items()
        },
        "brightspace": {
            s: [f"{NUMBER[s]}-77 - {name} - Nov {day}, 2026 115 PM/{{}}" for day in (19, 20)]
            for s, name in CLASS.items()
        },
        "plain": {s: [f"{s}/{{}}"] for s in CLASS},
    }[platform]


@pytest.fixture
def collected(tiny, tmp_path):
    """collected(platform) collects the class and makes a page for each notebook, as if they were graded."""

    def make(platform):
        aliases = {s: (f"{LAYOUTS[platform].name} {number}".strip(),) for s, number in NUMBER.items()}
        if platform == "canvas":
            aliases = {s: (str(number),) for s, number in NUMBER.items()}
        write_roster(tiny, Roster({s: Student(s, name, aliases=aliases[s]) for s, name in CLASS.items()}))
        files = {}
        for paths in download(platform).values():
            for place, path in enumerate(paths):
                # on Canvas, each notebook is a file of its own
                notebooks = ["adding", "squaring"] if platform != "canvas" else [["squaring"], ["adding"]][place]
                files |= {path.format(f"{notebook}.ipynb"): b'{"cells": []}' for notebook in notebooks}
        done = collect(tiny, "sums", write(tmp_path / "download", files))
        assert sorted(placed.student for placed in done.placed) == [*CLASS], done.unplaced
        for student in CLASS:
            pages(tiny, student)
        return tiny

    return make


def pages(workspace, student):
    folder = workspace.feedback(student, "sums")
    folder.mkdir(parents=True)
    for notebook in ("adding", "squaring"):
        (folder / f"{notebook}.html").write_text(f"{student} {notebook}")


def read(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


@pytest.mark.parametrize("platform", LAYOUTS)
def test_every_page_goes_to_its_student(collected, tmp_path, platform):
    workspace = collected(platform)
    result = zip_feedback(workspace, "sums", CLASS, platform, tmp_path / "out.zip")
    assert (result.students, result.pages, result.left_out) == (4, 8, [])
    expected = {
        "moodle": lambda s, n, page: f"{CLASS[s]}_{n}_assignsubmission_file_/feedback-{page}.html",
        "canvas": lambda s, n, page: (
            f"{CLASS[s].replace(' ', '').lower()}_{n}_{n}{int(page == 'adding')}_feedback-{page}.html"
        ),
        "brightspace": lambda s, n, page: f"{n}-77 - {CLASS[s]} - Nov 20, 2026 115 PM/feedback-{page}.html",
        "plain": lambda s, n, page: f"{s}/feedback-{page}.html",
    }[platform]
    found = read(tmp_path / "out.zip")
    notebooks = ("adding", "squaring")
    assert found == {expected(s, NUMBER[s], page): f"{s} {page}" for s in CLASS for page in notebooks}
    if platform != "plain":  # the platform's own rule finds the person
        for path, text in found.items():
            assert read_name(path.partition("/")[0]).person.id == str(NUMBER[text.split()[0]])


def test_the_same_pages_give_the_same_bytes(collected, tmp_path):
    workspace = collected("moodle")
    for name in ("a.zip", "b.zip"):
        zip_feedback(workspace, "sums", reversed(CLASS) if name == "b.zip" else CLASS, "moodle", tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_who_is_not_in_the_zip_is_said(collected, tmp_path):
    workspace = collected("moodle")
    workspace.feedback("s5", "sums").mkdir(parents=True)
    pages(workspace, "s6")
    result = zip_feedback(workspace, "sums", [*CLASS, "s5", "s6"], "moodle", tmp_path / "out.zip")
    assert [student for student, _ in result.left_out] == ["s5", "s6"]
    assert [why for _, why in result.left_out] == [
        "has no page",
        "no download of Moodle is known that has this student; collect it, if need be again",
    ]
    assert len(read(tmp_path / "out.zip")) == 8
    with pytest.raises(KitError, match="Nobody's feedback can be written for canvas: no download of Canvas"):
        zip_feedback(workspace, "sums", CLASS, "canvas", tmp_path / "canvas.zip")
    assert not (tmp_path / "canvas.zip").exists()


def test_a_text_on_canvas_has_no_file_to_answer(tiny, tmp_path):
    source = write(tmp_path / "download", {"leeann_301_text.html": b"", "rayb_302_9_adding.ipynb": b'{"cells": []}'})
    collect(tiny, "sums", source)
    for student in ("301", "302"):
        pages(tiny, student)
    result = zip_feedback(tiny, "sums", ["301", "302"], "canvas", tmp_path / "out.zip")
    assert [student for student, _ in result.left_out] == ["301"] and result.students == 1


@pytest.mark.parametrize("notebook", ["link", "a_link", "1_2", "knn"])
def test_canvas_reads_no_number_and_no_link_in_a_notebooks_name(notebook):
    name = LAYOUTS["canvas"].path("leeann_1001_50", FeedbackFile(notebook, Path())).split("_")
    assert [part for part in name if part.isdecimal()] == ["1001", "50"] and not name[-1].startswith("link")


@pytest.mark.parametrize("platform", ["blackboard", "gradescope", "github"])
def test_a_platform_without_bulk_feedback_is_named(tiny, tmp_path, platform):
    with pytest.raises(KitError, match="(?i)" + platform) as caught:
        zip_feedback(tiny, "sums", [], platform, tmp_path / "out.zip")
    assert "--mail" in str(caught.value.hint) and not list(tmp_path.glob("*.zip"))


def test_a_zip_is_written_whole_or_not_at_all(collected, tmp_path, monkeypatch):
    workspace = collected("plain")
    out = tmp_path / "out" / "out.zip"
    with pytest.raises(KitError, match="Cannot write .*out.zip: No such file"):
        zip_feedback(workspace, "sums", CLASS, "plain", out)
    out.parent.mkdir()
    out.write_bytes(b"before")

    def full(_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(KitError, match="No space left"):
            zip_feedback(workspace, "sums", CLASS, "plain", out)
    assert out.read_bytes() == b"before" and os.listdir(out.parent) == ["out.zip"]
    zip_feedback(workspace, "sums", CLASS, "plain", out)
    assert len(read(out)) == 8 and out.stat().st_mode & 0o077 == 0

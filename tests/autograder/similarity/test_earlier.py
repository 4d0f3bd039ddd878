"""An earlier class is read from whatever `collect` would take, without unpacking it."""

import json
import shutil
import zipfile

import pytest

from autograder.errors import KitError
from autograder.similarity.earlier import EarlierClass, submitted_in


@pytest.fixture
def opened(course):
    def open_(path):
        return EarlierClass(path, course.workspace.course, course.workspace.course.assignment("nearest"))

    return open_


@pytest.fixture
def notebook(course, tmp_path):
    """The bytes of a submission."""
    return (course.hand_in("some", course.answers(0), folder=tmp_path / "made") / "knn.ipynb").read_bytes()


def students(earlier):
    return {student: sorted(contents or ()) for student, contents in earlier.submissions()}


def zipped(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def test_a_workspace_and_a_folder(course, opened, tmp_path):
    course.hand_in("zoe", {})
    course.hand_in("Ann", {})
    course.hand_in("old", {}, folder=tmp_path / "2025")
    assert list(students(opened(course.workspace.root))) == ["Ann", "zoe"]
    assert students(opened(tmp_path / "2025")) == {"old": ["knn.ipynb"]}
    assert submitted_in(course.workspace.root) == course.workspace.root / "submitted"


@pytest.mark.parametrize(
    "names",
    [
        ("leeann_101_201_knn.ipynb", "doeben_102_202_LATE_knn-1.ipynb"),  # Canvas
        ("Ann Lee_101_assignsubmission_file/knn.ipynb", "Ben Doe_102_assignsubmission_file/my knn.ipynb"),  # Moodle
        ("ann_knn.ipynb", "ben.zip"),
        ("submissions/ann/knn.ipynb", "submissions/ben/nearest/knn.ipynb"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_downloads_as_collect_takes_them(opened, notebook, tmp_path, names, packed):
    inner = zipped(tmp_path / "inner.zip", {"knn.ipynb": notebook}).read_bytes()
    files = {name: inner if name.endswith(".zip") else notebook for name in names}
    path = zipped(tmp_path / "2024.zip", files)
    if not packed:
        shutil.unpack_archive(path, path := tmp_path / "2024")
    earlier = opened(path)
    found = students(earlier)
    assert len(earlier) == len(found) == 2 and list(found.values()) == [["knn.ipynb"]] * 2
    assert earlier.name == "2024" and earlier.unread == []
    if "Ann Lee" in names[0]:
        assert set(found) == {"101 Ann Lee", "102 Ben Doe"}


def test_what_cannot_be_read_is_named(opened, notebook, tmp_path):
    folder = tmp_path / "2023"
    for name in ("ann", "ben", "cid", "dan/optimization"):
        (folder / name).mkdir(parents=True)
    (folder / "ann" / "knn.ipynb").write_bytes(notebook)
    (folder / "ben" / "report.pdf").write_bytes(b"x")
    (folder / "cid" / "knn.ipynb").symlink_to(folder / "ann" / "knn.ipynb")
    (folder / "dan" / "knn.ipynb").write_bytes(json.dumps([]).encode())
    earlier = opened(folder)
    assert {student for student, files in students(earlier).items() if files} == {"ann", "dan"}
    assert {where: why for where, why in earlier.unread if where == "ben"}["ben"].startswith("has no knn.ipynb")
    assert any("cid" in where and "link" in why for where, why in earlier.unread)


def test_nothing_for_this_assignment_is_refused(opened, tmp_path):
    (tmp_path / "2022").mkdir()
    with pytest.raises(KitError, match="2022 is empty"):
        opened(tmp_path / "2022")
    (tmp_path / "2022" / "notes.txt").write_text("x")
    with pytest.raises(KitError, match="has no submissions for nearest"):
        opened(tmp_path / "2022")
    with pytest.raises(KitError, match="is not a readable zip"):
        opened(tmp_path / "2022" / "notes.txt")

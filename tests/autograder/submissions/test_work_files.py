"""The instructor's files, and the files of a submission that course.toml accepts."""

import os
from types import SimpleNamespace

import pytest

from autograder.authoring.build import build
from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.notebook.limits import Limits
from autograder.submissions.work_files import accepted_files, hand_in_time, instructors_files, take_accepted

COURSE = """
[course]
id = "c"
title = "C"
[[assignment]]
name = "one"
title = "One"
notebooks = ["nb"]
files = ["data/table.csv"]
accept = ["*.txt", "results/*", "data/*", "data"]
limits = { submission_bytes = 1_000 }
"""
HEADER = """# ---
# jupyter:
#   kernelspec:
#     display_name: P
#     language: python
#     name: python3
# ---
"""


@pytest.fixture
def workspace(tmp_path):
    sources = tmp_path / "assignments" / "one"
    (sources / "data").mkdir(parents=True)
    (sources.parent / "course.toml").write_text(COURSE)
    (sources / "nb.py").write_text(HEADER + "\n# %%\nx = 1\n")
    (sources / "data" / "table.csv").write_text("1,2")
    (tmp_path / "workspace").mkdir()
    (tmp_path / "workspace" / "nbgrader_config.py").write_text('get_config().Kit.assignments = "../assignments"\n')
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def hand_in(workspace):
    def write(files):
        for name, content in files.items():
            path = workspace.submitted("alice", "one") / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return workspace.submitted("alice", "one")

    return write


def accepted(workspace):
    files, remarks = accepted_files(workspace, workspace.course.assignment("one"), "alice")
    return dict(files), remarks


def test_the_instructors_files_are_those_that_were_built(workspace, hand_in):
    build(workspace, "one")
    hand_in({"data/table.csv": b"all mine"})
    assert instructors_files(workspace, workspace.course.assignment("one")) == (("data/table.csv", b"1,2"),)


def test_what_was_not_built_is_said(workspace):
    with pytest.raises(KitError, match="table.csv has not been built"):
        instructors_files(workspace, workspace.course.assignment("one"))


def test_what_matches_is_taken_and_nothing_else(workspace, hand_in):
    hand_in({"nb.ipynb": b"{}", "timestamp.txt": b"", "b.dat": b"", "results/d/e": b""})
    hand_in({"a.txt": b"a", "results/c": b"c"})
    assert accepted(workspace) == ({"a.txt": b"a", "results/c": b"c"}, [])


def test_the_instructors_names_win(workspace, hand_in):
    hand_in({"data/table.csv": b"mine", "data/TABLE.csv": b"mine", "data/other": b"o"})
    files, remarks = accepted(workspace)
    assert files == {"data/other": b"o"}
    assert remarks == ["data/TABLE.csv was not taken: it has the same name as another file or folder"]


def test_a_file_where_the_instructor_has_a_folder(workspace, hand_in):
    hand_in({"data": b"x"})
    assert accepted(workspace) == ({}, ["data was not taken: it has the same name as another file or folder"])


def test_a_submission_without_files(workspace, hand_in):
    hand_in({"nb.ipynb": b"{}"})
    assert accepted(workspace) == ({}, [])


def test_links_pipes_and_linked_folders_are_left_out(workspace, hand_in, tmp_path):
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "s").write_text("secret")
    folder = hand_in({"a.txt": b"a"})
    (folder / "link.txt").symlink_to(tmp_path / "secret" / "s")
    (folder / "results").symlink_to(tmp_path / "secret")
    os.mkfifo(folder / "pipe.txt")
    files, remarks = accepted(workspace)
    assert files == {"a.txt": b"a"}
    assert remarks == [
        "link.txt was not taken: it is a link, and links are not followed",
        "pipe.txt was not taken: it is not an ordinary file",
    ]


def test_a_submission_that_is_a_link_brings_nothing(workspace, hand_in, tmp_path):
    hand_in({"a.txt": b"a"}).rename(tmp_path / "elsewhere")
    workspace.submitted("alice", "one").symlink_to(tmp_path / "elsewhere")
    assert accepted(workspace) == ({}, [])


def test_a_student_who_is_a_link_brings_nothing(workspace, hand_in, tmp_path):
    hand_in({"a.txt": b"a"}).parent.rename(tmp_path / "elsewhere")
    workspace.submitted("alice", "one").parent.symlink_to(tmp_path / "elsewhere")
    assert accepted(workspace) == ({}, [])


def test_the_bytes_of_all_together_are_bounded(workspace, hand_in):
    hand_in({"a.txt": b"a" * 600, "b.txt": b"b" * 600, "c.txt": b"c"})
    files, remarks = accepted(workspace)
    assert list(files) == ["a.txt"] and len(remarks) == 2 and "1,000 bytes" in remarks[0]


def test_their_number_is_bounded(workspace, hand_in):
    hand_in({f"{i:04}.txt": b"" for i in range(200)})
    assert len(accepted(workspace)[0]) == 200 and accepted(workspace)[1] == []
    hand_in({f"{i:04}.txt": b"" for i in range(203)})
    files, remarks = accepted(workspace)
    assert len(files) == 200 and len(remarks) == 3 and "more than 200 files" in remarks[0]


@pytest.mark.parametrize("name", ["NUL.txt", "results/con", "results/a::$DATA", "results/a.", "a\u202eexe.txt"])
def test_names_that_are_trouble_on_some_system_are_left_out(workspace, hand_in, name):
    hand_in({name: b"a"})
    files, [remark] = accepted(workspace)
    assert files == {} and " was not taken: it has a name " in remark and remark.isprintable()


def test_of_names_that_look_alike_the_first_is_taken(workspace, hand_in):
    hand_in({"data.txt": b"a", "data\u200b.txt": b"b", "Data.txt": b"c"})
    files, remarks = accepted(workspace)
    assert len(files) == 1 and len(remarks) == 2


@pytest.mark.parametrize("name", [b"a\nb.txt", b"\xff.txt"])
def test_names_that_are_no_text_are_left_out(workspace, hand_in, name):
    folder = hand_in({"nb.ipynb": b"{}"})
    (folder / os.fsdecode(name)).write_bytes(b"")
    files, remarks = accepted(workspace)
    assert files == {} and "control characters or lone surrogates" in remarks[0]
    remarks[0].encode()


def test_the_bytes_may_be_as_many_as_the_limit(workspace, hand_in):
    hand_in({"a.txt": b"a" * 600, "b.txt": b"b" * 400, "c.txt": b""})
    files, remarks = accepted(workspace)
    assert list(files) == ["a.txt", "b.txt", "c.txt"] and remarks == []


@pytest.mark.parametrize(("bytes_", "taken"), [(255, True), (256, False)])
def test_a_name_has_at_most_255_bytes(workspace, bytes_, taken):
    files = [((name := "é" * 125 + "x" * (bytes_ - 254) + ".txt",), Memory(name))]
    found, left_out = take_accepted(workspace.course.assignment("one"), files)
    assert list(found) == ([name] if taken else []) and len(left_out) == (not taken)


@pytest.mark.parametrize(("last", "taken"), [(248, True), (249, False)])
def test_a_path_has_at_most_500_bytes(tmp_path, last, taken):
    assignment = SimpleNamespace(
        limits=Limits(), files=(), notebooks=(), accepts=lambda parts: True
    )  # 250 + "/" + 1 + last
    parts = ("x" * 251, "y" * last)
    found, left_out = take_accepted(assignment, [(parts, Memory("y"))])
    assert (len(found), len(left_out)) == (taken, not taken)


class Memory:
    """An empty Entry."""

    def __init__(self, name):
        self.name = self.path = name

    def read(self, budget):
        return b""


@pytest.mark.parametrize(
    ("content", "time", "said"),
    [
        (b"2026-01-01 00:00:00 UTC\n", "2026-01-01 00:00:00 UTC", []),
        (b"\xef\xbb\xbf2026-01-01", "2026-01-01", []),
        (b" \n", None, []),
        (b"2026-01-01".ljust(1000), "2026-01-01", []),
        (b"2026-01-01".ljust(1001), None, ["timestamp.txt holds more than the 1,000 bytes"]),
        (b"yesterday", None, ["timestamp.txt does not contain a time, so the time of the submission is unknown"]),
        (b"\xff", None, ["timestamp.txt does not contain a time"]),
    ],
)
def test_the_time_of_a_hand_in(workspace, hand_in, content, time, said):
    hand_in({"timestamp.txt": content})
    found, remarks = hand_in_time(workspace, workspace.course.assignment("one"), "alice")
    assert found == time and len(remarks) == len(said)
    assert all(remark.startswith(start) for remark, start in zip(remarks, said, strict=True))


def test_without_a_time_nothing_is_said(workspace):
    assert hand_in_time(workspace, workspace.course.assignment("one"), "alice") == (None, [])

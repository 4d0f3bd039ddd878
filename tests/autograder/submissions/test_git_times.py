"""The time of a clone's last commit, from loose and packed objects; a clone's own configuration has no effect."""

import subprocess
from datetime import UTC, datetime

import pytest
from downloads import KNN, make_workspace, write

from autograder.errors import KitError
from autograder.submissions.collect import collect
from autograder.submissions.foreign_files import Refused
from autograder.submissions.git_times import commit_time

AT = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)


def git(folder, *arguments):
    env = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "GIT_COMMITTER_DATE": "2026-11-20T23:30:00+0100",
           "GIT_AUTHOR_DATE": "2020-01-01T00:00:00Z"}  # fmt: skip
    for role in ("AUTHOR", "COMMITTER"):
        env |= {f"GIT_{role}_NAME": "Ann Lee 1 +0000", f"GIT_{role}_EMAIL": "ann@x.edu"}
    subprocess.run(["git", *arguments], cwd=folder, env=env, check=True, capture_output=True)


@pytest.fixture
def clones(tmp_path):
    """A folder of clones with that of ann, whose message looks like a committer."""
    folder = write(tmp_path / "nearest-submissions", {"nearest-ann/knn.ipynb": KNN})
    for arguments in (
        ["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "x\n\ncommitter A <a@x.edu> 1 +0000"],
    ):  # fmt: skip
        git(folder / "nearest-ann", *arguments)
    return folder


def test_collect_takes_it_only_where_asked(clones, tmp_path):
    workspace = make_workspace(tmp_path)
    stamp = workspace.submitted("ann", "nearest") / "timestamp.txt"
    collect(workspace, "nearest", clones)
    assert not stamp.exists()
    collect(workspace, "nearest", clones, git_times=True)
    assert stamp.read_text().startswith("2026-11-20 22:30:00")
    with pytest.raises(KitError, match="is not a folder of clones"):
        collect(workspace, "nearest", write(tmp_path, {"x.zip": b""}) / "x.zip", git_times=True)


def test_a_repository_around_the_class_says_nothing_of_a_file(clones, tmp_path):
    download = clones / "nearest-ann"  # whose .git is that of the folder of files
    (download / "knn.ipynb").rename(download / "bo_knn.ipynb")
    download.rename(tmp_path / "class")
    workspace = make_workspace(tmp_path)
    collect(workspace, "nearest", tmp_path / "class", git_times=True)
    assert workspace.submitted("bo", "nearest").is_dir()
    assert not (workspace.submitted("bo", "nearest") / "timestamp.txt").exists()


@pytest.mark.parametrize("state", ["loose", "packed", "detached"])
def test_a_commit_may_be_loose_packed_or_detached(clones, state):
    if state == "packed":
        git(clones / "nearest-ann", "gc", "-q")
        git(clones / "nearest-ann", "pack-refs", "--all")
    if state == "detached":
        git(clones / "nearest-ann", "checkout", "-q", "--detach")
    assert commit_time(clones, ("nearest-ann",)) == AT


def test_a_folder_without_git_has_no_time(clones):
    write(clones, {"nearest-bo/knn.ipynb": KNN})
    assert commit_time(clones, ("nearest-bo",)) is None


def test_the_configuration_of_a_clone_runs_nothing(clones, tmp_path):
    ran = tmp_path / "ran"
    config = clones / "nearest-ann" / ".git" / "config"
    config.write_text(
        f'{config.read_text()}\n[core]\nfsmonitor = "touch {ran}"\nsshCommand = "touch {ran}"\npager = "touch {ran}"\n'
        f'[extensions]\npartialClone = origin\n[remote "origin"]\nurl = "ext::touch {ran}"\npromisor = true\n'
    )
    assert commit_time(clones, ("nearest-ann",)) == AT
    for loose in (clones / "nearest-ann" / ".git" / "objects").glob("??/*"):
        loose.unlink()
    with pytest.raises(Refused, match="no commit that can be read"):
        commit_time(clones, ("nearest-ann",))
    assert not ran.exists()


@pytest.mark.parametrize("head", ["ref: refs/heads/../../../../secret", "--help", "", "ref: refs/heads/gone", "0" * 40])
def test_a_branch_that_leads_elsewhere_or_nowhere_is_refused(clones, head):
    (clones / "nearest-ann" / ".git" / "HEAD").write_text(head)
    with pytest.raises(Refused):
        commit_time(clones, ("nearest-ann",))


def test_links_are_not_followed(clones, tmp_path):
    objects = clones / "nearest-ann" / ".git" / "objects"
    objects.rename(tmp_path / "elsewhere")
    objects.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refused):
        commit_time(clones, ("nearest-ann",))

"""Read when the last commit of a clone was made, without using the clone's own configuration.

A clone is foreign: its configuration may name programs that git runs. So git runs in an empty repository of its own,
and only reads the clone's objects. A student's machine states the time, so it can be forged.
"""

import os
import re
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from autograder.errors import KitError
from autograder.submissions.foreign_files import ByteBudget, Parts, Refused, read_ordinary

SECONDS = 20  # that git may take
_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_BRANCH = re.compile(r"ref: (refs/heads/[A-Za-z0-9][\w./-]*)")
_COMMITTED = re.compile(r"^committer .* (\d{1,12}) [+-]\d{4}$", re.MULTILINE)


def commit_time(root: Path, clone: Parts) -> datetime | None:
    """When the commit that is checked out was made, in UTC; None if the folder is not a clone.

    Parameters
    ----------
    root
        The folder of the download.
    clone
        The path of the clone in it.

    Raises
    ------
    Refused
        It is a clone, but the commit cannot be read.
    KitError
        There is no git.
    """
    git = (*clone, ".git")
    try:
        head = _text(root, (*git, "HEAD"))
    except FileNotFoundError:
        return None
    commit = head
    if branch := _BRANCH.fullmatch(head):
        commit = _commit_of(root, git, branch[1])
    objects = root.joinpath(*git, "objects")
    if not _ID.fullmatch(commit) or objects.is_symlink() or not objects.is_dir():
        raise Refused("is a clone, but has no commit that can be read")
    if not (found := _COMMITTED.search(_read_commit(objects, commit).partition("\n\n")[0])):
        raise Refused("is a clone, but has no commit that can be read")
    return datetime.fromtimestamp(int(found[1]), UTC)


def _commit_of(root: Path, git: Parts, branch: str) -> str:
    try:
        return _text(root, (*git, *branch.split("/")))
    except FileNotFoundError:
        pass
    try:
        packed = _text(root, (*git, "packed-refs"))
    except FileNotFoundError:
        return ""
    return next((line.split()[0] for line in packed.splitlines() if line.endswith(f" {branch}")), "")


def _text(root: Path, parts: Parts) -> str:
    if ".." in parts:
        raise Refused("is a clone whose branch leads elsewhere")
    return read_ordinary(root, parts, ByteBudget(5_000_000)).decode("utf-8", "replace").strip()


def _read_commit(objects: Path, commit: str) -> str:
    """The text of a commit in a folder of objects."""
    quoted = str(objects.resolve()).replace("\\", "\\\\").replace('"', '\\"')
    with tempfile.TemporaryDirectory() as empty:
        kept = {key: os.environ[key] for key in ("PATH", "SYSTEMROOT") if key in os.environ}
        environment = kept | {
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_DIR": empty,
            "HOME": empty,
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": f'"{quoted}"',
        }  # fmt: skip
        form = "sha256" if len(commit) == 64 else "sha1"
        try:
            for arguments in (["init", "-q", "--bare", f"--object-format={form}"], ["cat-file", "commit", commit]):
                done = subprocess.run(
                    ["git", *arguments], env=environment, cwd=empty, capture_output=True, timeout=SECONDS
                )
        except FileNotFoundError:
            raise KitError("There is no git on this machine.", "Install it, or leave out --git-times.") from None
        except subprocess.TimeoutExpired:
            raise Refused("is a clone, but has no commit that can be read") from None
    return done.stdout[:100_000].decode("utf-8", "replace") if done.returncode == 0 else ""

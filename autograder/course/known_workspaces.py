"""Keep a list of the workspaces that `cs231n init` made, among the user's own files.

nbgrader_config.py is a program, and a submission may contain one. So neither this file nor anything beside it makes a
folder a workspace. A folder is a workspace if the user names it with -C, or if it is in this list.
"""

import contextlib
import json
import os
from pathlib import Path


def is_known(root: Path) -> bool:
    """Whether this user has made a workspace in this folder with `init`, on this machine."""
    return str(root.resolve()) in _read()


def remember(root: Path) -> bool:
    """Add a workspace to the list, and drop deleted ones. Returns whether the list could be written."""
    from autograder.folders import write_atomically

    known = {path for path in _read() if os.path.isdir(path)} | {str(root.resolve())}
    try:
        _list().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(_list(), json.dumps(sorted(known), indent=1).encode())
    except (OSError, RuntimeError):
        return False
    return True


def _list() -> Path:
    """The path of the list. Raises RuntimeError if the user has no home."""
    state = os.environ.get("XDG_STATE_HOME", "")
    folder = Path(state) if os.path.isabs(state) else Path.home() / ".local" / "state"
    if not folder.is_absolute():  # HOME may be set to anything
        raise RuntimeError(f"{folder} is not an absolute path")
    return folder / "cs231n-course-kit" / "workspaces.json"


def _read() -> set[str]:
    with contextlib.suppress(OSError, RuntimeError, ValueError):
        known = json.loads(_list().read_text("utf-8"))
        return {path for path in known if isinstance(path, str)} if isinstance(known, list) else set()
    return set()

"""Processes that take nothing from the folder in which a command is started: no module, program or library.

That folder is often a student's: a CI job begins in the checkout, and an instructor looks into a submission.
`python -c` and `python -m` look for modules in it first, and an empty entry of PATH or PYTHONPATH means it too.
"""

import os
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

SEARCHED = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH")  # lists of folders
FOLDER_VARIABLES = ("PYTHONHOME", "PYTHONUSERBASE", "PYTHONPYCACHEPREFIX")  # one folder each
SAFE_PATH = "PYTHONSAFEPATH"  # `-P` for those that are started without it, such as multiprocessing's

_given: dict[str, str | None] = {}  # what `nothing_from_here` has changed of where Python looks for modules, as it was


@contextmanager
def nothing_from_here() -> Iterator[None]:
    """Keep the working folder off the paths of this process, and of all that it starts, for as long as a command runs.

    The scripts of this Python's environment come first on PATH: nbgrader runs `alembic`, which is not on it where no
    environment is activated.
    """
    path, environ = sys.path[:], dict(os.environ)
    # an editable install may have put a name there that stands for no folder
    sys.path[:] = [entry for entry in sys.path if not _is_here(entry) or (entry and not os.path.exists(entry))]
    safe = environment(environ)
    safe["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), *filter(None, [safe.get("PATH", os.defpath)])])
    before = dict(_given)
    _replace_environment(safe)
    _given.update({name: environ.get(name) for name in (SAFE_PATH, "PYTHONPATH")})
    try:
        yield
    finally:
        sys.path[:] = path
        _replace_environment(environ)
        _given.clear()
        _given.update(before)


def environment(env: Mapping[str, str]) -> dict[str, str]:
    """This environment without the working folder, and with what keeps Python from adding it."""
    safe = dict(env) | {SAFE_PATH: "1"}
    for name in SEARCHED:
        if name in safe:
            safe[name] = os.pathsep.join(entry for entry in safe[name].split(os.pathsep) if not _is_here(entry))
            if not safe[name]:  # would mean the working folder
                del safe[name]
    for name in FOLDER_VARIABLES:
        if not os.path.isabs(safe.get(name, os.sep)):
            del safe[name]
    return safe


def students_environment() -> dict[str, str]:
    """The environment of a kernel on a student's own machine: it looks for modules where JupyterLab's does."""
    env = dict(os.environ)
    for name, value in _given.items():
        env.pop(name, None)
        if value is not None:
            env[name] = value
    return env


def run_python(*arguments: str | Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run this Python with `arguments`, in an empty folder of its own, and keep what it prints."""
    with tempfile.TemporaryDirectory(prefix="cs231n-") as folder:
        return subprocess.run(
            python(*arguments), env=environment(os.environ if env is None else env), cwd=folder,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
        )  # fmt: skip


def python(*arguments: str | int | Path) -> list[str]:
    """The command line that runs this Python with `arguments`."""
    return [sys.executable, "-P", *map(str, arguments)]


def _is_here(entry: str) -> bool:
    """Whether an entry of a path is the working folder, or is found from there.

    A folder that is trusted all the same is not meant: that of this very package, and the system's.
    """
    if not os.path.isabs(entry):
        return True
    with suppress(OSError):
        trusted: tuple[str | Path, ...] = (Path(__file__).parents[1], *os.defpath.split(os.pathsep))
        return os.path.samefile(entry, os.curdir) and not any(os.path.samefile(entry, f) for f in trusted)
    return False


def _replace_environment(env: Mapping[str, str]) -> None:
    for name in os.environ.keys() - env.keys():
        del os.environ[name]
    os.environ.update(env)

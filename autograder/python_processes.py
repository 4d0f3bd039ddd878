"""Start processes that load no module, program or library from the working folder.

The working folder is often a student's: a CI job starts in the checkout, and an instructor may be inside a submission.
`python -c` and `python -m` look for modules there first, and an empty entry of PATH or PYTHONPATH also means it.
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
SAFE_PATH = "PYTHONSAFEPATH"  # acts as `-P` for processes that are started without it, such as multiprocessing's

_given: dict[str, str | None] = {}  # the variables for Python's module path, before `nothing_from_here` changed them


@contextmanager
def nothing_from_here() -> Iterator[None]:
    """Keep the working folder off the search paths of this process and of the processes that it starts.

    The scripts of this Python's environment come first on PATH, as if the environment were activated.
    """
    path, environ = sys.path[:], dict(os.environ)
    # a name that is not a folder stays: an editable install may have put it there
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
    """The environment `env` without the working folder, and with the variable that keeps Python from adding it."""
    safe = dict(env) | {SAFE_PATH: "1"}
    for name in SEARCHED:
        if name in safe:
            safe[name] = os.pathsep.join(entry for entry in safe[name].split(os.pathsep) if not _is_here(entry))
            if not safe[name]:  # an empty value would mean the working folder
                del safe[name]
    for name in FOLDER_VARIABLES:
        if not os.path.isabs(safe.get(name, os.sep)):
            del safe[name]
    return safe


def students_environment() -> dict[str, str]:
    """The environment for a kernel on a student's own machine, which finds the same modules as JupyterLab's kernels."""
    env = dict(os.environ)
    for name, value in _given.items():
        env.pop(name, None)
        if value is not None:
            env[name] = value
    return env


def run_python(*arguments: str | Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run this Python with `arguments` in an empty folder of its own, and capture what it prints."""
    with tempfile.TemporaryDirectory(prefix="cs231n-") as folder:
        return subprocess.run(
            python(*arguments), env=environment(os.environ if env is None else env), cwd=folder,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
        )  # fmt: skip


def python(*arguments: str | int | Path) -> list[str]:
    """The command line that runs this Python with `arguments`."""
    return [sys.executable, "-P", *map(str, arguments)]


def _is_here(entry: str) -> bool:
    """Whether an entry of a search path is the working folder, or is relative to it.

    False for folders that are trusted anyway: the one that holds this package, and the system's.
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

"""The parts of this Python and this system that a kernel in the sandbox sees read-only, as arguments of bubblewrap.

This works for venv, pyenv, conda, uv and the system's Python. The sandbox shows their folders of modules and shared
libraries, this one interpreter, and the system's shared libraries and fonts. It shows no other programs and no home
folders, and of /etc only what the loader and libraries need.
"""

import os
import site
import sys
from pathlib import Path

from autograder.execution.sandbox.descriptors import Inherited

SYSTEM = ("/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libx32")
SYSTEM_LINKS = ("/lib", "/lib32", "/lib64", "/libx32")
DETAILS = (
    "/etc/alternatives",  # Debian selects the BLAS there
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/usr/share/fonts",
    "/usr/share/zoneinfo",
)
MODULE_FOLDERS = ("site-packages", "dist-packages")


def python_view(hidden: tuple[str, ...], inherited: Inherited) -> list[str]:
    """Return the arguments of `bwrap` that show this Python environment.

    Parameters
    ----------
    hidden
        Top-level packages to hide, wherever they are installed.
    inherited
        The file descriptors that `bwrap` must inherit; this function adds some.
    """
    interpreter = os.path.realpath(sys.executable)
    arguments = []
    for path in SYSTEM_LINKS:
        if os.path.islink(path):
            arguments += ["--symlink", os.readlink(path), path]
    packages = module_folders()
    for path in _outermost([*SYSTEM, *SYSTEM_LINKS, *DETAILS, *_prefix_folders(), *packages, interpreter]):
        arguments += ["--ro-bind", path, path]
    if sys.executable != interpreter:
        arguments += ["--symlink", interpreter, sys.executable]
    for folder in packages:
        arguments += _cover(folder, hidden, inherited)
    return arguments


def _prefix_folders() -> list[str]:
    """Return lib, lib64 and pyvenv.cfg of this environment and of the Python from which it was made."""
    prefixes = dict.fromkeys((sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix))
    return [os.path.join(prefix, name) for prefix in prefixes for name in ("lib", "lib64", "pyvenv.cfg")]


def module_folders() -> list[str]:
    """Return the folders of installed packages. Other entries of sys.path are checkouts or working folders."""
    found = [*sys.path, *site.getsitepackages(), *([site.getusersitepackages()] if site.ENABLE_USER_SITE else [])]
    folders = (os.path.realpath(path) for path in found if os.path.basename(path) in MODULE_FOLDERS)
    return [path for path in dict.fromkeys(folders) if os.path.isdir(path)]


def _outermost(paths: list[str]) -> list[str]:
    """Return the paths that exist, without links to folders and without paths inside another of them."""
    kept: list[str] = []
    for path in sorted({path for path in paths if os.path.exists(path) and not _is_linked_folder(path)}):
        if not any(path.startswith(outer + os.sep) for outer in kept):
            kept.append(path)
    return kept


def _is_linked_folder(path: str) -> bool:
    return os.path.islink(path) and os.path.isdir(path)


def _cover(folder: str, hidden: tuple[str, ...], inherited: Inherited) -> list[str]:
    """Return arguments that cover hidden packages, and the files of editable installs, which name a checkout."""
    arguments = []
    files = [*(Path(folder, f"{name}.py") for name in hidden), *sorted(Path(folder).glob("__editable__*"))]
    for path in filter(Path.is_file, files):
        arguments += ["--ro-bind-data", str(inherited.holding(b"")), str(path)]
    for package in (Path(folder, name) for name in hidden):
        if package.is_dir():
            arguments += ["--perms", "0555", "--size", "4096", "--tmpfs", str(package), "--remount-ro", str(package)]
    return arguments

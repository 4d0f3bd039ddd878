"""Packages that import a file only when one of its names is used, so that files may be missing.

A release of the course leaves out the files that answer its assignment or later ones; everything else must work
without them.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

from cs231n_lib.edition import is_left_out, why_left_out


def lazy_exports(
    package: str, files: Mapping[str, Sequence[str]]
) -> tuple[Callable[[str], object], Callable[[], list[str]], list[str]]:
    """Return the three functions and names with which a package exports names of its files on demand.

    A name whose file is missing raises an ImportError that says why. A name that no file has raises an AttributeError.
    Type checkers do not see such names, so the package also imports them under `if TYPE_CHECKING`.

    Parameters
    ----------
    package
        The package's __name__.
    files
        The names in each file, by the file's name without .py.

    Returns
    -------
    __getattr__, __dir__, __all__
        For the package to bind under these names:

            __getattr__, __dir__, __all__ = lazy_exports(__name__, {"affine": ["affine_forward", "affine_backward"]})
    """
    file_of = {name: file for file, names in files.items() for name in names}

    def get(name: str) -> object:
        if name not in file_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}; it has {', '.join(file_of)}.")
        module = f"{package}.{file_of[name]}"
        try:
            value = getattr(import_module(module), name)
        except ImportError as error:
            raise _left_out(name, module, error) from None
        setattr(sys.modules[package], name, value)  # the next access does not come here
        return value

    return get, lambda: sorted(file_of), list(file_of)


def _left_out(name: str, module: str, error: ImportError) -> ImportError:
    missing = error.name or ""
    if not isinstance(error, ModuleNotFoundError) and not is_left_out(missing):
        return error  # of another kind, inside the file
    if missing == module:
        what = name
    elif missing.startswith(module.partition(".")[0] + "."):
        what = f"{missing}, which {name} builds on,"
    else:
        return error  # a package outside the library is missing, and this error says so
    return ImportError(why_left_out(missing, what), name=missing)

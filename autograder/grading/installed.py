"""The installed packages that a notebook depends on: those that it imports, and those that they require.

So after a package is installed or upgraded, only notebooks that import it are run again. A notebook that failed because
a module was missing depends on all installed packages, since only the failure itself tells what was missing.
"""

import hashlib
import importlib
import re
import sys
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from pathlib import Path

from autograder.execution.sandbox.python_view import module_folders

MAX_NAMES = 200  # modules that a notebook may import before it depends on all installed packages
EVERYTHING, DATA_SETS = "*", "data/"  # stand beside names of modules: all packages, and the folder of the data sets
_MISSING_MODULE = re.compile(r"\b(?:ModuleNotFoundError|ImportError)\b")
_MISSING_DATA = re.compile(r"\bFileNotFoundError\b|cs231n data ")
_NAMES = r"[\w.]+(?:[ \t]+as[ \t]+\w+)?"
_IMPORT = re.compile(
    rf"\bfrom[ \t]+([\w.]+)[ \t]+import\b|\bimport[ \t]+({_NAMES}(?:[ \t]*,[ \t]*{_NAMES})*)"
    r"|\b(?:import_module|__import__)\([ \t]*[\"']([\w.]+)"
)
_REQUIREMENT = re.compile(r"[\w.-]+")


class Installed:
    """The packages of this Python environment when the object is made.

    Parameters
    ----------
    hidden
        Packages that notebooks import from the edition instead of this environment.
    data
        The folder of the data sets, if there is one.
    texts
        Python source that every notebook may run: that of the edition and of the instructor's files.
    """

    def __init__(self, hidden: Iterable[str] = (), data: str | None = None, texts: Iterable[str] = ()):
        importlib.invalidate_caches()
        self.hidden, self.data = frozenset(hidden), data
        self.by_all = {name for text in texts for name in imported_names(text)}
        self._known: dict[str, str] = {}

    def needed(self, texts: Iterable[str], said: Collection[str]) -> dict[str, str]:
        """Return {name: version} of what a notebook depends on.

        Parameters
        ----------
        texts
            The source of its code cells and of the modules beside it.
        said
            All texts of the executed notebook. Its errors tell what was missing.
        """
        names = self.by_all.union(*map(imported_names, texts)) - sys.stdlib_module_names - self.hidden
        extra = {DATA_SETS} if any(map(_MISSING_DATA.search, said)) else set()
        if len(names) > MAX_NAMES or any(map(_MISSING_MODULE.search, said)):
            names, extra = names if len(names) <= MAX_NAMES else set(), extra | {EVERYTHING}
        return {name: self.version(name) for name in sorted(names | extra)}

    def has_still(self, needed: object) -> bool:
        """Whether all that an earlier call of `needed` returned is still here in the same versions."""
        return isinstance(needed, dict) and all(self.version(name) == was for name, was in needed.items())

    def version(self, name: str) -> str:
        """Return a short hash of the versions of a module's package and of all that it requires, or "missing"."""
        if name not in self._known:
            special = {EVERYTHING: self._everything, DATA_SETS: self._data_sets}
            self._known[name] = special[name]() if name in special else self._module(name)
        return self._known[name]

    def _module(self, name: str) -> str:
        spec = PathFinder.find_spec(name, self._folders)
        packages = self._packages(name) if name.isidentifier() else []
        if packages:
            return _short(repr(sorted(self._with_required(packages))))
        if spec is None:
            return "missing"
        return _short(repr(_sources(spec)))  # no package owns the module, so its text serves as its version

    def _packages(self, name: str) -> list[str]:
        try:
            return [distribution(name).name]
        except (PackageNotFoundError, ValueError):
            # building the map takes a third of a second, so it is skipped for a module that cannot be imported
            return self._by_module.get(name, []) if PathFinder.find_spec(name, self._folders) else []

    def _with_required(self, packages: Iterable[str]) -> set[str]:
        found: dict[str, str] = {}
        waiting = list(packages)
        while waiting:
            package = waiting.pop()
            if package in found:
                continue
            try:
                installed = distribution(package)
            except (PackageNotFoundError, ValueError):
                found[package] = "missing"
                continue
            found[package] = installed.version
            for requirement in installed.requires or []:
                if "extra ==" not in requirement and (match := _REQUIREMENT.match(requirement)):
                    waiting.append(match[0].lower().replace("_", "-"))
        return {f"{package}=={version}" for package, version in found.items()}

    @cached_property
    def _folders(self) -> list[str]:
        return module_folders()

    @cached_property
    def _by_module(self) -> Mapping[str, list[str]]:
        return packages_distributions()

    def _everything(self) -> str:
        """Return a hash of the module folders' listings: packages appear with name and version, modules with a name."""
        return _short(repr([_listing(Path(folder), "[!_.~]*") for folder in self._folders]))

    def _data_sets(self) -> str:
        return _short(repr(_listing(Path(self.data), "**/[!.]*"))) if self.data else "missing"


def imported_names(text: str) -> set[str]:
    """Return the top-level modules that Python source text may import, rather too many than too few."""
    found: set[str] = set()
    for package, modules, called in _IMPORT.findall(text):
        listed = (module.split()[0] for module in modules.split(",")) if modules else (package or called,)
        found.update(name.partition(".")[0] for name in listed)
    return found - {""}


def _sources(spec: ModuleSpec) -> list[tuple[str, bytes]]:
    folders = [Path(folder) for folder in spec.submodule_search_locations or ()]
    paths = [path for folder in folders for path in sorted(folder.rglob("*.py"))]
    if not folders and spec.origin:
        paths = [Path(spec.origin)]
    return [(path.name, hashlib.sha256(path.read_bytes()).digest()) for path in paths if path.is_file()]


def _listing(folder: Path, pattern: str) -> list[tuple[str, int]]:
    paths = sorted(path for path in folder.glob(pattern) if "__pycache__" not in path.parts)
    return [(str(path.relative_to(folder)), path.stat().st_size if path.is_file() else 0) for path in paths]


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]

"""The files that describe the project must agree with each other."""

import ast
import re
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml

from autograder.errors import INSTRUCTOR_PACKAGES

ROOT = Path(__file__).resolve().parents[1]
# packages with another name on conda-forge
CONDA_NAMES = {
    "matplotlib": "matplotlib-base",
    "jupyter-client": "jupyter_client",
    "jupyter-core": "jupyter_core",
    "build": "python-build",
    "psycopg[binary]": "psycopg",
}
GROUPS = ("instructor", "cluster", "postgresql", "test")
ONLY_CONDA = {"python", "pip", "c-compiler"}


def pyproject():
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def conda():
    entries = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
    by_pip = next(entry["pip"] for entry in entries if isinstance(entry, dict))
    named = [entry for entry in [*entries, *by_pip] if isinstance(entry, str) and not entry.startswith("--")]
    return dict(map(split, named))


def split(requirement):
    name, bound = re.fullmatch(r"([\w\[\]-]+)\s*(.*)", requirement).groups()
    return name, bound


def test_environment_yml_lists_what_pyproject_lists_with_the_same_bounds():
    project = pyproject()["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *(name for extra in GROUPS for name in extras[extra])]
    wanted = {CONDA_NAMES.get(name, name): bound for name, bound in map(split, wanted)}
    assert {name: bound for name, bound in conda().items() if name not in ONLY_CONDA} == wanted


def test_environment_yml_has_the_python_that_pyproject_requires():
    assert conda()["python"] == pyproject()["project"]["requires-python"]


def test_every_dependency_has_a_lower_bound_and_no_exact_pin():
    project = pyproject()["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    for requirement in (r for group in groups for r in group):
        assert re.fullmatch(r"[\w\[\]-]+>=[\d.]+", requirement), requirement


# the groups of pyproject.toml that the modules of each folder may import; "" are the packages for all users
MAY_IMPORT = {
    "cs231n": ("",),
    "cs231n_lib": ("",),
    "datasets": ("",),
    "autograder": ("", "instructor", "cluster", "postgresql", "site"),
    "docs": ("", "instructor", "site"),
    "tests": ("", "instructor", "cluster", "postgresql", "test"),
    "benchmarks": ("", "instructor", "cluster", "postgresql", "test", "benchmark"),
}
BUILT_WITH = {"cython", "setuptools"}  # pyproject: build-system
NOBODYS = {"torch"}  # tests and benchmarks compare with it only if it is installed
NOT_INSTALLED = {"sklearn": "scikit-learn"}  # not in the metadata if not installed
MADE_BY_TESTS = {"lazy_package"}
# declared, but not for imports
PROGRAMS = {"mkdocs-material", "coverage", "pytest-cov", "jupyterlab", "build", "ruff", "mypy", "import-linter"}


def declared(*groups):
    """Return the distributions that these groups of pyproject.toml name."""
    project = pyproject()["project"]
    extras = project["optional-dependencies"] | {"": project["dependencies"]}
    return {split(requirement)[0].removesuffix("[binary]") for group in groups for requirement in extras[group]}


@cache
def distributions():
    """Installed module -> the distributions that install it."""
    found = packages_distributions().items()
    return {module: {re.sub("[-_.]+", "-", name).lower() for name in names} for module, names in found}


@cache
def own_modules():
    """The names of the repository's own modules and folders; tests and benchmarks import their neighbours by name."""
    paths = [path for folder in MAY_IMPORT for path in (ROOT / folder).rglob("*.py")]
    own = {path.stem for path in paths} | {path.parent.name for path in paths} | MADE_BY_TESTS
    return own - distributions().keys() | {"autograder", "cs231n", "cs231n_lib"}


@cache
def foreign_modules(folder):
    """Module -> a file in the folder that imports it, for modules outside the standard library and this repository."""
    found = {}
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module]
            found |= {name.partition(".")[0]: path.relative_to(ROOT).as_posix() for name in names}
    return {name: path for name, path in found.items() if name not in sys.stdlib_module_names | own_modules() | NOBODYS}


def imported(folder):
    """Distribution -> a file in the folder that imports it. If it is not installed, the module's name stands for it."""
    found = {}
    for module, path in foreign_modules(folder).items():
        found |= dict.fromkeys(distributions().get(module, {NOT_INSTALLED.get(module, module)}), path)
    return found


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_every_package_that_is_imported_is_declared_in_a_group_of_those_who_need_it(folder):
    allowed = declared(*MAY_IMPORT[folder])
    assert {name: path for name, path in imported(folder).items() if name not in allowed} == {}


def test_every_package_that_is_declared_is_imported():
    used = {name for folder in MAY_IMPORT for name in imported(folder)}
    everything = declared("", *pyproject()["project"]["optional-dependencies"])
    assert everything - used - BUILT_WITH == PROGRAMS


def test_the_packages_that_a_message_calls_the_instructors_are_those_of_that_group():
    instructors = declared("instructor")
    modules = {name for name in foreign_modules("autograder") if distributions().get(name, set()) & instructors}
    assert INSTRUCTOR_PACKAGES == modules | {"rapidfuzz"}  # which nbgrader imports


def test_every_folder_with_modules_is_a_package():
    """Otherwise it would not be installed, and a submission's folder of the same name could take its place."""
    folders = {
        path.parent for package in ("autograder", "cs231n", "cs231n_lib") for path in (ROOT / package).rglob("*.py")
    }
    assert len(folders) > 20
    assert [str(folder) for folder in folders | {ROOT / "datasets"} if not (folder / "__init__.py").is_file()] == []


def test_every_source_of_the_kernels_is_packaged():
    folder = ROOT / "cs231n_lib/kernels"
    patterns = pyproject()["tool"]["setuptools"]["package-data"]["cs231n_lib.kernels"]
    made = {".c", ".so", ".pyd", ".pyc"}
    sources = [path for path in folder.iterdir() if path.is_file() and path.suffix not in made | {".py"}]
    assert sources
    assert [path.name for path in sources if not any(path.match(pattern) for pattern in patterns)] == []


def test_every_template_and_page_of_the_commands_is_packaged():
    data = pyproject()["tool"]["setuptools"]["package-data"]
    others = [
        path for path in (ROOT / "autograder").rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")
    ]
    packaged = {
        path
        for package, patterns in data.items()
        for one in patterns
        for path in (ROOT / package.replace(".", "/")).glob(one)
    }
    assert len(others) > 5
    assert [str(path.relative_to(ROOT)) for path in others if path not in packaged] == []


@pytest.mark.parametrize("package", ["autograder", "cs231n_lib"])
def test_type_checkers_may_trust_the_annotations_of_an_installed_package(package):
    assert (ROOT / package / "py.typed").is_file()  # PEP 561
    assert "py.typed" in pyproject()["tool"]["setuptools"]["package-data"][package]


def test_every_compiled_kernel_has_a_twin_for_installations_without_a_compiler():
    topics = [path.stem.removesuffix("_cy") for path in ROOT.glob("cs231n_lib/kernels/*_cy.pyx")]
    assert topics
    assert [topic for topic in topics if not (ROOT / f"cs231n_lib/kernels/{topic}.py").is_file()] == []

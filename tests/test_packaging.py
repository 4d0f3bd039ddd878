"""The files that describe the project must agree with each other."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
# where conda-forge uses another name
CONDA_NAMES = {
    "matplotlib": "matplotlib-base",
    "jupyter-client": "jupyter_client",
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


def test_every_folder_with_modules_is_a_package():
    """A namespace package would not be installed, and a folder of a submission may have its name."""
    folders = {path.parent for package in ("autograder", "cs231n_lib") for path in (ROOT / package).rglob("*.py")}
    assert len(folders) > 20
    assert [str(folder) for folder in folders | {ROOT / "datasets"} if not (folder / "__init__.py").is_file()] == []


def test_every_source_of_the_kernels_is_packaged():
    folder = ROOT / "cs231n_lib/kernels"
    patterns = pyproject()["tool"]["setuptools"]["package-data"]["cs231n_lib.kernels"]
    made = {".c", ".so", ".pyd", ".pyc"}
    sources = [path for path in folder.iterdir() if path.is_file() and path.suffix not in made | {".py"}]
    assert sources
    assert [path.name for path in sources if not any(path.match(pattern) for pattern in patterns)] == []


@pytest.mark.parametrize("package", ["autograder", "cs231n_lib"])
def test_type_checkers_may_trust_the_annotations_of_an_installed_package(package):
    assert (ROOT / package / "py.typed").is_file()  # PEP 561
    assert "py.typed" in pyproject()["tool"]["setuptools"]["package-data"][package]


def test_every_compiled_kernel_has_a_twin_for_installations_without_a_compiler():
    topics = [path.stem.removesuffix("_cy") for path in ROOT.glob("cs231n_lib/kernels/*_cy.pyx")]
    assert topics
    assert [topic for topic in topics if not (ROOT / f"cs231n_lib/kernels/{topic}.py").is_file()] == []

"""The files that describe the project must agree with each other."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
CONDA_NAMES = {"matplotlib": "matplotlib-base", "build": "python-build"}  # where conda-forge uses another name
ONLY_CONDA = {"python", "pip", "c-compiler"}


def pyproject():
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def conda():
    entries = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
    return dict(split(entry) for entry in entries if isinstance(entry, str))


def split(requirement):
    name, bound = re.fullmatch(r"([\w-]+)\s*(.*)", requirement).groups()
    return name, bound


def test_environment_yml_lists_what_pyproject_lists_with_the_same_bounds():
    project = pyproject()["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["instructor"], *extras["test"]]
    wanted = {CONDA_NAMES.get(name, name): bound for name, bound in map(split, wanted)}
    assert {name: bound for name, bound in conda().items() if name not in ONLY_CONDA} == wanted


def test_environment_yml_has_the_python_that_pyproject_requires():
    assert conda()["python"] == pyproject()["project"]["requires-python"]


def test_every_dependency_has_a_lower_bound_and_no_exact_pin():
    project = pyproject()["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    for requirement in (r for group in groups for r in group):
        assert re.fullmatch(r"[\w-]+>=[\d.]+", requirement), requirement


def test_every_package_folder_is_installed():
    only_data = {"cs231n_lib.datasets", "autograder.templates"}
    listed = set(pyproject()["tool"]["setuptools"]["packages"]) - only_data
    found = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for package in ("autograder", "cs231n_lib")
        for path in (ROOT / package).rglob("__init__.py")
    }
    assert listed == found

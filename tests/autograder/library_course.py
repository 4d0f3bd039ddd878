"""A course of two assignments whose answers also live in a small library, `lib`."""

import json
import shutil

import pytest

from autograder.course.workspace import Workspace, create

COURSE = """
[course]
id = "shop"
title = "A course with a library"

[edition]
root = ".."
include = ["setup.cfg", "lib", "tables/prices.csv"]
package = "lib"

[[assignment]]
name = "first"
title = "The first assignment"
notebooks = ["totals"]
answers = ["lib/totals.py"]
due = 2026-10-02T23:59:00-07:00

[[assignment]]
name = "second"
title = "The second assignment"
notebooks = ["means"]
answers = ["lib/means.py"]
"""

HEADER = """# ---
# jupyter:
#   kernelspec:
#     display_name: P
#     language: python
#     name: python3
# ---
"""


def record(grade_id, **changes):
    values = dict(grade=False, grade_id=grade_id, locked=False, schema_version=3, solution=True, task=False) | changes
    return "nbgrader=" + json.dumps(values)


def tested(grade_id, points):
    return record(grade_id, grade=True, locked=True, solution=False, points=points)


TOTALS = f"""{HEADER}
# %% [markdown]
# # Totals

# %% {record("setup", locked=True, solution=False)}
prices = [30, 10, 20]
discount = {{"loyal": 0.1, "student": 0.5}}
from_the_cheapest_on = sorted(prices, key=float)

# %% {record("total_price")}
def total_price(prices, customer):
    \"\"\"The sum of the prices, less the customer's discount.\"\"\"
    ### BEGIN SOLUTION
    # every customer pays the full price of the cheapest thing
    cheapest_of_all = min(prices, default=0)
    reduced = [price * (1 - discount.get(customer, 0)) for price in prices]
    from_the_cheapest_on = sorted(prices, key=float)
    return sum(reduced) + cheapest_of_all * discount.get(customer, 0)
    ### END SOLUTION

# %% {tested("test_total_price", 60)}
assert total_price(prices, "stranger") == 60
### BEGIN HIDDEN TESTS
assert total_price([200, 400], "student") == 400, "a student with two things"
### END HIDDEN TESTS

# %% [markdown] {record("question", grade=True, points=40)}
# Why does the cheapest thing matter?
#
# ### BEGIN SOLUTION
# It never gets a discount, whoever buys it, so that a gift stays a gift.
# ### END SOLUTION
"""

MEANS = f"""{HEADER}
# %% {record("mean_price")}
def mean_price(prices):
    ### BEGIN SOLUTION
    weighted_prices = [price / len(prices) for price in prices]
    return sum(weighted_prices)
    ### END SOLUTION

# %% {tested("test_mean_price", 100)}
assert mean_price([1, 3]) == 2
"""

LIBRARY = {
    "lib/__init__.py": '"""A shop."""\n',
    "lib/prices.py": 'def in_cents(price):\n    """Euros to cents."""\n    return round(price * 100)\n',
    "lib/totals.py": "def total_of(basket):\n    visited_shelves = sorted(shelf for shelf, price in basket)\n"
    "    return visited_shelves, sum(price for shelf, price in basket)\n",
    "lib/means.py": '"""Means."""\n\n\ndef mean_of(basket):\n    """The mean price."""\n'
    "    everything_together = sum(price for shelf, price in basket)\n"
    "    return everything_together / len(basket)\n",
    "lib/fast.pyx": "cdef extern from *:\n    int one\n\ndef fast():\n    return 1\n",
    "lib/fast.c": "/* generated */",
    "lib/fast.cpython-311-x86_64-linux-gnu.so": "compiled",
    "lib/__pycache__/totals.cpython-311.pyc": "byte-code",
    "lib/.ipynb_checkpoints/totals.py": "return visited_shelves",
    "lib/prices.py~": "a backup",
    "tables/prices.csv": "bread,3\n",
    "tables/huge_download.bin": "never released",
    "setup.cfg": "[metadata]\nname = shop\n",
}


@pytest.fixture(scope="session")
def template(made_once):
    """The course and a workspace for it, made once: nbgrader takes a second or two to create a gradebook."""
    folder, _ = made_once("library_course", _make_course)
    return folder


def _make_course(folder):
    files = LIBRARY | {
        "assignments/course.toml": COURSE,
        "assignments/first/totals.py": TOTALS,
        "assignments/second/means.py": MEANS,
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    create(folder / "workspace", folder / "assignments")


@pytest.fixture
def root(template, tmp_path):
    """The test's own copy of the course: assignments/, lib/, tables/, workspace/."""
    return shutil.copytree(template, tmp_path / "shop")


@pytest.fixture
def workspace(root):
    """workspace() loads the course again."""
    return lambda: Workspace(root / "workspace")


@pytest.fixture
def edit(root):
    """edit(file, old, new) replaces text in a file of the course; the text must be there."""

    def replace(name, old, new):
        text = (root / name).read_text()
        assert old in text
        (root / name).write_text(text.replace(old, new))

    return replace

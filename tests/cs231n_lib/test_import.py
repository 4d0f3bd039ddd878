import json
import subprocess
import sys

import pytest

CODE = """
import json, pkgutil, sys
from importlib import import_module
import cs231n_lib
own = sorted(name for name in sys.modules if name.partition(".")[0] == "cs231n_lib")
for module in pkgutil.walk_packages(cs231n_lib.__path__, "cs231n_lib."):
    import_module(module.name)
print(json.dumps({"own": own, "modules": list(sys.modules)}))
"""


@pytest.fixture(scope="module")
def imported():
    return json.loads(subprocess.run([sys.executable, "-c", CODE], capture_output=True, check=True).stdout)


def test_importing_the_library_imports_no_room_of_it(imported):
    assert imported["own"] == ["cs231n_lib", "cs231n_lib.edition", "cs231n_lib.left_out"]


def test_no_module_of_the_library_imports_anything_heavy(imported):
    heavy = {"matplotlib", "pooch", "requests", "tqdm", "rich", "IPython", "nbformat", "scipy", "autograder"}
    modules = imported["modules"]
    assert "cs231n_lib.vis.style" in modules and heavy.isdisjoint(modules)

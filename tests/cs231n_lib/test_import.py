import json
import subprocess
import sys

CODE = """
import json, pkgutil, sys, time
from importlib import import_module
import numpy
start = time.perf_counter()
import cs231n_lib
seconds = time.perf_counter() - start
for module in pkgutil.walk_packages(cs231n_lib.__path__, "cs231n_lib."):
    import_module(module.name)
print(json.dumps({"seconds": seconds, "modules": list(sys.modules)}))
"""


def fresh_import():
    return json.loads(subprocess.run([sys.executable, "-c", CODE], capture_output=True, check=True).stdout)


def test_importing_the_library_costs_little_beside_numpy():
    # the best of three, since the machine may be busy with other tests
    assert min(fresh_import()["seconds"] for _ in range(3)) < 0.05


def test_no_module_of_the_library_imports_anything_heavy():
    heavy = {"matplotlib", "pooch", "requests", "tqdm", "rich", "IPython", "nbformat", "scipy", "autograder"}
    modules = fresh_import()["modules"]
    assert "cs231n_lib.vis.style" in modules and heavy.isdisjoint(modules)

import json
import subprocess
import sys

CODE = """
import json, sys, time
import numpy
start = time.perf_counter()
import cs231n_lib
seconds = time.perf_counter() - start
import cs231n_lib.checks, cs231n_lib.data, cs231n_lib.gradient_check, cs231n_lib.kernels, cs231n_lib.models
import cs231n_lib.vis
print(json.dumps({"seconds": seconds, "modules": list(sys.modules)}))
"""


def fresh_import():
    return json.loads(subprocess.run([sys.executable, "-c", CODE], capture_output=True, check=True).stdout)


def test_importing_the_library_costs_little_beside_numpy():
    # The best of three: the machine may be busy with other tests.
    assert min(fresh_import()["seconds"] for _ in range(3)) < 0.05


def test_importing_the_library_imports_nothing_heavy():
    heavy = {"matplotlib", "pooch", "requests", "tqdm", "rich", "IPython", "nbformat", "scipy", "autograder"}
    assert heavy.isdisjoint(fresh_import()["modules"])

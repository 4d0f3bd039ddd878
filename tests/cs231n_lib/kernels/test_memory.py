import platform
import subprocess
import sys

import pytest

from cs231n_lib.kernels import memory

CLEARED = """
import resource, sys
import numpy as np
from cs231n_lib.kernels.memory import keep_memory

def pages():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

if "keep" in sys.argv:
    assert keep_memory() is True
np.ones(20_000_000, np.int8)  # is freed at once
before = pages()
for _ in range(4):
    [np.ones(40_000_000, np.int8), np.ones(40_000_000, np.int8)]
print(pages() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="It is a setting of the GNU C library.")
def test_with_the_setting_new_arrays_get_the_pages_of_old_ones():
    cleared = {}
    for choice in ("keep", "return"):
        run = subprocess.run([sys.executable, "-c", CLEARED, choice], capture_output=True, text=True, check=True)
        cleared[choice] = int(run.stdout)
    assert cleared["keep"] < cleared["return"] / 3


@pytest.mark.parametrize("library", [lambda name: object(), lambda name: ctypes_fails()])
def test_another_c_library_stays_as_it_is(monkeypatch, library):
    monkeypatch.setattr(memory.ctypes, "CDLL", library)
    assert memory.keep_memory() is False


def ctypes_fails():
    raise OSError("there is no such library")

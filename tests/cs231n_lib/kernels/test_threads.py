"""The thread pool of the compiled kernels, tested through a kernel that uses it."""

import os
import subprocess
import sys
import threading

import numpy as np
import pytest

from cs231n_lib import kernels

rng = np.random.default_rng(0)
x, w, b = rng.standard_normal((24, 3, 12, 12)), rng.standard_normal((8, 3, 3, 3)), rng.standard_normal(8)


@pytest.fixture
def use_threads():
    before = kernels.num_threads()
    yield kernels.set_num_threads
    kernels.set_num_threads(before)


def gradients():
    out = kernels.conv_forward(x, w, b, stride=2, pad=1)
    return out, *kernels.conv_backward(np.cos(out), x, w, stride=2, pad=1)


def test_results_are_the_same_to_the_bit_for_any_number_of_threads(use_threads):
    results = []
    for count in (1, 2, 3, 7, 2):
        use_threads(count)
        results.append(b"".join(array.tobytes() for array in gradients()))
    assert len(set(results)) == 1


def test_threads_of_python_may_call_kernels_at_once(use_threads):
    use_threads(2)
    expected, wrong = [array.tobytes() for array in gradients()], []

    def call():
        for _ in range(20):
            if [array.tobytes() for array in gradients()] != expected:
                wrong.append(threading.current_thread().name)

    callers = [threading.Thread(target=call) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert not wrong


FORK = """
import os, sys
import numpy as np
from cs231n_lib import kernels
kernels.set_num_threads(2)
x, w = np.ones((8, 3, 12, 12)), np.ones((4, 3, 3, 3))
before = kernels.conv_forward(x, w).sum()
for _ in range(5):
    child = os.fork()
    if child == 0:
        os._exit(0 if kernels.conv_forward(x, w).sum() == before else 1)
    assert os.waitpid(child, 0)[1] == 0
assert kernels.conv_forward(x, w).sum() == before
print("done")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_process_has_threads_of_its_own():
    done = subprocess.run([sys.executable, "-c", FORK], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "done", done.stderr

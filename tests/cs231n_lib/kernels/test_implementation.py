import os
import subprocess
import sys

import numpy as np
import pytest

from cs231n_lib import kernels
from cs231n_lib.kernels import implementation

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def test_backend_says_what_the_environment_chose(backend):
    assert kernels.backend() == backend


def test_an_unknown_backend_lists_the_known_ones(monkeypatch):
    monkeypatch.setenv("CS231N_KERNELS", "cuda")
    with pytest.raises(ValueError, match="should be 'cython' or 'numpy', but is 'cuda'"):
        kernels.backend()


def test_without_compiled_kernels_numpy_serves(monkeypatch):
    monkeypatch.delenv("CS231N_KERNELS", raising=False)
    monkeypatch.setattr(implementation, "_threads", None)
    assert kernels.backend() == "numpy"
    assert kernels.im2col(np.ones((1, 1, 3, 3)), 2, 2).sum() == 16


def test_a_topic_that_the_compiler_did_not_manage_is_done_in_numpy(monkeypatch):
    monkeypatch.setitem(sys.modules, "cs231n_lib.kernels._im2col_cy", None)
    monkeypatch.delenv("CS231N_KERNELS", raising=False)
    assert kernels.im2col(np.ones((1, 1, 3, 3)), 2, 2).sum() == 16
    monkeypatch.setenv("CS231N_KERNELS", "cython")
    with pytest.raises(ImportError, match="_im2col_cy"):
        kernels.im2col(np.ones((1, 1, 3, 3)), 2, 2)


def test_asking_for_compiled_kernels_that_are_not_there(monkeypatch):
    monkeypatch.setenv("CS231N_KERNELS", "cython")
    monkeypatch.setattr(implementation, "_threads", None)
    with pytest.raises(ImportError, match="they were not built"):
        kernels.backend()


@pytest.mark.parametrize(
    "environment, expected",
    [
        ({"CS231N_NUM_THREADS": "1"}, 1),
        ({"CS231N_NUM_THREADS": "3"}, 3),
        ({"OMP_NUM_THREADS": "5"}, 5),
        ({"OMP_NUM_THREADS": "4,2"}, 4),
        ({"CS231N_NUM_THREADS": "2", "OMP_NUM_THREADS": "5"}, 2),
        ({"OMP_NUM_THREADS": "many"}, CORES),
        ({"OMP_NUM_THREADS": "0"}, CORES),
        ({}, CORES),
    ],
)
def test_the_number_of_threads_at_first(monkeypatch, environment, expected):
    for variable in ("CS231N_NUM_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    assert implementation._threads_at_first() == expected


@pytest.mark.parametrize("number", ["many", "0"])
def test_a_number_of_threads_that_is_none(monkeypatch, number):
    monkeypatch.setenv("CS231N_NUM_THREADS", number)
    with pytest.raises(ValueError, match=f"CS231N_NUM_THREADS should be an integer of at least 1, but is {number!r}"):
        implementation._threads_at_first()


def test_the_environment_is_read_at_import():
    done = subprocess.run(
        [sys.executable, "-c", "from cs231n_lib import kernels; print(kernels.num_threads())"],
        env=os.environ | {"CS231N_NUM_THREADS": "3"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "3"


def test_more_threads_than_there_can_be():
    before = kernels.num_threads()
    try:
        kernels.set_num_threads(10**12)
        assert kernels.num_threads() == 64
    finally:
        kernels.set_num_threads(before)


@pytest.mark.parametrize("count", [0, -1, True, 1.5, "2"])
def test_set_num_threads_refuses(count):
    with pytest.raises(ValueError, match="count should be an integer of at least 1"):
        kernels.set_num_threads(count)

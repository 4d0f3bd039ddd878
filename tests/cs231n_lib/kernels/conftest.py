import pytest


@pytest.fixture(params=["cython", "numpy"])
def backend(request, monkeypatch):
    """Both kernels in turn; without compiled kernels the tests fail here instead of passing unnoticed."""
    monkeypatch.setenv("CS231N_KERNELS", request.param)
    return request.param

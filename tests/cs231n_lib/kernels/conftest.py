import pytest


@pytest.fixture(params=["cython", "numpy"])
def backend(request, monkeypatch):
    """Both backends in turn; a build without compiled kernels fails here instead of passing unnoticed."""
    monkeypatch.setenv("CS231N_KERNELS", request.param)
    return request.param

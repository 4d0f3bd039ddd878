import pytest


@pytest.fixture(params=["cython", "numpy"])
def backend(request, monkeypatch):
    """Both kernels in turn; a build without the compiled ones fails here instead of passing unseen."""
    monkeypatch.setenv("CS231N_KERNELS", request.param)
    return request.param

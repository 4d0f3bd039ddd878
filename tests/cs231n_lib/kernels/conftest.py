import pytest


@pytest.fixture(params=["cython", "numpy"])
def backend(request, monkeypatch):
    """Both kernels in turn; a build without the compiled ones fails here instead of passing unseen."""
    monkeypatch.setenv("CS231N_KERNELS", request.param)
    return request.param


@pytest.fixture(scope="module")
def set_backend():
    """For hypothesis, whose examples must not share a function-scoped fixture."""
    with pytest.MonkeyPatch.context() as patch:
        yield lambda name: patch.setenv("CS231N_KERNELS", name)

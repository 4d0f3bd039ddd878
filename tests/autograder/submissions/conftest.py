import pytest
from downloads import make_workspace


@pytest.fixture
def workspace(tmp_path):
    return make_workspace(tmp_path)


@pytest.fixture
def downloads(tmp_path):
    return tmp_path / "downloads"

"""matplotlib's font list is made once, complete, and readable for all users."""

import stat

import pytest

from autograder.workers import font_cache
from autograder.workers.font_cache import warm_font_cache


@pytest.fixture
def made(monkeypatch):
    """The (arguments, environment) of each Python process started to make the list."""
    calls = []

    def run(*arguments, env):
        calls.append((arguments, env))
        font_cache.Path(env["MPLCONFIGDIR"], "fontlist.json").write_text("{}")

    monkeypatch.setattr(font_cache, "run_python", run)
    return calls


def test_it_is_made_once_in_a_place_of_its_own_and_readable_for_all(made, tmp_path):
    folder = tmp_path / "cache" / "matplotlib"
    for _ in range(2):
        warm_font_cache(folder)
    [(arguments, env)] = made
    assert "import matplotlib.font_manager" in arguments[-1] and "PATH" in env
    assert env["MPLCONFIGDIR"] != str(folder) and font_cache.Path(env["MPLCONFIGDIR"]).parent == folder.parent
    assert (folder / "fontlist.json").is_file() and stat.S_IMODE(folder.stat().st_mode) == 0o755
    assert list(folder.parent.iterdir()) == [folder]


def test_where_another_process_was_first_its_list_stays(made, tmp_path, monkeypatch):
    folder = tmp_path / "matplotlib"
    real = font_cache.run_python

    def run(*arguments, env):
        (folder / "theirs").mkdir(parents=True)
        real(*arguments, env=env)

    monkeypatch.setattr(font_cache, "run_python", run)
    warm_font_cache(folder)
    assert [path.name for path in folder.iterdir()] == ["theirs"] and list(tmp_path.iterdir()) == [folder]


def test_a_list_that_cannot_be_made_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(font_cache, "run_python", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        warm_font_cache(tmp_path / "matplotlib")
    assert list(tmp_path.iterdir()) == []

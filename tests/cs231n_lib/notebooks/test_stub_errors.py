import pytest
from IPython.core.interactiveshell import InteractiveShell

from cs231n_lib.notebooks import stub_errors


@pytest.fixture
def shell():
    shell = InteractiveShell.instance()
    yield shell
    InteractiveShell.clear_instance()


def shown(shell, capsys, error):
    shell.run_cell("from cs231n_lib.notebooks import stub_errors; stub_errors.shorten()")
    result = shell.run_cell(f"def stub():\n    raise {error}\n\nstub()")
    assert isinstance(result.error_in_exec, NotImplementedError)  # Jupyter and the grader still see an error
    return capsys.readouterr().out


def test_a_stub_is_one_line(shell, capsys):
    text = shown(shell, capsys, "NotImplementedError('exercise f: write your code here')")
    assert text.strip() == "NotImplementedError: exercise f: write your code here"


def test_another_not_implemented_error_keeps_its_traceback(shell, capsys):
    assert "Traceback" in shown(shell, capsys, "NotImplementedError('no such mode')")


def test_outside_of_ipython_it_does_nothing():
    stub_errors.shorten()

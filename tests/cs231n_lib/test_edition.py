"""An edition knows which assignments come after it; a checkout is not an edition."""

import pytest

from cs231n_lib import edition
from cs231n_lib.edition import Edition, how_to_install, is_left_out, this_edition, why_left_out

SECOND = Edition("a2", ("a1", "a2", "a3"), {"cs231n_lib.solver": "a3"})


@pytest.mark.parametrize(
    ("assignment", "older"), [("a1", False), ("a2", False), ("a3", True), ("of another course", False)]
)
def test_an_edition_is_older_than_what_comes_after_its_assignment(assignment, older):
    assert SECOND.is_older_than(assignment) is older


def test_in_a_checkout_there_is_no_edition():
    assert this_edition() is None


def test_an_edition_is_read_from_the_file_beside_the_library(run_in_edition):
    code = (
        "import pathlib, cs231n_lib\n"
        "path = pathlib.Path(cs231n_lib.__file__).with_name('edition.toml')\n"
        '_ = path.write_text(\'assignment = "a1"\\nassignments = ["a1", "a2"]\\n[left_out]\\nsolver = ""\\n\')\n'
        "from cs231n_lib.edition import this_edition\n"
        "print(this_edition())"
    )
    printed = run_in_edition(code, without=())
    assert printed.strip() == "Edition(assignment='a1', assignments=('a1', 'a2'), left_out={'solver': ''})"


def test_how_to_get_an_edition_names_its_release_and_the_command():
    assert how_to_install("a3") == "install the kit of the release a3 (python -m pip install ./kit, in its folder)"


def test_whether_a_module_is_left_out(monkeypatch):
    assert not is_left_out("cs231n_lib.solver")  # in a checkout
    monkeypatch.setattr(edition, "this_edition", lambda: SECOND)
    assert is_left_out("cs231n_lib.solver") and not is_left_out("cs231n_lib.optim")


def test_why_a_module_is_left_out(monkeypatch):
    monkeypatch.setattr(edition, "this_edition", lambda: Edition("a2", ("a1", "a2", "a3"), {"m": "a3", "n": ""}))
    begin = "This edition of the library leaves out Solver because it is what"
    later = f"A notebook of a later assignment needs it: {how_to_install('a3')}."
    assert why_left_out("m", "Solver") == f"{begin} the assignment a2 asks you to write. {later}"
    assert why_left_out("n", "Solver") == f"{begin} the assignment a3 asks you to write."
    assert why_left_out("other", "Solver") == f"{begin} the assignment asks you to write."

"""The message that a user sees when an error ends a command."""

import pytest

from autograder.errors import (
    AllErrors,
    CourseError,
    KitError,
    ReleaseError,
    SourceError,
    UnknownWorkspace,
    WorkspaceError,
    as_message,
)


@pytest.mark.parametrize("kind", [KitError, CourseError, SourceError, WorkspaceError, UnknownWorkspace, ReleaseError])
def test_a_mistake_of_the_users_is_told_in_its_own_words(kind):
    assert as_message(kind("It is broken.", "Mend it.")) == ("It is broken.", "Mend it.")
    assert as_message(kind("It is broken.")) == ("It is broken.", None)


def test_an_error_as_text_is_its_message_and_its_hint():
    assert str(KitError("It is broken.", "Mend it.")) == "It is broken.\nMend it."
    assert str(KitError("It is broken.")) == "It is broken."


def test_a_data_error_is_told_in_its_own_words():
    from cs231n_lib.data.errors import DataError

    message, hint = as_message(DataError("No such data set.", "Choose another."))
    assert (message, hint) == ("No such data set.", "Choose another.")


# import names of the packages in pyproject.toml's extra `instructor`, and of a package that nbgrader imports
@pytest.mark.parametrize(
    "package",
    [
        "nbgrader", "jupytext", "nbconvert", "nh3", "jinja2", "markupsafe", "yaml", "sqlalchemy", "tornado", "alembic",
        "rapidfuzz",
    ],
)  # fmt: skip
def test_a_package_of_the_instructors_that_is_missing_comes_with_the_extra(package):
    message, hint = as_message(ModuleNotFoundError("No module", name=f"{package}.inside"))
    assert message == f"This command needs {package}, which is not installed."
    assert "pip install '.[instructor]'" in hint


@pytest.mark.parametrize("module", ["fcntl", "resource"])
def test_a_module_that_windows_lacks(module):
    message, hint = as_message(ModuleNotFoundError("No module", name=module))
    assert message == "This command does not run on Windows itself." and "WSL" in hint


@pytest.mark.parametrize("name", [None, "numpy", "nbgrader_plus"])
def test_any_other_import_that_fails_is_the_kits_fault(name):
    assert "bug in the kit" in as_message(ImportError("no", name=name))[1]


def test_an_error_of_the_system_names_the_file():
    assert as_message(OSError(2, "No such file or directory", "a.txt")) == ("a.txt: No such file or directory.", None)
    assert as_message(OSError(28, "No space left on device")) == ("No space left on device.", None)


def test_a_fault_of_the_kits_is_its_first_line_and_how_to_see_more():
    message, hint = as_message(ValueError("\n first\nsecond"))
    assert message == "ValueError: first" and "CS231N_DEBUG=1" in hint
    assert as_message(ValueError())[0] == "ValueError"
    assert as_message(OSError("odd"))[0] == "OSError: odd"


def test_errors_of_independent_steps_are_raised_together():
    errors = AllErrors(SourceError)
    errors.raise_any()
    for number in (1, 2):
        with errors.collecting():
            raise SourceError(f"Wrong {number}.", f"Do {number}.")
    with errors.collecting():
        pass
    with pytest.raises(SourceError) as raised:
        errors.raise_any()
    assert raised.value.message == "Wrong 1.\nDo 1.\nWrong 2.\nDo 2."


def test_one_error_is_raised_as_it_is_and_no_other_kind_is_collected():
    errors, one = AllErrors(SourceError), SourceError("Wrong.", "Do.")
    with errors.collecting():
        raise one
    with pytest.raises(SourceError) as raised:
        errors.raise_any()
    assert raised.value is one
    with pytest.raises(CourseError), errors.collecting():
        raise CourseError("Wrong.")

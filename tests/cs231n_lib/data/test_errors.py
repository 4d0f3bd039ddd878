from cs231n_lib.data import DataError


def test_a_hint_stands_on_a_line_of_its_own():
    error = DataError("The file is cut off.", hint="Fetch it again.")
    assert str(error) == "The file is cut off.\nFetch it again."
    assert (error.message, error.hint) == ("The file is cut off.", "Fetch it again.")
    assert str(DataError("The file is cut off.")) == "The file is cut off."
    assert DataError("The file is cut off.").hint is None


def test_jupyter_shows_the_message_and_no_traceback():
    assert DataError("Broken.", "Mend it.")._render_traceback_() == ["DataError: Broken.\nMend it."]

"""What is printed of somebody else's text."""

from autograder.console import console, plain, table


def test_text_of_others_cannot_steer_the_terminal(capsys):
    console().print(plain("a\x1b]0;title\x07b\rc\u202ed\ne"))
    assert capsys.readouterr().out == "a\ufffd]0;title\ufffdb\ufffdc\ufffdd\ne\n"


def test_text_of_others_is_no_markup(capsys):
    console().print(plain("[bold]x[/bold] [/] :smile:"))
    assert capsys.readouterr().out == "[bold]x[/bold] [/] :smile:\n"


def test_a_table_that_is_no_terminal_does_not_fold(capsys, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    made = table("a")
    made.add_row("word " * 60)
    console().print(made)
    assert "word " * 59 in capsys.readouterr().out

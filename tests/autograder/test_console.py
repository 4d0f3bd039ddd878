"""How the console prints untrusted text."""

from autograder.console import console, plain, progress, show, table


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


def test_what_is_no_terminal_has_500_columns_unless_it_is_told_otherwise(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    assert console().width == 500 == console(stderr=True).width
    monkeypatch.setenv("COLUMNS", "70")
    assert console().width == 70


def test_errors_go_to_the_other_stream(capsys):
    console(stderr=True).print("oops")
    console().print("fine")
    assert capsys.readouterr() == ("fine\n", "oops\n")


def test_a_table_has_its_numbers_on_the_right(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    listing = table("name", "points", right=("points",), title="Class")
    listing.add_row("ann", "1")
    console().print(listing)
    title, names, _, row = (line for line in capsys.readouterr().out.splitlines() if line.strip())
    assert title.strip() == "Class" and names.split() == ["name", "points"] and row.endswith("    1 ")
    assert [column.justify for column in listing.columns] == ["left", "right"]


def test_on_a_ci_service_text_is_no_command(monkeypatch):
    monkeypatch.setenv("CI", "true")
    assert str(plain("::error::x")) != "::error::x"
    monkeypatch.delenv("CI")
    for name in ("GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "TEAMCITY_VERSION", "BUILDKITE", "JENKINS_URL"):
        monkeypatch.delenv(name, raising=False)
    assert str(plain("::error::x")) == "::error::x" and str(plain(5, "red").style) == "red"


def test_progress_on_what_is_no_terminal_prints_nothing(capsys):
    with progress("grading") as update:
        update(1, 2)
        update(2, 2, note="ann")
    assert capsys.readouterr() == ("", "")


def test_progress_on_a_terminal_says_what_is_done_of_whom(capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    with progress("grading") as update:
        update(1, 7, "[b]ann[/b]\x07")
    out, err = capsys.readouterr()
    assert out == "" and "grading [b]ann[/b]" in err and "1/7" in err and "\x07" not in err


def test_a_table_that_is_shown_to_no_terminal_has_no_padding_and_no_rules(capsys, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    made = table("name", "why", title="Title")
    made.add_row("ann", "x" * 300)
    made.add_row("bob", "short")
    show(console(), made)
    show(console(), plain("end"))
    assert capsys.readouterr().out.splitlines() == [
        "Title", "name  why", f"ann   {'x' * 300}", "bob   short", "", "end"
    ]  # fmt: skip

"""The click group behind `cs231n`, with commands made for these tests."""

import click
import pytest
from click.testing import CliRunner

from autograder.cli.command_group import Commands, Failure, is_debugging
from autograder.errors import KitError


@pytest.fixture
def run(monkeypatch):
    """run(*arguments, fail=error) -> click's Result of a group with `check`, `grade` and `grade-one`."""
    monkeypatch.delenv("CS231N_DEBUG", raising=False)
    monkeypatch.delenv("CI", raising=False)

    def invoke(*arguments, fail=None, names=("check", "grade", "grade-one")):
        @click.group(cls=Commands)
        def main():
            pass

        def callback(file):
            if fail:
                raise fail

        for name in names:
            argument = click.Argument(["file"], required=False)
            main.add_command(click.Command(name, callback=callback, params=[argument], short_help=f"Do {name}."))
        return CliRunner().invoke(main, arguments)

    return invoke


def test_help_lists_the_commands_there_are_by_who_runs_them(run):
    text = run("--help", names=("grade-one", "check", "doctor", "grade")).output
    lines = [" ".join(line.split()) for line in text.splitlines()]
    start = lines.index("For students:")
    assert lines[start : start + 8] == [
        "For students:", "doctor Do doctor.", "check Do check.", "",
        "For instructors:", "grade Do grade.", "grade-one Do grade-one.", "",
    ]  # fmt: skip


def test_help_of_a_release_names_no_instructors_command_or_exit_code(run):
    text = run("--help", names=("doctor", "data", "check")).output
    assert "For instructors" not in text and "collect" not in text and "grade-one" not in text
    assert [line.split()[0] for line in text.partition("Exit codes:")[2].splitlines() if line[4:5].isdigit()] == list(
        "012"
    )


def test_help_has_the_exit_codes_of_the_commands_there_are(run):
    codes = run("--help").output.partition("Exit codes:")[2]
    assert [line.split()[0] for line in codes.splitlines() if line[4:5].isdigit()] == list("0124")
    codes = run("--help", names=("collect",)).output.partition("Exit codes:")[2]
    assert [line.split()[0] for line in codes.splitlines() if line[4:5].isdigit()] == list("0123")
    assert "CS231N_DEBUG=1" in codes


def test_the_commands_are_in_one_order_everywhere(run):
    @click.group(cls=Commands)
    def main():
        pass

    for name in (
        "export",
        "check",
        "grade-one",
        "release",
        "similar",
        "data",
        "init",
        "feedback",
        "build",
        "collect",
        "doctor",
        "grade",
    ):
        main.add_command(click.Command(name))
    assert main.list_commands(None) == [
        "doctor", "data", "check",
        "init", "build", "release", "collect", "grade", "grade-one", "feedback", "similar", "export",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("chekc", "Did you mean check?"),
        ("grad", "Did you mean grade or grade-one?"),
        ("zzz", "Run cs231n --help to list the commands."),
    ],
)
def test_an_unknown_command_is_told_the_near_ones(run, typed, said):
    result = run(typed)
    assert result.exit_code == 2 and f"There is no command '{typed}'. {said}" in result.output


@pytest.mark.parametrize(
    "name", ["init", "build", "release", "collect", "grade", "grade-one", "feedback", "similar", "export"]
)
def test_a_release_says_whose_a_command_is(run, name):
    result = run(name, names=("check",))
    assert result.exit_code == 1
    assert f"`cs231n {name}` is a command for instructors" in result.output and "cs231n check" in result.output


@pytest.mark.parametrize("name", ["doctor", "data", "check"])
def test_a_students_command_is_none_of_those(run, name):
    assert run(name, names=("grade",)).exit_code == 2


def test_a_wrong_option_is_not_taken_for_a_command(run):
    result = run("--wrong")
    assert result.exit_code == 2 and "No such option" in result.output and "There is no command" not in result.output


def test_an_error_is_its_message_and_its_hint(run):
    result = run("grade", fail=KitError("It is broken.", "Mend it."))
    assert result.exit_code == 1 and result.output.splitlines() == ["Error: It is broken.", "Mend it."]
    assert run("grade", fail=KitError("It is broken.")).output.splitlines() == ["Error: It is broken."]


def test_a_fault_is_told_without_a_traceback_unless_asked_for(run, monkeypatch):
    result = run("grade", fail=ZeroDivisionError("by zero"))
    assert result.exit_code == 1 and "Error: ZeroDivisionError: by zero" in result.output
    monkeypatch.setenv("CS231N_DEBUG", "1")
    assert isinstance(run("grade", fail=ZeroDivisionError("by zero")).exception, ZeroDivisionError)


@pytest.mark.parametrize(("value", "debugging"), [(None, False), ("", False), ("0", False), ("1", True), ("yes", True)])
def test_debugging_is_asked_for_in_the_environment(monkeypatch, value, debugging):
    monkeypatch.delenv("CS231N_DEBUG", raising=False)
    if value is not None:
        monkeypatch.setenv("CS231N_DEBUG", value)
    assert is_debugging() is debugging


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (click.exceptions.Exit(3), 3), (click.ClickException("x"), 1), (Failure("x", None), 1),
        (KeyboardInterrupt(), 1), (click.Abort(), 1), (EOFError(), 1), (SystemExit(4), 4),
    ],
)  # fmt: skip
def test_what_ends_a_command_on_purpose_keeps_its_exit_code(run, error, code):
    result = run("grade", fail=error)
    assert result.exit_code == code and "bug in the kit" not in result.output


def test_a_file_name_in_an_error_cannot_give_a_ci_service_a_command(run):
    result = run("grade", fail=click.UsageError("no such file: ::error::x\n##[set-output]y"))
    assert result.exit_code == 2 and "::error" not in result.output and "##[" not in result.output

from datetime import UTC, datetime

import pytest

from autograder.course.course_toml import LateRules, load_course
from autograder.errors import CourseError
from autograder.notebook.limits import Limits

MINIMAL = """
[course]
id = "c1"
title = "A course"

[[assignment]]
name = "first"
title = "The first"
notebooks = ["one", "two"]
"""


@pytest.fixture
def course(tmp_path):
    def load(text, encoding="utf-8"):
        (tmp_path / "course.toml").write_bytes(text.encode(encoding))
        return load_course(tmp_path)

    return load


def test_reads_assignments_in_order(course):
    text = MINIMAL + '[[assignment]]\nname = "a_later_one"\ntitle = "Later"\nnotebooks = ["three"]\n'
    assert list(course(text).assignments) == ["first", "a_later_one"]


def test_defaults(course):
    first = course(MINIMAL).assignment("first")
    assert (first.answers, first.files, first.accept, first.due, first.limits) == ((), (), (), None, Limits())


def test_hidden_tests_are_shown_only_if_the_course_says_so(course):
    assert course(MINIMAL).assignment("first").show_hidden_tests is False
    assert course(MINIMAL + "show_hidden_tests = true\n").assignment("first").show_hidden_tests is True
    assert course(MINIMAL).assignment("first").show_scheme is False
    assert course(MINIMAL + "show_scheme = true\n").assignment("first").show_scheme is True


def test_limits_override_only_what_they_name(course):
    limits = course(MINIMAL + "[assignment.limits]\ncell_seconds = 5\n").assignment("first").limits
    assert limits == Limits(cell_seconds=5)


def test_due_is_kept_in_utc(course):
    due = course(MINIMAL + "due = 2026-10-02T23:59:00-07:00\n").assignment("first").due
    assert due == datetime(2026, 10, 3, 6, 59, tzinfo=UTC)


def test_due_is_kept_as_it_is_written_too(course):
    written = course(MINIMAL + "due = 2026-10-02T23:59:00-07:00\n").assignment("first").due_written
    assert f"{written:%A, %H:%M %Z}" == "Friday, 23:59 UTC-07:00"


def test_a_byte_order_mark_of_notepads_is_no_part_of_the_course(course):
    assert list(course(MINIMAL, "utf-8-sig").assignments) == ["first"]


def test_another_encoding_is_named_with_what_to_do(course):
    with pytest.raises(CourseError, match="(?s)course.toml is not UTF-8 text.*Save it as UTF-8"):
        course(MINIMAL, "utf-16")


def test_answers_of_this_and_later_assignments(course, tmp_path):
    text = """
[course]
id = "c"
title = "C"
[edition]
root = "."
include = ["lib"]
package = "lib"
"""
    for name in "abc":
        text += f'[[assignment]]\nname = "{name}"\ntitle = "T"\nnotebooks = ["n{name}"]\nanswers = ["lib/{name}.py"]\n'
    assert course(text).answers("b") == ["lib/b.py", "lib/c.py"]


def test_the_rules_for_late_work(course):
    assert course(MINIMAL).late == LateRules(0, None, 0, None)
    assert not course(MINIMAL).late.cost_points
    text = MINIMAL + "[late]\npercent_per_day = 10\ncloses_after_days = 0\ndays = 5\ndays_per_assignment = 2\n"
    assert course(text).late == LateRules(10, 0, 5, 2)
    assert course(MINIMAL + "[late]\ncloses_after_days = 0\n").late.cost_points


def test_the_time_zone_of_the_course(course):
    assert course(MINIMAL).time_zone is None
    text = MINIMAL.replace("[course]", '[course]\ntime_zone = "Europe/Berlin"')
    assert str(course(text).time_zone) == "Europe/Berlin"


def test_files_that_a_notebook_is_graded_without(course):
    loaded = course(EDITION + MINIMAL + WITHOUT + 'one = ["lib/a.py"]\n')
    assert loaded.assignment("first").graded_without == {"one": ("lib/a.py",)}


def test_unknown_assignment_suggests_the_one_meant(course):
    with pytest.raises(CourseError) as error:
        course(MINIMAL).assignment("frist")
    assert "Did you mean first?" in str(error.value)


@pytest.mark.parametrize(
    ("pattern", "path", "accepted"),
    [
        ("notes.txt", "notes.txt", True),
        ("notes.txt", "Notes.txt", False),
        ("results/*.png", "results/loss.png", True),
        ("results/*.png", "results/deep/loss.png", False),
        ("*", "results/loss.png", False),
        ("*/*", "results/loss.png", True),
        ("*", "Two.IPYNB", False),
        ("*", "timestamp.txt", False),
        ("*", "given.csv", False),  # the instructor's
        ("*", "numpy.py", False),
        ("*", "numpy.cpython-311-x86_64-linux-gnu.so", False),
        ("*.py", "numpy.py", True),
    ],
)
def test_accepts(course, pattern, path, accepted):
    first = course(MINIMAL + f'accept = ["{pattern}"]\nfiles = ["given.csv"]\n').assignment("first")
    assert first.accepts(tuple(path.split("/"))) is accepted


WITHOUT = "[assignment.graded_without]\n"
EDITION = '[edition]\nroot = "."\ninclude = ["lib"]\npackage = "lib"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[course\n", "is not valid TOML"),
        ("", "course is missing"),
        ('[course]\nid = "c"\ntitle = "T"\n', "there is no [[assignment]]; add at least one"),
        (MINIMAL.replace('title = "A course"', "title = 3"), "[course]: title = 3 must be text in quotes"),
        (MINIMAL.replace('title = "A course"', 'title = " "'), "[course]: title is empty"),
        (MINIMAL.replace('id = "c1"', 'id = "c 1"'), "[course]: id: 'c 1' may contain only"),
        (MINIMAL.replace('["one", "two"]', '["one", "Con"]'), "notebooks: 'Con' has a name that Windows reserves"),
        (
            MINIMAL + 'colour = "red"\n',
            "[[assignment]] 'first': 'colour' is not a known key; the known keys are name, notebooks",
        ),
        (MINIMAL + "note = []\n", "did you mean notebooks"),
        (MINIMAL.replace('name = "first"\n', ""), "[[assignment]] number 1: name is missing"),
        (MINIMAL.replace('["one", "two"]', "[]"), "notebooks is empty"),
        (MINIMAL.replace('["one", "two"]', '["one", "one"]'), "notebooks lists 'one' twice"),
        (
            MINIMAL.replace('["one", "two"]', '["one", 2]'),
            "notebooks must be a list of names in quotes, but contains 2",
        ),
        (MINIMAL.replace('["one", "two"]', '["one.py"]'), "notebooks: 'one.py' may contain only"),
        (MINIMAL + MINIMAL.partition("[[")[2].join(["[[", ""]), "'first' appears twice"),
        (
            MINIMAL + '[[assignment]]\nname = "x"\ntitle = "X"\nnotebooks = ["two"]\n',
            "'two' is listed in 'first' and in 'x'",
        ),
        (MINIMAL + 'accept = ["/etc/*"]\n', "'/etc/*' must be a relative path"),
        (MINIMAL + 'accept = ["C:*"]\n', "'C:*' must be a relative path"),
        (MINIMAL + 'accept = ["a/../../*"]\n', "must be a relative path"),
        (MINIMAL + 'accept = ["*.ipynb"]\n', "'*.ipynb' would accept notebooks"),
        (MINIMAL + "due = 2026-10-02T23:59:00\n", "has no time zone"),
        (MINIMAL + "show_hidden_tests = 1\n", "show_hidden_tests = 1 must be true or false"),
        (MINIMAL + 'due = "tomorrow"\n', "must be a date and time such as"),
        (MINIMAL + "[assignment.limits]\ncell_seconds = 0\n", "cell_seconds = 0 must be above 0"),
        (MINIMAL + "[assignment.limits]\ncell_seconds = true\n", "must be a whole number"),
        (MINIMAL + "[assignment.limits]\ncell_second = 3\n", "did you mean cell_seconds"),
        (MINIMAL + 'answers = ["lib/a.py"]\n', "add an [edition]"),
        (MINIMAL + WITHOUT + 'one = ["lib/a.py"]\n', "add an [edition]"),
        (
            EDITION + MINIMAL + WITHOUT + 'three = ["lib/a.py"]\n',
            "'three' is not a known key; the known keys are one, two",
        ),
        (EDITION + MINIMAL + WITHOUT + 'one = ["../a.py"]\n', "'../a.py' must be a relative path"),
        (EDITION + MINIMAL + 'answers = ["../a.py"]\n', "'../a.py' must be a relative path"),
        (EDITION + MINIMAL + 'answers = ["/a.py"]\n', "'/a.py' must be a relative path"),
        (EDITION.replace('"."', '"nowhere"') + MINIMAL, "nowhere is not a folder"),
        (EDITION + 'pages = ["a/help.md", "b/help.md"]\n' + MINIMAL, "two pages are called 'help.md'"),
        (MINIMAL + "[late]\npercent_per_day = 101\n", "[late]: percent_per_day = 101 must be from 0 to 100"),
        (MINIMAL + "[late]\ndays = -1\n", "[late]: days = -1 must be at least 0"),
        (MINIMAL + "[late]\ndays_per_assignment = 1\n", "needs days, the number of late days"),
        (MINIMAL + "[late]\npercent = 1\n", "did you mean percent_per_day"),
        (MINIMAL.replace("[course]", '[course]\ntime_zone = "PST8"'), "time_zone = 'PST8' is not a time zone"),
        ("assignment = [3]\n" + MINIMAL.partition("[[")[0], "assignment must be a list of tables"),
    ],
)
def test_refuses(course, text, message):
    with pytest.raises(CourseError) as error:
        course(text)
    assert message in error.value.message


def test_missing_file_names_the_folder(tmp_path):
    with pytest.raises(CourseError, match="There is no course.toml in .*nowhere"):
        load_course(tmp_path / "nowhere")


def test_other_encodings_are_refused_by_name(course):
    with pytest.raises(CourseError, match="is not UTF-8"):
        course(MINIMAL.replace("A course", "Año"), encoding="latin-1")


def test_everything_that_is_wrong_is_said_at_once(course):
    text = MINIMAL.replace('title = "A course"', "title = 3") + (
        'due = "soon"\nanswer = 1\n[assignment.limits]\ncell_seconds = 0\nnotebook_seconds = "x"\n'
        '[[assignment]]\nname = "second"\nnotebooks = ["two"]\n[edition]\nroot = "nowhere"\n'
    )
    with pytest.raises(CourseError) as error:
        course(text)
    said = str(error.value).splitlines()
    for what in (
        "title = 3 must be text",
        "due = 'soon' must be a date",
        "'answer' is not a known key; did you mean answers",
        "cell_seconds = 0 must be above 0",
        "notebook_seconds = 'x' must be a whole number",
        "[[assignment]] 'second': title is missing",
        "the notebook 'two' is listed in 'first' and in 'second'",
        "nowhere is not a folder",
    ):
        assert len([line for line in said if what in line]) == 1, what
    assert len(said) == 8


MAIL = '[mail]\nhost = "smtp.x.edu"\nfrom = "Course <t@x.edu>"\n'


def test_mail_has_defaults(course):
    assert course(MINIMAL).mail is None
    mail = course(MINIMAL + MAIL).mail
    assert (mail.host, mail.sender, mail.security, mail.port, mail.per_minute) == (
        "smtp.x.edu", "Course <t@x.edu>", "starttls", 587, 30,
    )  # fmt: skip
    assert course(MINIMAL + MAIL + 'security = "ssl"\n').mail.port == 465
    assert course(MINIMAL + MAIL + 'security = "none"\nport = 2525\n').mail.port == 2525
    text = 'user = "u"\nreply_to = "a@x.edu"\nsubject = "{course}"\nbody = "{name}\\n"\nper_minute = 6\n'
    mail = course(MINIMAL + MAIL + text).mail
    assert (mail.user, mail.reply_to, mail.subject, mail.body, mail.per_minute) == (
        "u", "a@x.edu", "{course}", "{name}\n", 6,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[mail]\nhost = "x"\n', "[mail]: from is missing"),
        ('[mail]\nfrom = "t@x.edu"\n', "[mail]: host is missing"),
        (MAIL + 'password = "x"\n', "password does not belong here; put it into CS231N_MAIL_PASSWORD"),
        (MAIL + 'security = "tls"\n', "security = 'tls' must be one of starttls, ssl, none"),
        (MAIL + 'security = "none"\nuser = "u"\n', "anyone could read the password"),
        (MAIL + "port = 0\n", "port = 0 must be above 0"),
        (MAIL + "per_minute = -1\n", "per_minute = -1 must be above 0"),
        (MAIL + 'subject = "{points}"\n', "subject has the placeholder {points}"),
        (MAIL + 'subject = "a\\nb"\n', "subject has more than one line"),
        (MAIL + 'body = "{"\n', "body has a single { or }"),
        (MAIL + 'reply_to = "nobody"\n', "reply_to: 'nobody' is not an e-mail address"),
        (MAIL.replace("t@x.edu", "t"), "from: 'Course <t>' is not an e-mail address"),
        (MAIL + "frm = 1\n", "'frm' is not a known key; did you mean from"),
    ],
)
def test_a_wrong_mail_table(course, text, problem):
    with pytest.raises(CourseError) as caught:
        course(MINIMAL + text)
    assert problem in str(caught.value)
    assert "[mail]" in str(caught.value)


def test_a_user_may_log_in_on_this_machine_without_encryption(course):
    text = MAIL.replace("smtp.x.edu", "localhost") + 'security = "none"\nuser = "u"\n'
    assert course(MINIMAL + text).mail.user == "u"

"""Text that student code prints during a test cannot be mistaken for the test's own output."""

from nbformat.v4 import new_output

from autograder.execution.students_text import STUDENTS_PREFIX, marked, marked_outputs

VERDICT = "Score: 4.0 / 4.0 (graded by the autograder)"


def lines_of(text):
    made = marked(text)
    assert made.endswith("\n")
    return made[:-1].split("\n")


def test_every_line_says_whose_it_is():
    assert lines_of(f"hm\n{VERDICT}\n") == [f"{STUDENTS_PREFIX}hm", f"{STUDENTS_PREFIX}{VERDICT}"]


def test_no_character_begins_a_line_without_it():
    for character in (*map(chr, range(32)), *"\x7f\x85\u2028\u2029", "\r\n", "\x1b[2J", "\x1b[1A", "\x1b]0;x\x07"):
        assert all(line.startswith(STUDENTS_PREFIX) for line in lines_of(f"a{character}{VERDICT}")), repr(character)
    for character in "\u202e\u2066\u200b\u200f\ufeff\ud800":
        assert lines_of(f"a{character}b") == [f"{STUDENTS_PREFIX}ab"]


def test_a_line_too_wide_for_a_page_goes_on_behind_the_prefix():
    for text in (" " * 500 + VERDICT, "x" * 500, "満" * 500, "\t" * 100 + VERDICT):
        lines = lines_of(text)
        assert len(lines) > 4 and all(line.startswith(STUDENTS_PREFIX) for line in lines)
        assert max(len(line) + line.count("満") for line in lines) <= len(STUDENTS_PREFIX) + 90
        assert "".join(line.removeprefix(STUDENTS_PREFIX) for line in lines) == text.expandtabs(4)


def test_a_line_has_ninety_columns_behind_the_prefix():
    assert STUDENTS_PREFIX == "student's code │ "
    assert lines_of("x" * 90) == [STUDENTS_PREFIX + "x" * 90]
    assert lines_of("x" * 91) == [STUDENTS_PREFIX + "x" * 90, STUDENTS_PREFIX + "x"]


def test_of_what_is_displayed_only_text_is_shown():
    shown = {"text/html": f"<h3>{VERDICT}</h3>", "text/plain": "<HTML object>"}
    outputs = [new_output("display_data", data=shown), new_output("display_data", data={"image/png": "AAAA"})]
    [made] = marked_outputs([new_output("stream", text="a\n"), *outputs], 1_000)
    assert made == {
        "output_type": "stream",
        "name": "stdout",
        "text": f"{STUDENTS_PREFIX}a\n{STUDENTS_PREFIX}<HTML object> [not shown in a test: text/html]\n"
        f"{STUDENTS_PREFIX}an output [not shown in a test: image/png]\n",
    }
    assert marked_outputs([], 1_000) == []


def test_it_is_bounded():
    whole = f"{STUDENTS_PREFIX}abc\n"
    for limit, kept in ((2 * len(whole), 2), (2 * len(whole) - 1, 1)):
        [made] = marked_outputs([new_output("stream", text="abc\nabc\n")], limit)
        assert made["text"] == kept * whole + (2 - kept) * f"{STUDENTS_PREFIX}[cut here]\n"
    [made] = marked_outputs([new_output("stream", text="\n" * 100_000)], 2_000)
    assert len(made["text"]) < 2_100 and made["text"].endswith("[cut here]\n")

"""Untrusted text stays text in every medium: each function is tested against the special sequences of its medium."""

import csv
import html as python_html
import io
import json
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder import text

ANYTHING = st.text(st.characters(codec=None) | st.sampled_from(":#[]`=\t\n\r \x1b\u202e＝;\"'|"), max_size=60)
STEERING = ["\0", "\x07", "\x1b", "\x9b", "\r", "\x7f", "\u202e", "\u2066", "\u200b", "\u200d", "\u2028", "\ufeff"]
INVISIBLE = ["\u115f", "\u3164", "\u034f", "\u2800", "\ufe0f", "\U000e0100"]


def lines_of_a_log(printed):
    return re.split(r"[\r\n\x0b\x0c\x85\u2028\u2029]", printed)


@pytest.mark.parametrize("character", [*STEERING, *INVISIBLE, "\ud800"])
def test_a_terminal_gets_nothing_that_steers_it_hides_or_reorders(character):
    assert text.terminal(f"a{character}b") == "a\ufffdb"
    assert text.printable(f"a{character}b") == "a?b"
    assert text.one_line(f"a{character}b", 9) in ("a\ufffdb", "a b")  # some of them count as spaces
    assert re.fullmatch(r"a\\[rxuU]?[0-9a-f]*b", text.escaped(f"a{character}b"))


def test_a_terminal_gets_everything_that_is_written_to_be_read():
    written = "Jürgen Núñez 李明 محمد 🎉\n  second line"
    assert text.terminal(written) == written
    assert text.printable("two\nlines") == "two?lines"
    assert text.one_line("two\n  lines  " + "x" * 100, 12) == "two lines x…"
    assert text.lines("a\tb\n" + "x" * 10, 8) == "a   b\nxxx…"


@pytest.mark.parametrize(
    "command",
    [
        *("::error::x", "  ::notice title=x::y", ":::notice::y", "::::error::y", "x" * 50 + ":::error::", "\t::x"),
        *("\u3000::x", "a\r::x", "a\x0b::x", "a\x85::x", "a\u2028::x", "::stop-commands::x", "::add-mask::x"),
        *("##[error]x", "a ###[error]x", "##vso[task.complete]", "##teamcity[x]", "####[x]", "\n##[x]"),
        *("section_start:1:x\r\x1b[0K", "\x1b[0Ksection_end:1:x\r\x1b[0K"),
    ],
)
def test_no_ci_service_takes_text_for_a_command_wherever_it_is_folded(command):
    shown = text.ci_log(command)
    assert not re.search(r"##\w*\[|\r|\x1b", shown)
    for start in range(len(shown)):  # a line may be folded anywhere
        for line in lines_of_a_log(shown[start:]):
            assert not line.lstrip().startswith("::")


@given(ANYTHING)
def test_nothing_is_a_ci_command_and_to_do_it_twice_changes_nothing(given):
    shown = text.ci_log(given)
    assert "::" not in shown and not re.search(r"##\w*\[", shown) and not re.search(r"[\r\x1b\x85\u2028]", shown)
    assert text.ci_log(shown) == shown


@given(ANYTHING)
def test_a_line_of_json_is_one_line_that_holds_the_text_and_no_command(given):
    line = text.json_line({"event": given})
    assert json.loads(line) == {"event": given}
    assert "##" not in line and line.isascii() and line.startswith("{") and "\n" not in line


@given(ANYTHING)
def test_html_is_text_in_an_element_and_in_an_attribute(given):
    shown = text.html(given)
    assert not set("<>\"'") & set(shown)
    assert not re.search("[\0-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]", shown)
    assert len(python_html.unescape(shown)) <= len(given)


def test_html_keeps_what_is_written_to_be_read():
    assert python_html.unescape(text.html("a < b & 'c'\n  نمی‌خواهم")) == "a < b & 'c'\n  نمی‌خواهم"


@given(ANYTHING)
def test_xml_takes_the_text(given):
    element = ElementTree.Element("failure", message=text.xml(given))
    element.text = text.xml(given)
    read = ElementTree.fromstring(ElementTree.tostring(element, encoding="unicode"))
    assert read.get("message") == text.xml(given)


@given(ANYTHING)
def test_a_block_of_markdown_ends_where_we_end_it(given):
    first, *inside, last = "\n".join(text.markdown_block(given)).split("\n")
    assert first == f"{last}text" and set(last) == {"`"} and len(last) >= 3
    assert not [line for line in inside if re.fullmatch(rf" {{0,3}}`{{{len(last)},}}\s*", line)]


@given(ANYTHING)
def test_a_code_span_of_markdown_ends_where_we_end_it(given):
    span = text.markdown_code(given)
    fence = re.match("`+", span)[0]
    assert span.endswith(fence) and "\n" not in span
    inside = span[len(fence) : -len(fence)]
    assert fence not in re.findall("`+", inside) and not re.search(r"(?<!\\)\|", inside)


def test_markdown_of_the_courses_own_is_not_markup():
    shown = text.markdown("<b> [a](http://b) ![c](d) `e` @all #1 | *f*\n# g")
    assert re.sub(r"\\.", "", shown).split() == ["b", "ahttp//b", "cd", "e", "all", "1", "f", "g"]


# the first character of a spreadsheet formula; cells may also be separated by ; | or a tab
FORMULA = re.compile("[=+@\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b-]")


@pytest.mark.parametrize(
    "cell",
    [
        *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", '"=1', '"" =1', "'=1", "\u200b=1"),
        *("＝1+1", "＋1", "－1", "＠SUM(A1)", "﹦1", "﹢1", "﹣1", "﹫x", "\u3000＝1", "\xa0=1"),
        *("Ann;=1+1", "Ann;=cmd|' /C calc'!A0;x", "Ann\t=1", "Ann|=1", "Ann,=1", 'Ann;"=1"', "Ann; ＝1", "Ann；=1"),
    ],
)
def test_no_spreadsheet_takes_a_cell_for_a_formula(cell):
    written = io.StringIO(newline="")
    csv.writer(written).writerow(["before", text.csv_cell(cell), "after"])
    row = written.getvalue()
    assert next(csv.reader(io.StringIO(row, newline="")))[0::2] == ["before", "after"]
    for separator in ",;\t|\r\n；":
        for part in row.split(separator):
            assert not FORMULA.match(re.sub(r"^[\s\u200b\ufeff\"]+", "", part)), part


@pytest.mark.parametrize("cell", ["", "Ann", "O'Neil-Smith", "ann@school.org", "a=b", "1+1", "李明", "Lee, Ann"])
def test_a_cell_that_is_none_stays_as_it_is(cell):
    assert text.csv_cell(cell) == cell


@pytest.mark.parametrize(
    "name",
    [
        *("CON", "con", "Con.txt", "NUL.tar.gz", "aux .ipynb", "PRN", "COM1", "com0.ipynb", "LPT9", "COM¹", "CONIN$"),
        *("", ".", "..", "a.", "a ", "a. .", "a:b", "knn.ipynb::$DATA", "a/b", "a\\b", "a?", "a*", 'a"', "<a>", "a|b"),
        *("a\nb", "a\0", "a\x1b[2J", "a\ud800", "a\u202egpj.exe", "a\u2066b"),
    ],
)
def test_a_name_that_is_trouble_on_some_system_is_unusable(name):
    assert text.unusable_name(name).startswith("has ")


@pytest.mark.parametrize("name", ["knn.ipynb", "console.py", "com10", "null", ".hidden", "Jürgen", "a b", "auxil.csv"])
def test_an_ordinary_name_is_usable(name):
    assert text.unusable_name(name) is None


def test_names_that_are_the_same_on_some_file_system():
    same = ["Jürgen", "jürgen", "JU\u0308RGEN", "ju\u0308rgen", "j\u200bürgen", "j\u3164ürgen", "jürgen\ufe0f"]
    assert len({text.same_name(name) for name in same}) == 1
    assert text.same_name("straße") == text.same_name("STRASSE")
    assert text.same_name("ann") != text.same_name("anna")


@pytest.mark.parametrize("name", ["CI", "GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION"])
def test_a_ci_service_is_known_by_its_environment(monkeypatch, name):
    for variable in ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "TEAMCITY_VERSION", "BUILDKITE", "JENKINS_URL"):
        monkeypatch.delenv(variable, raising=False)
    assert not text.on_ci_service()
    monkeypatch.setenv(name, "true")
    assert text.on_ci_service()


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("CON", "CON_"), ("nul.txt", "nul_.txt"), ("Com1", "Com1_"), ("LPT¹", "LPT¹_"), ("aux .x", "aux_.x"),
        ("console", "console"), ("bob. ", "bob"), (".bob", "bob"), ("-rf", "rf"), ("a:b", "a_b"), ("a\x1bb", "a_b"),
        ("a\u202eb", "a_b"), ("a\u2066b", "a_b"), ("a\udc80b", "a_b"), ("a\u2028b", "a b"), ("../x", "_x"),
    ],
)  # fmt: skip
def test_names_that_file_systems_keep_for_themselves(given, made):
    assert text.safe_name(given) == made == text.safe_name(made)


@given(ANYTHING)
def test_a_safe_name_is_one_part_of_a_path(name):
    made = text.safe_name(name)
    assert "/" not in made and "\\" not in made and not made.startswith((".", "-")) and made == made.strip(" .")
    assert made == text.safe_name(made)  # so that a collected file can be collected again
    assert not set(made) & set("*?[]{}+%#\x00\n")


@pytest.mark.parametrize(("given", "most", "cut"), [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("", 0, ""), ("ab", 1, "…")])
def test_a_text_is_cut_to_so_many_characters(given, most, cut):
    assert text.cut(given, most) == cut == text.one_line(given, most) == text.lines(given, most)

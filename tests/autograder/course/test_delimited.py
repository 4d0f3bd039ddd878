"""Tables of delimited text: every encoding and separator, and cells changed without touching the rest."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.course.delimited import parse_table, read_table, to_csv, without_protection
from autograder.errors import KitError

TEXT = 'Name,Points\r\n"Müller, ""J""",3\r\n\r\nGarcía,\n'
READ = [["Name", "Points"], ['Müller, "J"', "3"], ["García", ""]]


def texts(table):
    return [row.texts for row in table.rows]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_an_encoding_and_a_separator_are_found(encoding, separator):
    text = TEXT.replace(",", separator)
    table = parse_table(text.encode(encoding), "a.csv")
    assert texts(table) == [[cell.replace(",", separator) for cell in row] for row in READ]
    assert [row.line for row in table.rows] == [1, 2, 4]
    assert table.with_cells({}) == text.encode(encoding)


def test_the_line_that_states_the_separator_is_not_the_header():
    data = b"sep=;\r\na,b;c\r\n1,5;2\r\n"
    table = parse_table(data, "a.csv")
    assert texts(table) == [["a,b", "c"], ["1,5", "2"]]
    assert table.rows[0].line == 2 and table.with_cells({}) == data


def test_cells_change_and_the_rest_stays_byte_for_byte():
    table = parse_table(TEXT.encode("utf-16"), "a.csv")
    first, second = table.rows[1].cells, table.rows[2].cells
    changed = table.with_cells({first[0]: "x", first[1]: '1,"5', second[1]: "9"})
    assert changed == 'Name,Points\r\n"x","1,""5"\r\n\r\nGarcía,9\n'.encode("utf-16")


cells = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=6)


@given(rows=st.lists(st.lists(cells, min_size=2, max_size=4), min_size=1, max_size=4))
def test_what_python_writes_is_read(rows):
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["some", "header"], *rows])
    table = parse_table(text.getvalue().encode(), "a.csv")
    expected = [["some", "header"], *(row for row in rows if any(cell.strip() for cell in row))]
    assert [[cell.text for cell in row.cells] for row in table.rows] == expected
    assert table.with_cells({}).decode() == text.getvalue()


@pytest.mark.parametrize(
    "data, why",
    [
        (b"PK\x03\x04rest", "is a workbook"),
        (b"", "is empty"),
        (b"\r\n , \r\n", "is empty"),
        (b'a,b\nx,"y\nz,1\n', "line 2: a quote is opened"),
        (b"\xff\xfea", "is not text in UTF-16-LE"),
    ],
)
def test_what_is_no_table_is_refused(data, why):
    with pytest.raises(KitError, match=why):
        parse_table(data, "a.csv")


def test_a_file_that_is_missing_is_refused(tmp_path):
    with pytest.raises(KitError, match=r"Cannot read .*none\.csv: No such file"):
        read_table(tmp_path / "none.csv")


def test_a_spreadsheet_opens_what_is_written(tmp_path):
    data = to_csv([["name", "points"], ["=cmd()", 1.5], ["García", None]])
    assert data == "\ufeffname,points\r\n'=cmd(),1.5\r\nGarcía,\r\n".encode()


@pytest.mark.parametrize("text", ["=cmd()", "a;=b", "O'Brien", "'quoted'", "@octocat; -x", ""])
def test_the_protection_can_be_taken_off(text):
    [row] = parse_table(to_csv([[text, "x"]]), "a.csv").rows
    assert without_protection(row.cells[0].text) == text

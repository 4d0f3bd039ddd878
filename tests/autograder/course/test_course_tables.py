"""What roster.csv, extensions.csv and groups.csv have in common."""

import unicodedata

import pytest

from autograder.course.course_tables import cleaned, read_entries
from autograder.errors import KitError


def entries(path, data):
    path.write_bytes(data)
    return [(entry.line, entry.texts) for entry in read_entries(path, ("who", "what"), required={"who"})]


def test_rows_in_any_encoding_order_and_separator(tmp_path):
    data = "\ufeffWhat;WHO\r\n\r\n ;José \r\n".encode("utf-16-le")
    assert entries(tmp_path / "x.csv", data) == [(3, {"who": "José", "what": ""})]


def test_a_column_that_is_not_required_may_be_missing(tmp_path):
    assert entries(tmp_path / "x.csv", b"who\nann\n") == [(2, {"who": "ann", "what": ""})]


def test_there_are_no_rows_without_a_file(tmp_path):
    assert list(read_entries(tmp_path / "x.csv", ("who",), required={"who"})) == []


@pytest.mark.parametrize(
    "data, message",
    [
        (b"what\nx\n", "x.csv, line 1: the header has no column who"),
        (b"who,whom\nx,y\n", "x.csv, line 1: the header has an unknown column: whom"),
        (b"who,who\nx,y\n", "x.csv, line 1: the header has the column who twice"),
        (b"who\n\nx,y\n", "x.csv, line 3: the row has more cells than the header"),
    ],
)
def test_an_error_names_the_file_and_the_line(tmp_path, data, message):
    with pytest.raises(KitError) as error:
        entries(tmp_path / "x.csv", data)
    assert message in error.value.message


def test_text_of_a_platform_is_cleaned():
    assert cleaned(unicodedata.normalize("NFD", "  José\n\u202eLee\x07 ")) == "José Lee"

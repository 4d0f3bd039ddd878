"""The limits of a submission, as docs/course-format.md explains them to instructors."""

import re
from dataclasses import fields
from pathlib import Path

from autograder.notebook.limits import Limits

PAGE = Path(__file__).parents[3] / "docs" / "course-format.md"


def test_the_page_has_every_limit_with_its_default():
    table = PAGE.read_text().partition("`[assignment.limits]` ")[2].partition("\n\n")[0]
    stated = {name: int(value) for name, value in re.findall(r"^(?:\| )?`(\w+)` \| (\d+) \|", table, re.MULTILINE)}
    assert stated == {field.name: field.default for field in fields(Limits)}


def test_how_much_is_read_and_kept_follows_from_the_limits():
    limits = Limits(submission_bytes=7, output_bytes=3)
    assert limits.file_bytes == 35  # five times as much; a larger file is not read at all
    assert limits.notebook_output_bytes == 60  # twenty times as much, for a whole notebook's output

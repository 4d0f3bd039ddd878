"""The page for instructors shows a source cell by cell: together, those cells are a valid source."""

import inspect
import re
from pathlib import Path

from autograder.authoring.source import read_cells
from autograder.course.course_toml import Assignment, Edition, LateRules
from autograder.course.mail_settings import Mail
from autograder.notebook.limits import Limits
from cs231n_lib import checks

PAGE = (Path(__file__).parents[3] / "docs" / "course-format.md").read_text(encoding="utf-8")


def test_the_examples_make_a_source(tmp_path):
    path = tmp_path / "relu.py"
    path.write_text("\n".join(re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)))
    ids = [cell.grade_id for cell in read_cells(path)]
    assert ids == [None, "setup", "demo_curve", "relu", "test_relu_values", "question_dead"]


def test_every_key_of_course_toml_is_explained():
    for table in (Assignment, Edition, LateRules, Limits, Mail):
        for key in table.__dataclass_fields__.keys() - {"due_written"}:  # `due` in the time zone of course.toml
            key = {"sender": "from", "host": "[mail]` `host"}.get(key, key)
            assert f"`{key}`" in PAGE or f"[assignment.{key}]" in PAGE, key


def test_the_tables_of_checks_have_every_check_with_its_arguments():
    tables = re.findall(r"^\| in `checks` \|.*\n\|---\|---\|\n((?:\|.*\n)+)", PAGE, flags=re.MULTILINE)
    rows = re.findall(r"^\| `(\w+)(?:\((.*?)\))?` \|", "".join(tables), flags=re.MULTILINE)
    assert sorted(name for name, _ in rows) == sorted(checks.__all__)
    for name, arguments in rows:
        if name != "CheckFailed":
            named = arguments.split(", ")
            ours = list(inspect.signature(getattr(checks, name)).parameters)
            assert named == [argument for argument in ours if argument in named], name

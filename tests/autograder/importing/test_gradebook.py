"""The gradebook of a workspace that was taken over fits the imported sources, and no mark is lost."""

import json

import pytest
from nbgrader.api import Gradebook

from autograder.course.workspace import create
from autograder.importing.cells import record
from autograder.importing.gradebook import fit_gradebook
from autograder.importing.text_source import HEADER

COURSE = '[course]\nid = "c"\ntitle = "C"\n[[assignment]]\nname = "one"\ntitle = "One"\nnotebooks = ["nb"]\n'
QUESTION = "# Plot it.\n#\n# ### BEGIN SOLUTION\n# A plot.\n# ### END SOLUTION\n"
SOURCE = (
    f"{HEADER}\n# %% nbgrader={json.dumps(record('setup'))}\nimport os\n\n"
    f"# %% [markdown] nbgrader={json.dumps(record('plot', grade=True, solution=True, points=4))}\n{QUESTION}"
)


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / "assignments" / "one").mkdir(parents=True)
    (tmp_path / "assignments" / "course.toml").write_text(COURSE)
    (tmp_path / "assignments" / "one" / "nb.py").write_text(SOURCE)
    made = create(tmp_path / "ws", tmp_path / "assignments")
    with Gradebook(made.db_url, "c") as gradebook:
        gradebook.add_assignment("one")
        gradebook.add_notebook("nb", "one")
        gradebook.add_task_cell("plot", "nb", "one", max_score=4, cell_type="markdown")
        gradebook.add_source_cell("plot", "nb", "one", cell_type="markdown")
    return made


def test_a_task_becomes_a_question_with_its_marks_and_comments(workspace):
    with Gradebook(workspace.db_url, "c") as gradebook:
        gradebook.add_student("alice")
        gradebook.add_submission("one", "alice")
        gradebook.find_grade("plot", "nb", "one", "alice").manual_score = 3
        gradebook.find_comment("plot", "nb", "one", "alice").manual_comment = "Fine."
        gradebook.db.commit()
    assert fit_gradebook(workspace) == ["one: nb: the task plot is a question now."]
    with Gradebook(workspace.db_url, "c") as gradebook:
        notebook = gradebook.find_notebook("nb", "one")
        assert [cell.name for cell in notebook.grade_cells] == ["plot"] and notebook.task_cells == []
        assert [cell.name for cell in notebook.solution_cells] == ["plot"]
        assert gradebook.find_grade("plot", "nb", "one", "alice").manual_score == 3
        assert gradebook.find_comment("plot", "nb", "one", "alice").manual_comment == "Fine."
        assert gradebook.find_submission("one", "alice").score == 3
    assert fit_gradebook(workspace) == []


def test_without_submissions_the_release_does_it(workspace):
    assert fit_gradebook(workspace) == []

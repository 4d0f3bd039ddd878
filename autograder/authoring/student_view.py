"""How a built notebook looks to a student: which test cells are collapsed, and that a run continues after an error."""

from nbformat import NotebookNode

from autograder.notebook.cell_record import record_of

CONTINUE_TAG = "raises-exception"  # JupyterLab's "Run All" continues after an error in a cell that has this tag


def arrange(notebook: NotebookNode) -> None:
    """Collapse the setup and all test cells of an exercise but the first, and let "Run All" reach the end.

    The setup is the first code cell, if it is locked. An error in it still stops the run, which cannot succeed.
    """
    shown = False  # whether the exercise at hand has an open test cell
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if code and (setup := record_of(code[0])) and setup.is_locked:
        code[0].metadata["jupyter"] = {"source_hidden": True}
    for cell in code:
        record = record_of(cell)
        if record and record.solution:
            shown = False
            continue
        if record and record.grade:
            if shown:
                cell.metadata["jupyter"] = {"source_hidden": True}
            shown = True
        if cell is not code[0]:
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), CONTINUE_TAG]

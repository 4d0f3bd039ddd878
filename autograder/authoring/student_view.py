"""How a built notebook looks to a student: which cells are theirs or collapsed, and that a run passes errors."""

from nbformat import NotebookNode

from autograder.notebook.cell_record import record_of

YOURS = "# Your code · edit this cell\n"  # Jupyter shows no difference between this cell and the locked ones around it
CONTINUE_TAG = "raises-exception"  # JupyterLab's "Run All" continues after an error in a cell that has this tag


def arrange(notebook: NotebookNode) -> None:
    """Mark the cells for code, collapse setup and test cells, and let "Run All" reach the end.

    The first test cell of an exercise stays open.

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
            if not cell.source.startswith("%%"):  # a cell magic stays the first line
                cell.source = YOURS + cell.source
            continue
        if record and record.grade:
            if shown:
                cell.metadata["jupyter"] = {"source_hidden": True}
            shown = True
        if cell is not code[0]:
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), CONTINUE_TAG]

"""A student's first exercise in JupyterLab: a released notebook in a real server and a real browser."""

import json
import re
import shutil

import nbformat
import pytest
import running_jupyter

pytestmark = pytest.mark.slow

EXERCISE = "compute_distances_two_loops"
CHECKS = [f"test_{EXERCISE}_{name}" for name in ("values", "integers", "layout")]
LOCKED = (CHECKS[0], "demo_wraparound")
WRONG, RIGHT = (
    f"""
    dists = np.zeros((len(X_test), len(X_train)))
    for i in range(len(X_test)):
        for j in range(len(X_train)):
            dists[i, j] = np.sqrt(np.{total}((X_test[i].astype(float) - X_train[j]) ** 2))
    return dists
"""
    for total in ("mean", "sum")
)
# right, too, and quick: it is called with thousands of images when the whole notebook runs
PRODUCT = """
    test, train = X_test.astype(float), X_train.astype(float)
    squares = np.sum(test**2, axis=1)[:, np.newaxis] + np.sum(train**2, axis=1) - 2 * test @ train.T
    return np.sqrt(np.maximum(squares, 0))
"""
# what students do not have: questions about news, and nbgrader's buttons
EXTENSIONS_OFF = {
    "disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True, "@jupyter/nbgrader": True}
}


class OpenNotebook:
    """A notebook in a tab of the browser; a cell is called by its grade_id or, without one, by its place."""

    def __init__(self, tab, path):
        self.tab = tab
        self.cells = nbformat.read(path, as_version=4).cells
        self.places = {cell.metadata.get("nbgrader", {}).get("grade_id"): i for i, cell in enumerate(self.cells)}

    def cell(self, name):
        return self.tab.locator(f".jp-Cell[data-windowed-list-index='{self.places.get(name, name)}']")

    def source(self, name):
        return self.cells[self.places[name]].source

    def lines(self, name):
        """Return the locator of the lines of code in a cell, and scroll to it."""
        self.cell(name).scroll_into_view_if_needed()
        return self.cell(name).locator(".cm-line")

    def put_the_cursor_at_the_end(self, name):
        """Put the cursor behind the last character of a cell."""
        self.lines(name).last.click()
        self.tab.keyboard.press("ControlOrMeta+End")

    def answer(self, body):
        """Replace what follows the docstring of the exercise, and run the cell."""
        source, marker = self.source(EXERCISE), '"""'
        self.put_the_cursor_at_the_end(EXERCISE)
        self.tab.keyboard.press("ControlOrMeta+a")
        self.tab.keyboard.insert_text(source[: source.rindex(marker)] + marker + body)
        self.run()

    def run(self):
        """Run the cell with the cursor, and go to the next one."""
        self.tab.keyboard.press("Shift+Enter")

    def output(self, name):
        return self.cell(name).locator(".jp-OutputArea-output")


@pytest.fixture(scope="module")
def lab(chromium, expect, released_assignment, tmp_path_factory):
    """The notebook `knn` in JupyterLab as a student receives it, with a kernel in which nothing has run."""
    home = tmp_path_factory.mktemp("lab")
    (home / "CONFIG" / "labconfig").mkdir(parents=True)
    (home / "CONFIG" / "labconfig" / "page_config.json").write_text(json.dumps(EXTENSIONS_OFF))
    released = released_assignment("nearest_neighbor") / "release" / "nearest_neighbor" / "knn.ipynb"
    path = shutil.copy(released, home / "knn.ipynb")
    with running_jupyter.started(
        "lab", home, home, [*running_jupyter.NBGRADERS, "notebook", "jupyterlab_jupytext"]
    ) as server:
        tab = chromium.new_page(viewport={"width": 1280, "height": 900})
        tab.set_default_timeout(120_000)  # milliseconds
        tab.goto(f"{server.address}/lab/tree/knn.ipynb?token={running_jupyter.TOKEN}")
        expect(tab.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible(timeout=120_000)
        yield OpenNotebook(tab, path)
        tab.close()


@pytest.fixture(scope="module")
def expect(chromium):
    from playwright.sync_api import expect

    return expect


def test_a_locked_cell_refuses_typing_and_cannot_be_deleted(lab, expect):
    for name in (*LOCKED, EXERCISE):
        lab.put_the_cursor_at_the_end(name)
        lab.tab.keyboard.type("#x")
        expect(lab.cell(name)).to_have_class(re.compile("jp-mod-active"))
        if name in LOCKED:
            lab.tab.keyboard.press("Escape")
            lab.tab.keyboard.type("dd")  # deletes a cell that is not locked
    expect(lab.lines(EXERCISE).last).to_have_text(re.compile("#x$"))
    for name in LOCKED:
        expect(lab.lines(name)).to_have_text(lab.source(name).split("\n"))


def test_the_cell_to_edit_is_marked_and_all_tests_but_the_first_are_collapsed(lab, expect):
    marked = [i for i, cell in enumerate(lab.cells) if cell.source.startswith("# Your code · edit this cell\n")]
    assert lab.places[EXERCISE] == marked[0] and len(marked) == 6
    expect(lab.lines(EXERCISE).first).to_have_text("# Your code · edit this cell")
    for name, collapsed in [("setup", 1), (CHECKS[0], 0), (CHECKS[1], 1), (CHECKS[2], 1)]:
        lab.cell(name).scroll_into_view_if_needed()
        expect(lab.cell(name).locator(".jp-Placeholder")).to_have_count(collapsed)


def test_a_wrong_answer_is_explained_and_a_right_one_passes(lab, expect):
    lab.cell(0).locator("h1").click()
    for _ in ("the title", "setup"):
        lab.run()

    lab.answer(WRONG)
    lab.run()
    failed = lab.output(CHECKS[0])
    expect(failed).to_contain_text("Likely mistake: this is the mean of the squares; it should be their sum.")
    expect(failed).to_contain_text("[knn.mean_of_squares]")
    expect(failed).not_to_contain_text("Traceback")
    expect(failed).to_have_attribute("data-mime-type", "application/vnd.jupyter.stderr")  # on red ground

    lab.answer(RIGHT)
    for name in CHECKS:
        lab.run()
        expect(lab.output(name)).to_have_text(re.compile(rf"^✓ {EXERCISE}: "))
        expect(lab.output(name)).to_have_attribute("data-mime-type", "application/vnd.jupyter.stdout")
    lab.put_the_cursor_at_the_end("summary")
    lab.run()
    expect(lab.output("summary")).to_contain_text(re.compile(rf"✓ {EXERCISE} +passed 3 checks"))
    expect(lab.output("summary")).to_contain_text("1 of 6 exercises pass")


def test_run_all_reaches_the_end_although_exercises_are_unwritten(lab, expect):
    lab.answer(PRODUCT)
    lab.tab.locator(".lm-MenuBar").get_by_text("Run", exact=True).click()
    lab.tab.get_by_text("Restart Kernel and Run All Cells…").first.click()
    lab.tab.locator(".jp-Dialog").locator(".jp-mod-accept").click()
    cells = sum(cell.cell_type == "code" for cell in lab.cells)
    expect(lab.cell("summary").locator(".jp-InputPrompt")).to_have_text(f"[{cells}]:", timeout=300_000)
    expect(lab.output("summary")).to_contain_text("1 of 6 exercises pass")
    unwritten = "NotImplementedError: exercise predict_labels: write your code here"
    expect(lab.output("test_predict_labels_majority")).to_have_text(unwritten)

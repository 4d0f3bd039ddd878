"""Measure marking by keyboard in `cs231n mark`, and in formgrader: keys and seconds per answer.

    python benchmarks/marking.py WORKSPACE ASSIGNMENT --formgrader 40

opens the pages of a graded class (such as class_from_banks.py makes) in Chromium and marks every answer that waits,
with key presses in the real pages: t or the numbers of the lines, a for identical answers, u for the next one. A line
of the scheme is met with a probability of 0.8, equally for equal answers. Then it gives the points of so many answers
to the first question in formgrader, with formgrader's own keys: the points, and Ctrl-. for the same question of the
next submission. Nobody thinks, so the seconds are those that a person waits. THE MARKS OF THE WORKSPACE CHANGE.
"""

import argparse
import contextlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from autograder.course.workspace import Workspace
from autograder.reports.student_page import MATHJAX

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "autograder"))
import chromium  # noqa: E402
import running_jupyter  # noqa: E402

MET = 0.8  # the probability that an answer meets a line of the scheme
ADDRESS = re.compile(r"Open (http://\S+)")
SHOWN = """(before) => document.getElementById('answer').ariaBusy === 'false'
    && (document.getElementById('who').textContent !== before || !document.getElementById('told').hidden)"""
# formgrader has the marks of the page, and the field for the points is chosen
READY = "(id) => formgrader.grades.loaded && formgrader.comments.loaded && document.activeElement.id === id"
# in place of MathJax, which is not downloaded; formgrader waits for these calls
MATHJAX_STUB = """window.MathJax = {Hub: {Config() {}, Queue() {}, Startup: {signal: {Interest(said) {
    const end = () => setTimeout(() => said('End'), 0);
    if (document.readyState === 'complete') end();
    else window.addEventListener('load', end); }}}}};"""


@dataclass
class Measured:
    """What was done for each answer that was opened: its keys, and the seconds until the next one was shown."""

    answers: int
    keys: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        keys, seconds = sum(self.keys) / self.answers, sum(self.seconds) / self.answers
        late = quantiles(self.seconds, n=20)[-1]
        return (
            f"{self.answers} answers, {len(self.keys)} opened: {keys:.2f} keys and {seconds:.2f} s per answer; "
            f"of those opened, median {median(self.seconds):.2f} s, 95% within {late:.2f} s"
        )


@contextlib.contextmanager
def served(workspace: Workspace, assignment: str) -> Iterator[str]:
    """The address of `cs231n mark`, which runs in a process of its own."""
    command = [Path(sys.executable).with_name("cs231n"), "-C", workspace.root, "mark", assignment, "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield next(found[1] for line in server.stdout if (found := ADDRESS.search(line)))
        finally:
            server.send_signal(signal.SIGTERM)


def marked(tab: Any, address: str) -> Measured:
    """Mark all answers that wait, question by question."""
    tab.goto(address)
    whole = Measured(0)
    for place in [link.get_attribute("href") for link in tab.locator("h2 a").all()]:
        tab.goto(address.partition("/?")[0] + place)
        tab.locator("#answer[aria-busy=false]").wait_for()
        name = tab.locator("h1 span").inner_text()
        found = Measured(tab.evaluate("(({max, value}) => max - value)(document.getElementById('progress'))"))
        if not found.answers:
            continue
        if tab.locator("[data-do=blank]").is_visible():
            found.seconds.append(_timed(lambda: (tab.click("[data-do=blank]"), tab.locator("#told").wait_for())))
            found.keys.append(1)
        lines = tab.locator("#lines input").count()
        tab.keyboard.press("u")
        tab.wait_for_function(SHOWN, arg="")
        while tab.locator("#told", has_text="All answers are marked").count() == 0:
            keys = _keys(tab.inner_text("#answer"), lines)
            found.seconds.append(_timed(lambda keys=keys: _mark(tab, keys)))
            found.keys.append(len(keys))
        tab.locator("#saved", has_text="All saved").wait_for()
        print(f"  {name}: {found}; {tab.inner_text('#count')}", flush=True)
        whole = Measured(whole.answers + found.answers, whole.keys + found.keys, whole.seconds + found.seconds)
    return whole


def _mark(tab: Any, keys: list[str]) -> None:
    """Press the keys, which grow by those that follow, and wait for the next answer."""
    before = tab.inner_text("#who")
    for key in keys:
        tab.keyboard.press(key)
    if tab.locator("[data-do=same]").is_visible():
        keys.append("a")
        tab.keyboard.press("a")
        tab.locator("#told").wait_for()
    keys.append("u")
    tab.keyboard.press("u")
    tab.wait_for_function(SHOWN, arg=before)


def _keys(answer: str, lines: int) -> list[str]:
    rng = random.Random(" ".join(answer.split()))
    met = [str(line) for line in range(1, lines + 1) if rng.random() < MET]
    return ["0"] if not met else ["t"] if len(met) == lines else met


def given_in_formgrader(tab: Any, address: str, workspace: Workspace, assignment: str, count: int) -> Measured:
    """Give the points of `count` answers to the first question."""
    from autograder.authoring.scheme import questions
    from autograder.grading.sanitize import read_built

    entry = workspace.course.assignment(assignment)
    notebook = entry.notebooks[0]
    question = questions(notebook, read_built(workspace, entry, notebook).cells)[0]
    with workspace.gradebook() as gradebook:
        first = min(one.id for one in gradebook.notebook_submissions(notebook, assignment))
    tab.goto(f"{address}/login")
    tab.fill("input[name=password]", running_jupyter.TOKEN)
    tab.press("input[name=password]", "Enter")
    tab.wait_for_load_state()
    tab.route(f"{MATHJAX}**", lambda route: route.fulfill(body=MATHJAX_STUB, content_type="text/javascript"))
    tab.goto(f"{address}/formgrader/submissions/{first}/", wait_until="load")
    found, rng = Measured(count), random.Random(0)
    tab.click(f"#{question.grade_id}")
    tab.wait_for_function(READY, arg=question.grade_id)
    for _ in range(count):
        points = f"{sum(line.points for line in question.scheme if rng.random() < MET):g}"
        tab.keyboard.press("Control+A")  # not counted: an unmarked answer has an empty field

        def give(points: str = points) -> None:
            before = tab.url
            tab.keyboard.type(points)
            tab.keyboard.press("Control+.")
            tab.wait_for_url(lambda url: url.partition("?")[0] != before.partition("?")[0])
            tab.wait_for_function(READY, arg=question.grade_id)

        found.seconds.append(_timed(give))
        found.keys.append(len(points) + 1)
    return found


def _timed(work: Any) -> float:
    start = time.monotonic()
    work()
    return time.monotonic() - start


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure marking by keyboard. The marks of the workspace change.")
    parser.add_argument("workspace", type=Path)
    parser.add_argument("assignment")
    parser.add_argument("--formgrader", type=int, default=0, metavar="COUNT", help="Also mark so many in formgrader.")
    given = parser.parse_args()
    if why_not := chromium.missing():
        print(f"This {why_not}", file=sys.stderr)
        return 1
    workspace = Workspace(given.workspace)
    with chromium.started() as browser, tempfile.TemporaryDirectory() as home:
        tab = browser.new_context(viewport={"width": 1280, "height": 860}).new_page()
        with served(workspace, given.assignment) as address:
            print(f"cs231n mark: {marked(tab, address)}")
        if given.formgrader:
            with running_jupyter.started("server", Path(home), workspace.root, []) as server:
                found = given_in_formgrader(tab, server.address, workspace, given.assignment, given.formgrader)
                print(f"formgrader:  {found}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

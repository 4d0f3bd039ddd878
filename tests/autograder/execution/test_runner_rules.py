"""How a runner handles a kernel's answers; the kernel is a table of answers, and the test sets the clock."""

import pytest
from nbformat.v4 import new_notebook
from small_notebooks import executed_cells, instructor, student, test_cell

from autograder.execution import run_notebook as module
from autograder.execution.student_kernel import CellRun
from autograder.notebook.job import CellResult
from autograder.notebook.limits import Limits

LIMITS = Limits(cell_seconds=4, notebook_seconds=10)
PRINTED = {"output_type": "stream", "name": "stdout", "text": "hello"}
RAISED = {"output_type": "error", "ename": "KeyboardInterrupt", "evalue": "", "traceback": []}
DIED = CellRun(CellResult((PRINTED,), 1), gone="ended its kernel (exit)")
SLOW = CellRun(CellResult((PRINTED, RAISED), 1), in_time=False)


@pytest.fixture
def answers(monkeypatch):
    """{source: (CellRun, its seconds)}; all other cells succeed at once. "asked" lists what ran: (source, limit)."""
    told, now = {}, [0.0]

    class Kernel:
        readings, most_memory, was_killed = None, 0, False
        asked = told.setdefault("asked", [])

        def __init__(self, job, scratch):
            pass

        async def start(self, channel=None):
            pass

        async def stop(self):
            pass

        async def ended(self, seconds):
            return True

        async def run(self, source, seconds):
            self.asked.append((source, seconds))
            answer, took = told.get(source, (CellRun(CellResult((), 1)), 0.0))
            now[0] += took
            return answer

        async def quietly(self, source, seconds):
            self.asked.append((f"again {source}", seconds))
            return "ok"

    class Clock:
        def __init__(self, readings):
            self.start = now[0]

        def seconds(self):
            return now[0] - self.start

    monkeypatch.setattr(module, "StudentKernel", Kernel)
    monkeypatch.setattr(module, "Clock", Clock)
    return told


def run(*cells):
    return executed_cells(new_notebook(cells=list(cells)), limits=LIMITS)


def errors(executed):
    return [result.error and result.error["ename"] for result in executed.results]


def test_a_cell_that_is_interrupted_says_so_before_the_traceback_and_keeps_what_it_printed(answers):
    answers["slow"] = SLOW, 4
    executed, _ = run(student("slow", "a"), student("b", "b"))
    printed, limit, raised = executed.results[0].outputs
    assert (printed, limit["ename"], raised) == (PRINTED, "TimeLimit", RAISED)
    assert executed.problems == ("the cell 'a' did not finish within 4 s",) and errors(executed)[1] is None


def test_after_a_death_the_cells_before_run_again_but_not_the_guilty_one_nor_tests(answers):
    answers["exit()"] = DIED, 0
    executed, _ = run(student("a = 1", "a"), test_cell("assert a"), student("exit()", "b"), student("c", "c"))
    assert [source for source, _ in answers["asked"]] == ["a = 1", "assert a", "exit()", "again a = 1", "c"]
    assert errors(executed) == [None, None, "KernelDied", None]
    assert executed.problems == ("the cell 'b' ended its kernel (exit)",)


def test_later_tests_of_an_exercise_that_was_too_slow_have_a_quarter_of_the_time(answers):
    answers["slow"] = SLOW, 1
    run(student("f", "f"), test_cell("slow", "one"), test_cell("t", "two"), student("g", "g"), test_cell("u", "three"))
    assert answers["asked"] == [("f", 4), ("slow", 4), ("t", 1), ("g", 4), ("u", 4)]


def test_a_slow_cell_of_the_student_s_own_says_nothing_of_the_exercise(answers):
    answers["slow"] = SLOW, 4
    run(student("slow", "f"), test_cell("t", "test"))
    assert answers["asked"][-1] == ("t", 4)


def test_what_added_cells_use_up_costs_the_course_no_time(answers):
    answers |= {"added": (CellRun(CellResult()), 9.0)}
    executed, _ = run(student("added"), student("added"), student("more"), student("f", "f"), test_cell("t", "test"))
    assert answers["asked"] == [("added", 4), ("added", 1), ("f", 4), ("t", 4)]
    assert errors(executed) == [None, None, "TimeLimit", None, None]
    assert executed.problems == ("the added cells used up their 10 s; cell 3 and added ones after it were not run",)


def test_when_the_course_s_time_is_used_up_nothing_is_run_any_more(answers):
    answers |= {"long": (CellRun(CellResult()), 11.0)}
    executed, _ = run(instructor("long", "setup"), student("added"), test_cell("t", "test"))
    assert errors(executed) == [None, "TimeLimit", "TimeLimit"] and len(answers["asked"]) == 1
    assert executed.results[2].error["evalue"] == "not run: the notebook used up its 10 s"
    assert len(executed.problems) == 1


def test_after_too_many_deaths_the_rest_is_given_up(answers):
    answers["exit()"] = DIED, 0
    executed, _ = run(*(student("exit()", f"e{n}") for n in range(6)))
    assert len(answers["asked"]) == 4
    assert [r.error["evalue"].startswith("not run") for r in executed.results] == [False] * 4 + [True] * 2


def test_text_and_tagged_cells_have_no_result(answers):
    from nbformat.v4 import new_markdown_cell

    executed, cells = run(new_markdown_cell("text"), instructor("demo", tags=["skip-execution"]), student("f", "f"))
    assert executed.results[:2] == (None, None) and answers["asked"] == [("f", 4)]
    assert [cell.get("execution_count") for cell in cells] == [None, None, 1]

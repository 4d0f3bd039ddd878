"""The verdict on mutants: which survive, which are listed, which cause is named. Only the last test judges any."""

import pytest
import run
from judging import Failure
from operators import Mutant

CHECK, VALUE = "CheckFailed", "the loss of f: its value is wrong.\nExpected 1, got 2."


def verdict(*failures, becomes="return y", place=1):
    exercise = run.Exercise(run.NOTEBOOKS[0], "f", "", 10, {})
    lost = {f"test_{k}": failure for k, failure in enumerate(failures)}
    return run.Verdict(exercise, Mutant("name", 3, "return x", becomes, place, ""), lost)


def failure(message, error=CHECK, mistake=None):
    return Failure(error, message, from_answer=error != CHECK, mistake=mistake)


NAME = f"{run.NOTEBOOKS[0].stem}/f"


def test_a_mutant_that_keeps_full_marks_must_be_listed():
    survivor, killed = verdict(), verdict(failure(VALUE), becomes="return z")
    assert run.problems([survivor, killed], {}) == ([survivor], [])
    assert run.problems([survivor, killed], {(NAME, "return x => return y"): "why"}) == ([], [])


def test_the_second_place_of_a_change_is_listed_by_itself():
    first, second = verdict(), verdict(place=2)
    holes, _ = run.problems([first, second], {(NAME, "return x => return y"): "why"})
    assert holes == [second]
    assert run.problems([first, second], {first.key: "why", second.key: "why"}) == ([], [])


def test_a_listed_mutant_must_exist_and_survive():
    killed = verdict(failure(VALUE))
    _, (gone, lost) = run.problems([killed], {(NAME, "return a => return b"): "why", killed.key: "why"})
    assert gone == f"{NAME}: no mutant has this change: return a => return b"
    assert lost == f"{NAME}: this change loses the points of test_0: return x => return y"


def test_a_verdict_says_where_the_mutant_is():
    assert str(verdict()) == f"{NAME}, line 13, name: return x => return y"
    assert verdict(becomes="").key == (NAME, "return x => (dropped)")


def test_a_mutant_that_its_own_tests_do_not_notice_meets_those_of_later_exercises():
    asked = []

    def judge(answers):
        asked.append(answers)
        return {"test_f": None} | ({"test_g": failure(VALUE)} if "g" in answers else {})

    exercise = run.Exercise(run.NOTEBOOKS[0], "f", "", 0, {"g": "solution of g"})
    mutant = Mutant("name", 1, "", "", 1, "mutant of f")
    found = run.verdict(exercise, mutant, judge)
    assert asked == [{"f": "mutant of f"}, {"f": "mutant of f", "g": "solution of g"}]
    assert (found.survives, found.by_later, list(found.failures)) == (False, True, ["test_g"])


def test_a_mutant_that_its_own_tests_notice_is_judged_once():
    asked = []
    exercise = run.Exercise(run.NOTEBOOKS[0], "f", "", 0, {"g": "solution of g"})
    mutant = Mutant("name", 1, "", "", 1, "mutant of f")
    found = run.verdict(exercise, mutant, lambda answers: asked.append(answers) or {"test_f": failure(VALUE)})
    assert asked == [{"f": "mutant of f"}]
    assert (found.survives, found.by_later) == (False, False)


LIKELY = "Likely mistake: it is twice what it should be."


@pytest.mark.parametrize(
    ("failures", "cause"),
    [
        ([failure(VALUE)], "not named"),
        ([failure(VALUE), failure(f"{VALUE}\n{LIKELY}")], "named"),
        ([failure("dW: it does not match the numerical gradient (...).")], "not named"),
        ([failure("x of f: the argument was changed in place.")], "other check"),
        ([failure("index 4 is out of bounds", "IndexError"), failure("x: the argument was changed")], "other check"),
        ([failure("of its own", "ValueError"), failure("axis 1", "IndexError", "It is empty.")], "explained"),
        ([failure("of its own", "ValueError")], "exception"),
        ([failure("took more than 30 seconds", "Timeout")], "timeout"),
    ],
)
def test_what_a_student_reads(failures, cause):
    assert run.cause(verdict(*failures)) == cause


def test_the_line_that_names_the_mistake_is_shown():
    assert run.told(verdict(failure(VALUE), failure(f"{VALUE}\n{LIKELY}"))) == [LIKELY]
    assert run.told(verdict(failure("f(0)", "ValueError", "It is 0. [a.b]"))) == ["Likely mistake: It is 0. [a.b]"]
    assert run.told(verdict(failure(VALUE)))[0] == "CheckFailed: the loss of f: its value is wrong."


def test_the_table_counts_causes_by_notebook_and_operator():
    gradient = "dW: it does not match the numerical gradient (...)."
    lines = run.causes_table([verdict(), verdict(failure(gradient)), verdict(failure(f"{gradient}\n{LIKELY}"))])
    rows = {line.split()[0]: line.split()[1:] for line in lines[1:7] if line}
    assert rows == dict.fromkeys((run.NOTEBOOKS[0].stem, "name", "all"), "1 1 0 0 0 0 1 of 2 named (50%)".split())
    assert lines[7] == f"not named (loss, gradient): {verdict()}"


@pytest.mark.slow
def test_names_select_notebooks_and_exercises():
    everything = [str(exercise) for exercise in run.exercises([])]
    assert [name for name in everything if name.startswith("svm/")] == [str(e) for e in run.exercises(["svm"])]
    assert [str(e) for e in run.exercises(["knn/predict_labels", "predict_linear"])] == [
        "svm/predict_linear",
        "knn/predict_labels",
    ]
    with pytest.raises(SystemExit, match="no notebook or exercise called knm"):
        run.exercises(["svm", "knm"])


@pytest.mark.slow
def test_the_course_has_at_least_600_mutants_and_those_that_are_listed():
    course = [(str(exercise), mutant.change) for exercise in run.exercises([]) for mutant in exercise.mutants]
    assert len(course) >= 600
    assert set(run.read_equivalent()) <= set(course)
    assert len(course) == len(set(course))


def test_an_equivalent_mutant_has_a_reason():
    assert all(reason.endswith(".") for reason in run.read_equivalent().values())


def test_a_change_that_is_listed_twice_is_refused(tmp_path):
    entry = '[[equivalent]]\nexercise = "knn/f"\nreason = "It is."\nchanges = ["a => b"]\n'
    (tmp_path / "equivalent.toml").write_text(entry)
    assert run.read_equivalent(tmp_path / "equivalent.toml") == {("knn/f", "a => b"): "It is."}
    (tmp_path / "equivalent.toml").write_text(entry * 2)
    with pytest.raises(ValueError, match="knn/f has this change twice: a => b"):
        run.read_equivalent(tmp_path / "equivalent.toml")


@pytest.mark.slow
def test_a_run_judges_an_exercise_and_ends_with_a_table(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["run.py", "--workers", "1", "predict_linear"])
    monkeypatch.setattr(run, "mutants", lambda solution: [
        Mutant("axis", 11, "axis=1", "axis=0", 1, solution.replace("axis=1", "axis=0")),
        Mutant("none", 11, "axis=1", "axis=-1", 1, solution.replace("axis=1", "axis=-1")),
    ])  # fmt: skip
    assert run.main() == 1
    printed = capsys.readouterr().out
    assert "svm/predict_linear: 2 mutants, 0 equivalent, 1 not noticed" in printed
    assert "2 mutants; 1 lose points" in printed and "none: axis=1 => axis=-1" in printed
    monkeypatch.setattr(run, "read_equivalent", lambda: {("svm/predict_linear", "axis=1 => axis=-1"): "The last axis."})
    assert run.main() == 0

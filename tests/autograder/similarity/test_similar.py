"""The command from submissions to pairs; and, on some of the banks, how well copies in disguise are told apart."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from autograder.cli.command import main as command
from autograder.cli.similar_command import MOST_PROBLEMS
from autograder.errors import KitError
from autograder.similarity.page import as_json, page
from autograder.similarity.pairs import ALIKE
from autograder.similarity.similar import similar


def names(found, pair):
    return {found.label[pair.first], found.label[pair.second]}


def test_a_copy_in_disguise_is_the_first_pair(course):
    course.hand_in_class()
    found = similar(course.workspace, "nearest")
    first, *others = found.compared.pairs
    assert names(found, first) == {"copier", "student1"}
    assert first.alike == first.compared == 4 and first.stands_out
    assert all(pair.bits < first.bits / 2 for pair in others)


def test_the_cells_of_a_copy_may_be_moved(course):
    course.hand_in_class()
    moved = "\n\n".join(reversed(course.answers(3).values())).replace("X_train", "known").replace("dists", "far")
    course.hand_in("mover", {}, added=[moved])
    found = similar(course.workspace, "nearest")
    assert {"mover", "student3"} in [names(found, pair) for pair in found.compared.pairs if pair.alike == 4]


def test_a_submission_joined_from_two_names_both(course):
    """Every answer is half of one student's and half of another one's; the page and the JSON say so."""
    from disguises import joined

    for number in range(5):
        course.hand_in(f"student{number}", course.answers(number))
    one, other = course.answers(1), course.answers(3)
    course.hand_in("joiner", {name: joined(one[name], other[name]) for name in one})
    found = similar(course.workspace, "nearest")
    first = found.compared.pairs[0]
    assert "joiner" in names(found, first) and first.stands_out
    both = found.joined(first)
    assert found.label[both.copy] == "joiner"
    assert {found.label[both.first], found.label[both.second]} == {"student1", "student3"}
    assert "Perhaps joined from two:" in page(found)
    given = as_json(found)["pairs"][0]["joined"]
    assert given["copy"] == "joiner" and sorted(given["sources"]) == ["student1", "student3"]
    assert not any(found.joined(replace(pair, chance=1.0, exercises=())) for pair in found.compared.pairs)


def test_earlier_classes_and_numbers_for_names(course, tmp_path):
    course.hand_in_class()
    course.hand_in("old", course.answers(4), folder=tmp_path / "2025")
    found = similar(course.workspace, "nearest", past=[tmp_path / "2025"])
    assert {"student4", "old (2025)"} in [names(found, pair) for pair in found.compared.pairs if pair.stands_out]
    found = similar(course.workspace, "nearest", past=[tmp_path / "2025"], names=False)
    assert names(found, found.compared.pairs[0]) == {"submission 1", "submission 2"} or any(
        "earlier" in name for name in names(found, found.compared.pairs[0])
    )
    assert all(name.startswith("submission ") for name in found.label) and len(set(found.label)) == len(found.label)


def test_shared_passages_are_located_by_their_lines(course):
    course.hand_in_class()
    extra = course.answers(1) | {"predict_labels": "# mine\n\n" + course.right["predict_labels"][1]}
    course.hand_in("shifted", extra)
    found = similar(course.workspace, "nearest")
    (pair,) = [pair for pair in found.compared.pairs if names(found, pair) == {"shifted", "student1"}]
    (passages,) = [p for p in found.side_by_side(pair) if p.key == ("knn", "predict_labels")]
    marked = [(number, line.partner) for number, line in enumerate(passages.first, start=1) if line.partner]
    assert len(marked) > 3 and all(number == partner + 2 for number, partner in marked)
    assert passages.first[0].text == "# mine" and any(line.is_rare for line in passages.first)


def test_a_broken_submission_is_named_and_the_others_are_compared(course):
    course.hand_in_class()
    (course.hand_in("broken", {}) / "knn.ipynb").write_text("[]")
    found = similar(course.workspace, "nearest")
    assert [name for name, _ in found.problems] == ["broken"]
    assert names(found, found.compared.pairs[0]) == {"copier", "student1"}


def run(course, *arguments):
    given = ["-C", str(course.workspace.root), "similar", "nearest", *map(str, arguments)]
    return CliRunner(env={"COLUMNS": "200"}).invoke(command, given)


def test_the_command_writes_a_page_and_prints_the_pairs(course, tmp_path):
    course.hand_in_class()
    result = run(course)
    assert result.exit_code == 0, result.output
    (line,) = [line for line in result.output.splitlines() if "copier and student1" in line]
    assert re.search(r"4 of 4 +(100|9\d)% .* stands out", line)
    assert "not a verdict" in result.output and "nearest.similar.html" in result.output
    assert "copier and student1" in (course.workspace.root / "reports" / "nearest.similar.html").read_text()
    assert run(course, "--no-names", "-o", tmp_path / "page.html").exit_code == 0
    assert "copier and student1" not in (tmp_path / "page.html").read_text()


def test_json_instead_of_a_page(course):
    course.hand_in_class()
    course.hand_in("student0", course.answers(0) | {"short": "def one():\n    return 1\n"})
    given = json.loads(run(course, "--json", "--no-names", "--pairs", 2).output)
    assert given["submissions"] == 6 and given["compared_pairs"] == 15
    assert {given["pairs"][0]["first"], given["pairs"][0]["second"]} == {"submission 1", "submission 2"}
    assert given["pairs"][0]["stands_out"] and given["pairs"][0]["exercises"][0]["lines"]
    assert [e["exercise"] for e in given["exercises"] if e["too_short"] and e["answers"]] == ["short"]
    assert "student" not in json.dumps(given)


def test_problems_of_earlier_submissions_are_said_without_names_too(course, tmp_path):
    course.hand_in_class()
    course.hand_in("old", course.answers(4), folder=tmp_path / "2025")
    (tmp_path / "2025" / "zed").mkdir()
    (tmp_path / "2025" / "zed" / "my secret name.txt").write_text("x")
    found = similar(course.workspace, "nearest", past=[tmp_path / "2025"])
    assert [where for where, why in found.problems if "my secret name" in why] == ["zed (2025)"]
    assert len(found.works) == 7
    found = similar(course.workspace, "nearest", past=[tmp_path / "2025"], names=False)
    assert found.problems == (("2025", "1 file or folder could not be read"),)


def test_a_class_is_not_its_own_past(course):
    course.hand_in_class()
    with pytest.raises(KitError, match="is this class"):
        similar(course.workspace, "nearest", past=[course.workspace.root])


def test_only_some_problems_are_printed_and_the_page_lists_all(course):
    course.hand_in_class()
    for number in range(MOST_PROBLEMS + 3):
        (course.hand_in(f"broken{number:02}", {}) / "knn.ipynb").write_text("{")
    result = run(course)
    assert result.output.count("not valid JSON") == MOST_PROBLEMS
    assert "The page lists 3 more problems." in result.output
    assert (course.workspace.root / "reports" / "nearest.similar.html").read_text().count("not valid JSON") == 23


def test_a_class_without_pairs_is_refused(course, tmp_path):
    course.hand_in("ann", {})
    result = run(course)
    assert result.exit_code == 1 and "nearest has 1 submission, so there are no pairs" in result.output
    assert run(course, "--past", tmp_path / "none").exit_code == 2


def test_copies_are_told_from_independent_answers_on_some_banks():
    from similar import by_exercise

    copies, right = by_exercise(every=14)
    found = {name: np.mean(np.array(values) >= ALIKE) for name, values in copies.items()}
    assert found.pop("two halves joined") >= 0.9
    assert min(found.values()) >= 0.95, found
    assert len(right["independent"]) > 50 and np.mean(np.array(right["independent"]) >= ALIKE) <= 0.01

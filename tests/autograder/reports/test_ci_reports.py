"""What `cs231n grade-one` writes and prints for results made by hand; a student's text stays text."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree as xml

import pytest

from autograder.errors import KitError
from autograder.grading.grade_one import GradedCell, Result
from autograder.reports import ci_reports
from autograder.reports.ci_reports import WRITERS, junit, prepare, report_json, show, summary, write_reports

DOCS = Path(__file__).parents[3] / "docs"
FORGED = (
    "]]></failure><testcase/>\x1b[31m\x00 <script>alert(1)</script> | `code` ```\n"
    "::error file=a::forged\n``````\n# heading\n##[set-output name=result]forged\n![x](http://x) @all"
)


@pytest.fixture(autouse=True)
def no_ci_service(monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)


def result(*cells, **more):
    given = dict(assignment="sums", title="Adding up", remarks=[], isolation="sandbox (bubblewrap)", seconds=1.25)
    return Result(**{"notebooks": {"adding": list(cells)}, **given, **more})


PASSED = GradedCell("test_a", "a", "passed", 2, 2)
PARTIAL = GradedCell("test_b", "b", "partial", 1.5, 3, "1.5 of 3 points")
FAILED = GradedCell("test_c", "c", "failed", 0, 3, "first\n  \nsecond\nthird\nfourth\nfifth")
NOT_STARTED = GradedCell("test_d", "d", "not started", 0, 3, "exercise d: write your code here")
NOT_RUN = GradedCell("test_e", "e", "not run", 0, 1, "not run: the kernel died")
BY_HAND = GradedCell("question_f", "question_f", "by hand", 0, 5)
UNANSWERED = GradedCell("question_g", "question_g", "unanswered", 0, 4)


def test_results_that_cannot_be_written_leave_none(tmp_path, monkeypatch):
    monkeypatch.setitem(WRITERS, "summary.md", lambda result: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_reports(result(), ci_reports.prepare(tmp_path / "out"))
    assert list((tmp_path / "out").iterdir()) == []


def test_what_a_student_forges_stays_text(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")  # folding may put any word at the start of a line
    forged = result(GradedCell("test_add", "add", "failed", 0, 2, FORGED), remarks=[FORGED.replace("\n", " ")])
    write_reports(forged, ci_reports.prepare(tmp_path / "out"))
    show(forged, tmp_path / "out")
    printed = capsys.readouterr().out
    assert "forged" in printed and "\x1b" not in printed and "\x00" not in printed
    assert not re.search(r"^\s*::|##\w*\[", printed, re.MULTILINE)

    root = xml.parse(tmp_path / "out" / "junit.xml").getroot()
    check_junit(root)
    assert len(list(root.iter("testcase"))) == 1
    assert "<script>" in root.find("./testsuite/testcase/failure").text

    page = fenced_away((tmp_path / "out" / "summary.md").read_text())
    assert "forged" not in page and "<script>" not in page and "heading" not in page and "@all" not in page
    assert "1 / 2" not in page and "0 / 2" in page
    for name in ("report.json", "results.json"):
        json.loads((tmp_path / "out" / name).read_text())


def test_no_line_is_a_command_wherever_the_table_folds_it(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    for before in range(20, 40):
        show(result(GradedCell("test_add", "add", "failed", 0, 2, "B" * before + " :::error::x")), tmp_path)
    printed = capsys.readouterr().out
    assert "error" in printed and not re.search(r"^\s*::", printed, re.MULTILINE)


def test_a_title_cannot_break_the_summary():
    assert summary(result(title="<b>*Sums* | `1`")).startswith("## \\<b\\>\\*Sums\\* \\| \\`1\\`: ")


def test_points_that_are_given_by_hand_are_told_apart_from_those_of_tests():
    tests = GradedCell("test_a", "a", "passed", 2, 2), GradedCell("test_b", "b", "failed", 0, 6)
    assert ci_reports.points_in_words(result(*tests)) == "2 of 8 points (25%)"
    by_hand = GradedCell("question", "question", "by hand", 0, 2.5)
    assert ci_reports.points_in_words(result(*tests, by_hand)) == "2 of 8 points (25%); 2.5 more are given by hand"


def test_junit_has_a_case_for_each_graded_cell():
    root = xml.fromstring(junit(result(*(PASSED, PARTIAL, NOT_STARTED, BY_HAND))))
    check_junit(root)
    suite = root.find("testsuite")
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("4", "2", "1")
    assert {p.get("name"): p.get("value") for p in suite.iter("property")}["points:test_b"] == "1.5 / 3"
    assert suite.find("./testcase[@name='test_b']/failure").get("message") == "1.5 / 3: 1.5 of 3 points"
    assert suite.find("./testcase[@name='question_f']/skipped").get("message") == "graded by hand"
    assert suite.find("./testcase[@name='test_a']").get("classname") == "sums.adding"


def test_gradescope_gets_the_points_of_the_tests():
    given = json.loads(
        ci_reports.gradescope(
            result(
                GradedCell("test_a", "a", "passed", 2, 2),
                GradedCell("test_b", "b", "failed", 0, 3, "wrong"),
                GradedCell("question_d", "question_d", "by hand", 0, 5),
            )
        )
    )
    assert given["score"] == sum(test["score"] for test in given["tests"]) == 2
    assert [(t["name"], t["max_score"], t["status"], t["output"]) for t in given["tests"]] == [
        ("adding: test_a", 2, "passed", ""),
        ("adding: test_b", 3, "failed", "wrong"),
    ]
    allowed = {"visible", "hidden", "after_due_date", "after_published"}
    assert {given["visibility"], given["stdout_visibility"], *(t["visibility"] for t in given["tests"])} <= allowed
    assert given["output_format"] == given["test_output_format"] == given["test_name_format"] == "text"


@pytest.mark.parametrize("cells", [[], [GradedCell("question", "question", "by hand", 0, 5)]])
def test_a_notebook_without_tests_is_above_every_bar(cells):
    assert result(*cells).percent == 100
    check_junit(xml.fromstring(junit(result(*cells))))


def test_the_page_names_every_file_and_field():
    page = (DOCS / "ci.md").read_text()
    fields = json.loads(ci_reports.report_json(result(GradedCell("test_a", "a", "passed", 2, 2))))
    names = [*WRITERS, *fields, *fields["notebooks"][0]["cells"][0], *ci_reports.STYLES, "failed", "not run"]
    assert [name for name in names if f"`{name}`" not in page] == []


def check_junit(root):
    """Check the rules of Jenkins' junit-10.xsd for the elements that the kit writes."""
    attributes = {
        "testsuites": ({"name", "time", "tests", "failures", "errors"}, set()),
        "testsuite": (
            {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "id"},
            {"name", "tests", "failures", "errors"},
        ),
        "properties": (set(), set()),
        "property": ({"name", "value"}, {"name", "value"}),
        "testcase": ({"name", "time", "classname", "group"}, {"name"}),
        "failure": ({"type", "message"}, set()),
        "skipped": ({"type", "message"}, set()),
        "system-out": (set(), set()),
    }
    children = {
        "testsuites": {"testsuite"},
        "testsuite": {"properties", "testcase", "system-out", "system-err"},
        "properties": {"property"},
        "testcase": {"failure", "skipped", "error", "system-out", "system-err"},
    }
    assert root.tag == "testsuites"
    for element in root.iter():
        allowed, required = attributes[element.tag]
        assert required <= set(element.keys()) <= allowed, element.attrib
        assert {child.tag for child in element} <= children.get(element.tag, set())
        if "time" in element.keys():
            assert re.fullmatch(r"(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?", element.get("time"))
    for suite in root.iter("testsuite"):
        cases = suite.findall("testcase")
        counts = {"tests": len(cases), "failures": len(suite.findall("*/failure")), "errors": 0}
        assert {name: int(suite.get(name)) for name in counts} == counts


def fenced_away(page):
    """The page without its fenced blocks; a closing fence is at least as long as its opening one (CommonMark)."""
    kept, fence = [], ""
    for line in page.splitlines():
        mark = re.match(r" {0,3}(`{3,})([^`]*)$", line)
        if fence:
            if mark and len(mark[1]) >= len(fence) and not mark[2].strip():
                fence = ""
        elif mark:
            fence = mark[1]
        else:
            kept.append(line)
    assert not fence
    return "\n".join(kept)


def test_report_json_is_what_the_page_shows():
    given = json.loads(report_json(result(PASSED, PARTIAL, BY_HAND, remarks=["a remark"], seconds=3.456)))
    assert given == {
        "version": 1,
        "assignment": "sums",
        "title": "Adding up",
        "score": 3.5,
        "max_score": 5,
        "percent": 70,
        "by_hand_max_score": 5,
        "isolation": "sandbox",
        "seconds": 3.5,
        "remarks": ["a remark"],
        "notebooks": [
            {
                "name": "adding",
                "cells": [
                    {"name": n, "exercise": e, "status": s, "score": score, "max_score": most, "message": message}
                    for n, e, s, score, most, message in (
                        ("test_a", "a", "passed", 2, 2, ""),
                        ("test_b", "b", "partial", 1.5, 3, "1.5 of 3 points"),
                        ("question_f", "question_f", "by hand", 0, 5, ""),
                    )
                ],
            }
        ],
    }
    assert json.loads(report_json(result(GradedCell("t", "t", "failed", 1, 3))))["percent"] == 33.33


def test_a_text_in_a_report_is_as_it_was_written():
    assert "größer" in report_json(result(title="größer")) and "größer" in ci_reports.gradescope(
        result(remarks=["größer"])
    )


def test_junit_says_how_each_cell_was_graded():
    root = xml.fromstring(junit(result(PASSED, FAILED, NOT_RUN, BY_HAND, UNANSWERED, remarks=["one", "two"])))
    check_junit(root)
    assert root.get("name") == "sums" and root.get("time") in ("1.2", "1.3")
    suite = root.find("testsuite")
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors"), suite.get("skipped")) == (
        "5",
        "2",
        "0",
        "2",
    )
    failures = {case.get("name"): case.find("failure") for case in suite.iter("testcase")}
    assert {name: failure.get("type") for name, failure in failures.items() if failure is not None} == {
        "test_c": "failed", "test_e": "not run",
    }  # fmt: skip
    assert failures["test_c"].get("message") == "0 / 3: first" and failures["test_c"].text == FAILED.message
    skipped = {
        case.get("name"): case.find("skipped").get("message") for case in suite if case.find("skipped") is not None
    }
    assert skipped == {"question_f": "graded by hand", "question_g": "not answered; graded by hand"}
    points = {p.get("name"): p.get("value") for p in suite.iter("property")}
    assert points["points:question_f"] == "? / 5" and points["points:question_g"] == "0 / 4"
    assert suite.find("system-out").text == "one\ntwo"
    assert xml.fromstring(junit(result(PASSED))).find("testsuite/system-out") is None


def test_junit_has_a_suite_for_each_notebook():
    root = xml.fromstring(junit(result(notebooks={"adding": [PASSED], "squaring": [FAILED]})))
    assert [suite.get("name") for suite in root] == ["adding", "squaring"]


def test_a_run_of_many_minutes_is_still_junit():
    root = xml.fromstring(junit(result(PASSED, seconds=5000)))
    check_junit(root)
    assert root.get("time") == "999.0"


def test_gradescope_hears_of_everything_but_questions():
    given = json.loads(
        ci_reports.gradescope(result(PASSED, PARTIAL, BY_HAND, UNANSWERED, remarks=["late"], seconds=1.6))
    )
    assert given["execution_time"] == 2 and given["visibility"] == "visible" and given["stdout_visibility"] == "hidden"
    assert given["output"].splitlines() == ["3.5 of 5 points (70%); 9 more are given by hand", "late"]
    assert [(test["status"], test["score"]) for test in given["tests"]] == [("passed", 2), ("failed", 1.5)]
    assert {test["visibility"] for test in given["tests"]} == {"visible"}


def test_a_summary_has_a_table_and_then_what_is_wrong():
    page = summary(result(PASSED, FAILED, NOT_STARTED, NOT_RUN, BY_HAND, UNANSWERED, remarks=["late"]))
    table, _, below = page.partition("\n\n")[2].partition("\n\n")
    assert table.splitlines() == [
        "| cell | points | result |",
        "| --- | ---: | --- |",
        "| `test_a` | 2 / 2 | passed |",
        "| `test_c` | 0 / 3 | failed |",
        "| `test_d` | 0 / 3 | not started |",
        "| `test_e` | 0 / 1 | not run |",
        "| `question_f` | ? / 5 | by hand |",
        "| `question_g` | 0 / 4 | unanswered |",
    ]
    assert [line for line in below.splitlines() if line.startswith("`test_")] == ["`test_c`", "`test_e`"]
    assert "first" in below and "not run: the kernel died" in below and "exercise d" not in below
    assert below.rstrip().partition("Remarks\n\n")[2].count("late") == 1
    assert "Remarks" not in summary(result(PASSED))


def test_a_summary_names_the_notebook_where_there_are_several():
    page = summary(result(notebooks={"adding": [PASSED], "squaring": []}))
    assert (
        "| notebook | cell | points | result |\n| --- | --- | ---: | --- |\n| `adding` | `test_a` | 2 / 2 | passed |"
        in page
    )


@pytest.mark.parametrize(
    ("count", "named"), [(1, "`t0`"), (3, "`t0`, `t1`, `t2`"), (4, "`t0` and 3 more"), (9, "`t0` and 8 more")]
)
def test_a_message_of_several_cells_is_told_once(count, named):
    page = summary(result(*(GradedCell(f"t{n}", "a", "failed", 0, 1, "same") for n in range(count))))
    assert page.count("same") == 1 and f"\n{named}\n" in page


def shown(capsys, monkeypatch, *cells, **more):
    monkeypatch.setenv("COLUMNS", "100")
    show(result(*cells, **more), Path("grades"))
    return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]


def test_what_is_printed(capsys, monkeypatch):
    lines = shown(capsys, monkeypatch, PASSED, FAILED, NOT_STARTED, BY_HAND, remarks=["late"])
    assert "cell points result" in lines and "test_a 2 / 2 passed" in lines and "question_f ? / 5 by hand" in lines
    place = lines.index("test_c 0 / 3 failed")
    assert lines[place + 1 : place + 5] == ["first", "second", "third", "fourth"] and "fifth" not in lines
    assert not any("exercise d" in line for line in lines)
    assert lines[-3:] == [
        "late",
        "2 of 8 points (25%); 5 more are given by hand; isolation: sandbox (bubblewrap)",
        "grades: report.json, junit.xml, results.json, summary.md",
    ]


def test_a_message_of_several_cells_is_printed_once(capsys, monkeypatch):
    cells = [GradedCell(f"t{n}", "a", "failed", 0, 1, "same") for n in range(3)]
    assert shown(capsys, monkeypatch, *cells).count("same") == 1


def test_the_notebook_is_printed_where_there_are_several(capsys, monkeypatch):
    lines = shown(capsys, monkeypatch, notebooks={"adding": [PASSED], "squaring": [FAILED]})
    assert "notebook cell points result" in lines and "adding test_a 2 / 2 passed" in lines


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(KitError, match="Cannot write to .*file/out: Not a directory") as error:
        prepare(tmp_path / "file" / "out")
    assert "--output DIR" in error.value.hint


def test_what_lies_behind_a_link_stays(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "behind").mkdir()
    (tmp_path / "behind" / "b").symlink_to("theirs")
    Path("a").symlink_to("behind")
    assert prepare("a/b/c") == Path("a/b/c") and Path("a/b/c").is_dir()
    assert not Path("a").is_symlink() and Path("behind/b").is_symlink()


def test_the_summary_is_added_to_githubs(tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "step.md"))
    (tmp_path / "step.md").write_text("before\n")
    write_reports(result(PASSED), prepare(tmp_path / "out"))
    assert (tmp_path / "step.md").read_text() == "before\n" + (tmp_path / "out" / "summary.md").read_text()
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(WRITERS)

"""Write the result of `cs231n grade-one` to files for machines and people, and print it.

Messages may contain anything that a student wrote. text.py keeps it plain text in every format.
"""

import json
import os
import shutil
from dataclasses import asdict
from pathlib import Path
from xml.etree import ElementTree as xml

from autograder.console import console, plain, table
from autograder.errors import KitError
from autograder.folders import write_atomically
from autograder.grading.grade_one import GradedCell, Result
from autograder.text import ci_log, markdown, markdown_block, markdown_code
from autograder.text import xml as xml_text

VERSION = 1  # of report.json; increase it if a field is removed or changes its meaning
SUMMARY = "GITHUB_STEP_SUMMARY"
STYLES = {"passed": "green", "partial": "yellow", "not started": "yellow", "by hand": "dim", "unanswered": "dim"}
MESSAGE_LINES = 4  # how many lines of a message are printed; the files contain all of them
FORMER = ("classroom.json",)  # files that earlier versions wrote


def prepare(folder: Path | str) -> Path:
    """Make a folder for results, without any file that could be mistaken for a result of this run.

    The folder is often in the student's checkout, where the student may have put anything in its place. So a link is
    replaced by an ordinary folder, and everything with the name of a result is deleted.
    """
    folder = Path(folder)
    try:
        for part in [*(() if folder.is_absolute() else reversed(folder.parents)), folder]:
            if part.is_symlink():
                part.unlink()
        folder.mkdir(parents=True, exist_ok=True)
        _clear(folder)
    except OSError as error:
        hint = "Choose another folder with --output DIR."
        raise KitError(f"Cannot write to {folder}: {error.strerror}.", hint) from None
    return folder


def write_reports(result: Result, folder: Path) -> None:
    """Write all files of WRITERS or none, and add the summary to the file that GitHub Actions shows."""
    try:
        for name, content in WRITERS.items():
            write_atomically(folder / name, content(result).encode())
    except BaseException:
        _clear(folder)
        raise
    if place := os.environ.get(SUMMARY):
        with open(place, "a", encoding="utf-8") as file:
            file.write(summary(result))


def _clear(folder: Path) -> None:
    """Delete everything with the name of a result. Raise OSError at the end if something could not be deleted."""
    failed = None
    for name in (*WRITERS, *FORMER):
        path = folder / name
        try:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        except OSError as error:
            failed = error
    if failed:
        raise failed


def show(result: Result, folder: Path) -> None:
    """Print a table of the graded cells."""
    out = console()
    several = len(result.notebooks) > 1
    listing = table(*(["notebook"] if several else []), "cell", "points", "result", right=("points",))
    told = set()
    for notebook, cells in result.notebooks.items():
        for cell in cells:
            state = plain(cell.status, STYLES.get(cell.status, "red"))
            lines = [line for line in cell.message.splitlines() if line.strip()][:MESSAGE_LINES]
            if cell.status != "not started" and cell.message not in told:  # in a broken notebook, all are the same
                told.add(cell.message)
                state.append_text(plain("".join(f"\n{ci_log(line)}" for line in lines), "default"))
            first = [notebook] if several else []
            listing.add_row(*first, plain(cell.name), _points(cell), state)
    out.print(listing)
    for remark in result.remarks:
        out.print(plain(ci_log(remark), "yellow"), soft_wrap=True)
    out.print(plain(f"{points_in_words(result)}; isolation: {result.isolation}"), soft_wrap=True)
    out.print(plain(ci_log(f"{folder}: {', '.join(WRITERS)}")), soft_wrap=True)


def points_in_words(result: Result) -> str:
    by_hand = f"; {result.by_hand:g} more are given by hand" if result.by_hand else ""
    return f"{result.score:g} of {result.max_score:g} points ({result.percent:.0f}%){by_hand}"


def report_json(result: Result) -> str:
    content = {
        "version": VERSION,
        "assignment": result.assignment,
        "title": result.title,
        "score": result.score,
        "max_score": result.max_score,
        "percent": round(result.percent, 2),
        "by_hand_max_score": result.by_hand,
        "isolation": result.isolation.split()[0],
        "seconds": round(result.seconds, 1),
        "remarks": result.remarks,
        "notebooks": [
            {"name": name, "cells": [asdict(cell) for cell in cells]} for name, cells in result.notebooks.items()
        ],
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def junit(result: Result) -> str:
    """JUnit XML by Jenkins' junit-10.xsd, with a suite per notebook and a case per graded cell."""
    root = xml.Element("testsuites", name=result.assignment, time=f"{min(result.seconds, 999):.1f}")
    for name, cells in result.notebooks.items():
        lost = [cell for cell in cells if cell.is_test and cell.status != "passed"]
        by_hand = [cell for cell in cells if not cell.is_test]
        counts = {"tests": len(cells), "failures": len(lost), "errors": 0, "skipped": len(by_hand)}
        suite = xml.SubElement(root, "testsuite", {"name": name, **{key: str(n) for key, n in counts.items()}})
        properties = xml.SubElement(suite, "properties")
        for cell in cells:
            xml.SubElement(properties, "property", name=f"points:{cell.name}", value=_points(cell))
        for cell in cells:
            case = xml.SubElement(suite, "testcase", name=cell.name, classname=f"{result.assignment}.{name}")
            if not cell.is_test:
                xml.SubElement(case, "skipped", message=_by_hand(cell))
            elif cell.status != "passed":
                first = cell.message.partition("\n")[0]
                message = xml_text(f"{_points(cell)}: {first}")
                failure = xml.SubElement(case, "failure", type=cell.status, message=message)
                failure.text = xml_text(cell.message)
        if result.remarks:
            xml.SubElement(suite, "system-out").text = xml_text("\n".join(result.remarks))
    xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + xml.tostring(root, encoding="unicode") + "\n"


def gradescope(result: Result) -> str:
    """results.json of a Gradescope autograder, without the questions, which a person marks there."""
    content = {
        "score": result.score,
        "execution_time": round(result.seconds),
        "output": "\n".join([points_in_words(result), *result.remarks]),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [
            {
                "name": f"{notebook}: {cell.name}",
                "score": cell.score,
                "max_score": cell.max_score,
                "status": "passed" if cell.status == "passed" else "failed",
                "output": cell.message,
                "visibility": "visible",
            }
            for notebook, cells in result.notebooks.items()
            for cell in cells
            if cell.is_test
        ],
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def summary(result: Result) -> str:
    several = len(result.notebooks) > 1
    head = ["notebook"] * several + ["cell", "points", "result"]
    lines = [f"## {markdown(result.title)}: {points_in_words(result)}", ""]
    lines += [_row(head), _row(["---"] * several + ["---", "---:", "---"])]
    messages: dict[str, list[str]] = {}
    for notebook, cells in result.notebooks.items():
        for cell in cells:
            name = markdown_code(cell.name)
            lines.append(_row([markdown_code(notebook)] * several + [name, _points(cell), cell.status]))
            if cell.is_test and cell.status not in ("passed", "not started"):
                messages.setdefault(cell.message, []).append(name)
    lines.append("")
    for message, names in messages.items():
        which = ", ".join(names) if len(names) <= 3 else f"{names[0]} and {len(names) - 1} more"
        lines += [which, "", *markdown_block(message), ""]
    if result.remarks:
        lines += ["Remarks", "", *markdown_block("\n".join(result.remarks)), ""]
    return "\n".join(lines) + "\n"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _points(cell: GradedCell) -> str:
    return f"{cell.score:g} / {cell.max_score:g}" if cell.status != "by hand" else f"? / {cell.max_score:g}"


def _by_hand(cell: GradedCell) -> str:
    return "graded by hand" if cell.status == "by hand" else "not answered; graded by hand"


WRITERS = {
    "report.json": report_json,
    "junit.xml": junit,
    "results.json": gradescope,
    "summary.md": summary,
}

"""The result of `cs231n grade --ci` for machines and people: files, and what is printed.

Messages may hold anything a student wrote. Each format is written so that it stays text: XML and JSON by their writers,
Markdown in fenced blocks, and lines that are printed so that no CI service takes one for a command.
"""

import json
import os
import re
from dataclasses import asdict
from pathlib import Path
from xml.etree import ElementTree as xml

from autograder.build import write_atomically
from autograder.console import console, plain, table
from autograder.continuous_integration import Cell, Result
from autograder.errors import KitError

VERSION = 1  # of report.json; a field that goes or changes its meaning makes a new one
SUMMARY = "GITHUB_STEP_SUMMARY"
STYLES = {"passed": "green", "partial": "yellow", "not started": "yellow", "by hand": "dim", "unanswered": "dim"}
MESSAGE_LINES = 4  # of a message that are printed; the files have all
SHORT = 200  # characters of a message for GitHub Classroom: all go into one environment variable
# "::error::" of GitHub at the start of a line, "##[error]" and "##vso[" of it and others anywhere
_COMMAND = re.compile(r"::|##(?=\w*\[)")


def prepare(folder: Path | str) -> Path:
    """Make sure that results can be written to `folder`, and that no earlier ones are taken for this run's."""
    folder = Path(folder)
    if folder.is_symlink():
        raise KitError(f"{folder} is a link, and nothing is written through links.", "Choose another: --output DIR")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in WRITERS:
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise KitError(f"Cannot write to {folder}: {error.strerror}.", "Choose another: --output DIR") from None
    return folder


def write(result: Result, folder: Path) -> None:
    """Write every file of WRITERS, and the summary where GitHub Actions shows it."""
    for name, text in WRITERS.items():
        write_atomically(folder / name, text(result).encode())
    if place := os.environ.get(SUMMARY):
        with open(place, "a", encoding="utf-8") as file:
            file.write(markdown(result))


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
            if cell.status != "not started" and cell.message not in told:  # a broken notebook gives all the same
                told.add(cell.message)
                state.append_text(plain("".join(f"\n{no_command(line)}" for line in lines), "default"))
            first = [notebook] if several else []
            listing.add_row(*first, plain(cell.name), _points(cell), state)
    out.print(listing)
    for remark in result.remarks:
        out.print(plain(no_command(remark), "yellow"), soft_wrap=True)
    out.print(plain(f"{in_words(result)}; isolation: {result.isolation}"), soft_wrap=True)
    out.print(plain(f"{folder}: {', '.join(WRITERS)}"), soft_wrap=True)


def no_command(line: str) -> str:
    """The line, with nothing in it that a CI service reads as a command in a job's output."""
    return _COMMAND.sub(lambda found: " ".join(found[0]), line)


def in_words(result: Result) -> str:
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
    """JUnit XML as Jenkins' junit-10.xsd has it; a suite per notebook, a case per graded cell."""
    root = xml.Element("testsuites", name=result.assignment, time=f"{min(result.seconds, 999):.1f}")
    for name, cells in result.notebooks.items():
        lost = [cell for cell in cells if cell.is_test and cell.status != "passed"]
        by_hand = [cell for cell in cells if not cell.is_test]
        counts = {"tests": len(cells), "failures": len(lost), "errors": 0, "skipped": len(by_hand)}
        suite = xml.SubElement(root, "testsuite", name=name, **{key: str(count) for key, count in counts.items()})
        properties = xml.SubElement(suite, "properties")
        for cell in cells:
            xml.SubElement(properties, "property", name=f"points:{cell.name}", value=_points(cell))
        for cell in cells:
            case = xml.SubElement(suite, "testcase", name=cell.name, classname=f"{result.assignment}.{name}")
            if not cell.is_test:
                xml.SubElement(case, "skipped", message=_by_hand(cell))
            elif cell.status != "passed":
                first = cell.message.partition("\n")[0]
                failure = xml.SubElement(case, "failure", type=cell.status, message=_xml(f"{_points(cell)}: {first}"))
                failure.text = _xml(cell.message)
        if result.remarks:
            xml.SubElement(suite, "system-out").text = _xml("\n".join(result.remarks))
    xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + xml.tostring(root, encoding="unicode") + "\n"


def gradescope(result: Result) -> str:
    """results.json of a Gradescope autograder; the questions, which a person marks there, are not in it."""
    content = {
        "score": result.score,
        "execution_time": round(result.seconds),
        "output": "\n".join([in_words(result), *result.remarks]),
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


def classroom(result: Result) -> str:
    """What GitHub Classroom's autograding-grading-reporter takes from a grader, which it prints, too."""
    tests = [
        {
            "name": f"{notebook}: {cell.name}",
            "status": "pass" if cell.status == "passed" else "fail",
            "score": cell.score,
            "message": no_command(" ".join(cell.message.split()))[:SHORT],
        }
        for notebook, cells in result.notebooks.items()
        for cell in cells
        if cell.is_test
    ]
    status = "pass" if all(test["status"] == "pass" for test in tests) else "fail"
    content = {"version": 1, "status": status, "max_score": result.max_score, "tests": tests}
    return json.dumps(content, ensure_ascii=False) + "\n"


def markdown(result: Result) -> str:
    several = len(result.notebooks) > 1
    head = ["notebook"] * several + ["cell", "points", "result"]
    lines = [f"## {_escaped(result.title)}: {in_words(result)}", ""]
    lines += [_row(head), _row(["---"] * several + ["---", "---:", "---"])]
    messages: dict[str, list[str]] = {}
    for notebook, cells in result.notebooks.items():
        for cell in cells:
            lines.append(_row([notebook] * several + [f"`{cell.name}`", _points(cell), cell.status]))
            if cell.is_test and cell.status not in ("passed", "not started"):
                messages.setdefault(cell.message, []).append(f"`{cell.name}`")
    lines.append("")
    for message, names in messages.items():
        which = ", ".join(names) if len(names) <= 3 else f"{names[0]} and {len(names) - 1} more"
        lines += [which, "", *_fenced(message), ""]
    if result.remarks:
        lines += ["Also", "", *_fenced("\n".join(result.remarks)), ""]
    return "\n".join(lines) + "\n"


def _fenced(text: str) -> list[str]:
    """A block that shows the text as it is: its fence is longer than any that the text could close it with."""
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=2) + 1)
    fence = fence if len(fence) > 2 else "```"
    return [f"{fence}text", text, fence]


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>()#+!|~@&$-])", r"\\\1", " ".join(text.split()))


def _points(cell: Cell) -> str:
    return f"{cell.score:g} / {cell.max_score:g}" if cell.status != "by hand" else f"? / {cell.max_score:g}"


def _by_hand(cell: Cell) -> str:
    return "graded by hand" if cell.status == "by hand" else "not answered; graded by hand"


def _xml(text: str) -> str:
    """The text without the characters that XML 1.0 has no way to write."""
    return re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\N{REPLACEMENT CHARACTER}", text)


WRITERS = {
    "report.json": report_json,
    "junit.xml": junit,
    "results.json": gradescope,
    "classroom.json": classroom,
    "summary.md": markdown,
}

"""A line of the table, and its layout: Markdown with aligned columns."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

WIDTHS = (62, 14, 9, 9, 5, 13, 6, 3)


@dataclass
class Line:
    work: str
    peer: str
    goal: float | None = None  # None: only for information
    at_least: bool = False
    ratios: list[float] = field(default_factory=list)  # one per round
    ours: float | None = None  # seconds, or what unit says
    theirs: float | None = None
    unit: str = "s"
    problem: str | None = None  # why it could not be measured

    @property
    def ratio(self) -> float | None:
        return statistics.median(self.ratios) if self.ratios else None

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None without a goal or a measurement."""
        if self.goal is None or self.ratio is None:
            return None
        return self.ratio >= self.goal if self.at_least else self.ratio <= self.goal

    def as_dict(self) -> dict[str, Any]:
        return vars(self) | {"ratio": self.ratio, "met": self.met}


def print_header() -> None:
    _print("work", "against", "ours", "theirs", "ratio", "quartiles", "goal", "met")
    _print(*("-" * (width - 1) + ("-" if index < 2 else ":") for index, width in enumerate(WIDTHS)))


def print_line(line: Line) -> None:
    goal = "" if line.goal is None else f"{'>=' if line.at_least else '<='} {line.goal:g}"
    if line.problem:
        _print(line.work, line.peer, "", "", "", "", goal, f"not measured: {line.problem}")
        return
    spread = ""
    if len(line.ratios) > 2:
        low, _, high = statistics.quantiles(line.ratios, n=4, method="inclusive")
        spread = f"{low:.2f} - {high:.2f}"
    _print(
        line.work,
        line.peer,
        _amount(line.ours, line.unit),
        _amount(line.theirs, line.unit),
        f"{line.ratio:.2f}",
        spread,
        goal,
        {True: "yes", False: "NO", None: ""}[line.met],
    )


def print_summary(lines: Sequence[Line]) -> None:
    judged = [line for line in lines if line.met is not None]
    print(
        f"\n{sum(line.met is True for line in judged)} of {len(judged)} goals met; "
        f"{sum(bool(line.problem) for line in lines)} rows could not be measured."
    )


def _print(*cells: str) -> None:
    aligned = (
        f"{cell:{'<' if index < 2 else '>'}{width}}"
        for index, (cell, width) in enumerate(zip(cells, WIDTHS, strict=True))
    )
    print("| " + " | ".join(aligned) + " |", flush=True)


def _amount(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    if unit == "MB":
        return f"{value / 1e6:.1f} MB"
    if unit == "GFLOP/s":
        return f"{value:.0f} GF/s"
    if value < 1e-3:
        return f"{value * 1e6:.0f} us"
    return f"{value * 1e3:.2f} ms"

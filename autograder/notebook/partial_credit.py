"""Partial credit: points from the value of a test's last expression, which nbgrader reads as text.

nbgrader gives full points if that text is not a number, such as an array or NumPy's `np.int64(0)`, and refuses a
submission if the number is too large. This module limits a number to the cell's points, and gives no points for other
values.
"""

import math
import re
from collections.abc import Iterable

from autograder.notebook.job import Output

_NUMPY = re.compile(r"np\.(?:\w+\((.*)\)|(True|False)_)")  # how NumPy 2 shows a number


def settled(outputs: Iterable[Output], points: float) -> tuple[tuple[Output, ...], str | None]:
    """Rewrite the value of a test's last expression so that nbgrader reads it correctly.

    Parameters
    ----------
    outputs
        The judge's outputs of the cell.
    points
        The most points that the cell can give.

    Returns
    -------
    tuple
        The outputs, with the value clipped to 0..points; and the message if the value is not a number, else None.
    """
    kept: list[Output] = []
    why_not = None
    for output in outputs:
        if output["output_type"] == "execute_result" and why_not is None:
            shown = str(output["data"].get("text/plain", ""))
            value = _number(shown)
            if value is None:
                shown = shown if len(shown) <= 80 else shown[:80] + "…"
                why_not = f"the test ends in a value that is not a number of points: {shown}"
            else:
                data = {**output["data"], "text/plain": repr(min(max(value, 0.0), points))}
                output = {**output, "data": data}
        kept.append(output)
    return tuple(kept), why_not


def _number(shown: str) -> float | None:
    found = _NUMPY.fullmatch(shown)
    text = found[1] or found[2] if found else shown
    try:
        value = float({"True": "inf", "False": "0"}.get(text, text))
    except ValueError:
        return None
    return value if math.isfinite(value) or text == "True" else None

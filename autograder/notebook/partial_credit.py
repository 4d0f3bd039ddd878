"""Points by the value of a test's last expression, which nbgrader reads as text.

nbgrader gives full points where that text is no number, as of an array or of NumPy's `np.int64(0)`, and refuses a
submission for one that is too large. Here a number counts within bounds, and what is none counts nothing.
"""

import math
import re

_NUMPY = re.compile(r"np\.(?:\w+\((.*)\)|(True|False)_)")  # how NumPy 2 shows a number


def settle(outputs, points: float) -> str | None:
    """Write the value of a test's last expression so that nbgrader reads it right; None where it is one or is none.

    outputs: the judge's outputs of the cell; changed in place. Returns what to say where the value is no number.
    """
    for output in outputs:
        if output["output_type"] == "execute_result":
            shown = str(output["data"].get("text/plain", ""))
            value = _number(shown)
            if value is None:
                shown = shown if len(shown) <= 80 else shown[:80] + "…"
                return f"the test ends in a value that is no number of points: {shown}"
            output["data"]["text/plain"] = repr(min(max(value, 0.0), points))
    return None


def _number(shown: str) -> float | None:
    found = _NUMPY.fullmatch(shown)
    text = found[1] or found[2] if found else shown
    try:
        value = float({"True": "inf", "False": "0"}.get(text, text))
    except ValueError:
        return None
    return value if math.isfinite(value) or text == "True" else None

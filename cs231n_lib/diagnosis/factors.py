"""Recognizes constant factors between a result and what it should be, and names them: 2, 1/2, -1, N, 1/N."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.diagnosis.agreement import agree
from cs231n_lib.diagnosis.explanation import Explanation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def constant_factor(
    actual: Floats, expected: Floats, tolerance: float, num_examples: int | None = None
) -> Explanation | None:
    """Return an Explanation if actual = c * expected with the same c (not 1) for all entries, else None.

    Parameters
    ----------
    actual, expected
        Finite arrays of the same shape.
    tolerance
        Relative difference below which two entries count as equal.
    num_examples
        N, so that the factors N and 1/N are recognized.
    """
    length = np.sum(expected * expected)
    c = np.sum(actual * expected) / length if length > 0 else 0.0
    if c == 0 or not np.isfinite(c) or abs(c - 1) <= tolerance or not agree(actual / c, expected, tolerance):
        return None
    name = factor_name(c, num_examples)
    # one or two numbers always have some ratio, so only a common factor is evidence there; not between whole numbers,
    # which are often twice or half another by chance
    if np.count_nonzero(expected) < 3 and (name is None or (name != "-1" and _whole(actual) and _whole(expected))):
        return None
    size = _size_in_words(c, np.shape(expected)) if name is None else None
    if size:
        return Explanation("factor_size", f"It is {size}: is it a sum instead of a mean, or the other way round?")
    return Explanation(*factor_words(c, num_examples))


def _whole(array: Floats) -> bool:
    return np.array_equal(array, np.round(array))


def factor_name(c: float, num_examples: int | None = None, tolerance: float = 1e-3) -> str | None:
    """Return the name of a common factor, such as "2", "1/N" or "-1"; None if c is not one of them."""
    names: dict[str, float] = {"2": 2.0, "1/2": 0.5}
    if num_examples is not None and num_examples > 1:
        n = float(num_examples)
        names = {"N": n, "1/N": 1 / n} | names | {"2N": 2 * n, "1/2N": 0.5 / n, "N/2": n / 2, "2/N": 2 / n}
        names |= {"N/(N-1)": n / (n - 1), "(N-1)/N": (n - 1) / n} if n > 2 else {}
        names |= {"sqrt(N/(N-1))": np.sqrt(n / (n - 1)), "sqrt((N-1)/N)": np.sqrt((n - 1) / n)}
    names |= {"log2": 1 / np.log(2), "ln2": np.log(2), "log10": 1 / np.log(10), "ln10": np.log(10)}
    names |= {"-1": -1.0} | {f"-{name}": -value for name, value in names.items()}
    for name, value in names.items():
        exactly = 1e-4 if name.lstrip("-").startswith(("log", "ln")) else 1  # 0.6934 is not ln 2
        if value != 1.0 and abs(c - value) <= min(tolerance, exactly) * abs(value):
            return name
    return None


def factor_words(c: float, num_examples: int | None = None, subject: str = "It") -> tuple[str, str]:
    """Return (cause, sentence) for "actual = c * expected".

    An example is ("factor_-1", "It has the right size but the opposite sign.").
    """
    name, n = factor_name(c, num_examples), num_examples
    if name is None:
        digits = 4 if abs(c - 1) > 1e-2 else 7  # 1.0004, not "1 times"
        return (
            "factor",
            f"{subject} is {c:.{digits}g} times what it should be everywhere: by what is it multiplied or divided?",
        )
    sign = "has the opposite sign and " if name.startswith("-") and name != "-1" else ""
    times = f"is {abs(c):.4g} times what it should be"
    words = {
        "-1": "has the right size but the opposite sign.",
        "2": "is twice what it should be: is there a factor 2 too many, or is it added twice?",
        "1/2": "is half of what it should be: was a factor 2 forgotten, or is there a factor 1/2 too many?",
        "N": f"is {n} times too large, and {n} is the number of examples: was the division by it forgotten?",
        "1/N": f"is {n} times too small, and {n} is the number of examples: is it divided by it once too often?",
        "2N": f"is {2 * (n or 0):g} times too large, which is twice the number of examples.",
        "1/2N": f"is {2 * (n or 0):g} times too small, which is twice the number of examples.",
        "N/2": f"is {(n or 0) / 2:g} times too large, which is half the number of examples.",
        "2/N": f"is {(n or 0) / 2:g} times too small, which is half the number of examples.",
        "log2": f"{times}, as with the logarithm to base 2; np.log is the natural logarithm.",
        "log10": f"{times}, as with the logarithm to base 10; np.log is the natural logarithm.",
        "ln2": f"{times}: does the loss use the logarithm to base 2 instead of np.log?",
        "ln10": f"{times}: does the loss use the logarithm to base 10 instead of np.log?",
    }
    ddof = f"{times}: is a mean or variance over {n} examples divided by {(n or 0) - 1} (ddof), or the other way round?"
    words |= dict.fromkeys(("N/(N-1)", "(N-1)/N", "sqrt(N/(N-1))", "sqrt((N-1)/N)"), ddof)
    return f"factor_{name}", f"{subject} {sign}{words.get(name, words.get(name.lstrip('-')))}"


def _size_in_words(c: float, shape: tuple[int, ...]) -> str | None:
    """Return what c or 1/c counts, if that is the length of an axis or the number of all entries; else None."""
    names = {2: ("rows", "columns")}.get(len(shape), [f"entries along axis {k}" for k in range(len(shape))])
    counts = [*zip(reversed(shape), reversed(names), strict=True), (int(np.prod(shape)), "entries")]
    for count, name in counts:
        for factor, words in ((count, "large"), (1 / count if count else 0, "small")):
            if count > 2 and abs(c - factor) <= 1e-3 * factor:
                return f"{count} times too {words}, and {count} is the number of its {name}"
    return None

"""Constant factors between a result and what it should be, and their names: 2, 1/2, -1, N, 1/N."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Mismatch:
    """A recognized mistake: a short stable id, and sentences for a student."""

    cause: str
    message: str


def constant_factor(actual, expected, tolerance, num_examples=None):
    """A Mismatch when actual = c * expected with one c (not 1) for all entries, else None."""
    length = np.sum(expected * expected)
    c = np.sum(actual * expected) / length if length > 0 else 0.0
    if c == 0 or not np.isfinite(c) or abs(c - 1) <= tolerance or not agree(actual / c, expected, tolerance):
        return None
    # one or two numbers always have some ratio: only a usual one says anything there
    if np.count_nonzero(expected) < 3 and factor_name(c, num_examples) is None:
        return None
    return Mismatch(*factor_words(c, num_examples))


def factor_name(c, num_examples=None, tolerance=1e-3):
    """The name of a usual factor, such as "2", "1/N" or "-1"; None when c is none of them."""
    names = {"2": 2.0, "1/2": 0.5}
    if num_examples is not None and num_examples > 1:
        n = float(num_examples)
        names = {"N": n, "1/N": 1 / n} | names | {"2N": 2 * n, "1/2N": 0.5 / n, "N/2": n / 2, "2/N": 2 / n}
    names |= {"-1": -1.0} | {f"-{name}": -value for name, value in names.items()}
    for name, value in names.items():
        if value != 1.0 and abs(c - value) <= tolerance * abs(value):
            return name
    return None


def factor_words(c, num_examples=None, subject="It"):
    """(cause, sentence) for "actual = c * expected", such as ("factor_-1", "It has the opposite sign.")."""
    name, n = factor_name(c, num_examples), num_examples
    if name is None:
        return "factor", f"{subject} is {c:.4g} times what it should be: which constant factor is that?"
    sign = "has the opposite sign and " if name.startswith("-") and name != "-1" else ""
    words = {
        "-1": "has the right size but the opposite sign.",
        "2": "is twice what it should be: a factor 2 too many, or added up twice?",
        "1/2": "is half of what it should be: a factor 2 forgotten, or a 1/2 too many?",
        "N": f"is {n} times too large, and {n} is the number of examples: was the division by it forgotten?",
        "1/N": f"is {n} times too small, and {n} is the number of examples: is it divided by it once too often?",
        "2N": f"is {2 * (n or 0):g} times too large, twice the number of examples.",
        "1/2N": f"is {2 * (n or 0):g} times too small, twice the number of examples.",
        "N/2": f"is {(n or 0) / 2:g} times too large, half the number of examples.",
        "2/N": f"is {(n or 0) / 2:g} times too small, half the number of examples.",
    }
    return f"factor_{name}", f"{subject} {sign}{words.get(name, words.get(name.lstrip('-')))}"


def agree(actual, expected, tolerance):
    """Whether all entries agree."""
    return not differs(actual, expected, tolerance).any()


def differs(actual, expected, tolerance):
    """Boolean array: the entries that do not agree; small ones are measured against the largest."""
    scale = np.max(np.abs(expected), initial=0.0)
    allowed = tolerance * np.maximum(np.abs(expected), 0.1 * scale)
    return ~(np.abs(actual - expected) <= allowed)

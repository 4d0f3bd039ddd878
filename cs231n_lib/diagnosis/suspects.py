"""Mistakes that a test foresees: what each of them would give, held against a wrong answer."""

import numpy as np

from cs231n_lib.diagnosis.plain_data import NotNumbers, as_numbers


def matching_suspect(suspects, actual, expected, tolerance):
    """The sentence of the first suspect that `actual` equals, or None.

    suspects: None, or {sentence: array or number, or function without arguments that returns one}.
    actual: what the student's code returned, which is wrong; expected: the truth, of the same or another shape.
    tolerance: relative difference below which two entries count as the same.

    A suspect that is no array of finite numbers, or whose function raises, matches nothing: whoever fails a check
    shall read what is wrong with the answer, not with the test.
    """
    for sentence, suspect in (suspects or {}).items():
        array = _array(suspect)
        if array is not None and _is_it(array, actual, expected, tolerance):
            return sentence
    return None


def suspects_of_key(suspects, key):
    """The suspects for one entry of a dict: those that are dicts, or functions that return one, with this key."""

    def entry(suspect):
        return lambda: (suspect() if callable(suspect) else suspect)[key]

    return {sentence: entry(suspect) for sentence, suspect in (suspects or {}).items()}


def _array(suspect):
    try:
        with np.errstate(all="ignore"):
            array = as_numbers(suspect() if callable(suspect) else suspect)
    except NotNumbers:
        return None
    except Exception:  # of the test's author, or of an answer that the suspect calls
        return None
    return array.astype(np.float64) if np.isfinite(array).all() else None


def _is_it(suspect, actual, expected, tolerance):
    if suspect.shape != actual.shape:
        return False
    off = np.abs(actual - suspect)
    if actual.shape == expected.shape:
        # it tells nothing about an answer that is about as near to the truth
        if np.max(off, initial=0.0) > 0.1 * np.max(np.abs(actual - expected), initial=0.0):
            return False
        scale = max(np.max(np.abs(suspect), initial=0.0), np.max(np.abs(expected), initial=0.0))
    else:
        scale = np.max(np.abs(suspect), initial=0.0)
    return bool((off <= tolerance * np.maximum(np.abs(suspect), 0.1 * scale)).all())

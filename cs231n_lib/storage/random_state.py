"""Converts the state of a random generator to text and back, so that it can be saved and restored exactly."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

_BIT_GENERATORS = ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")  # all of NumPy's


def random_state_to_text(rng: np.random.Generator) -> str:
    """Return the state of a np.random.Generator as JSON.

    Raises ValueError unless its bit generator is one of NumPy's.

    >>> rng = np.random.default_rng(0)
    >>> text = random_state_to_text(rng)
    >>> rng.random() == random_state_from_text(text).random()
    True
    """
    state = rng.bit_generator.state
    if state["bit_generator"] not in _BIT_GENERATORS:
        raise ValueError(
            f"The state of a {state['bit_generator']} cannot be saved. Use np.random.default_rng(seed), or another "
            f"bit generator of NumPy: {', '.join(_BIT_GENERATORS)}."
        )
    return json.dumps(state, default=_array_to_json)


def random_state_from_text(text: str) -> np.random.Generator:
    """Return a new np.random.Generator in the state that `random_state_to_text` wrote.

    Raises ValueError if the text is not such a state.
    """
    try:
        state = json.loads(text, object_hook=_array_from_json)
        name = state["bit_generator"]
        if name not in _BIT_GENERATORS:
            raise ValueError(f"unknown generator {name!r}")
        bit_generator = getattr(np.random, name)()
        bit_generator.state = state
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"This text is not the state of a random generator: {error}.") from None
    return np.random.Generator(bit_generator)


def _array_to_json(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return {"dtype": value.dtype.str, "values": value.tolist()}
    return value.item()


def _array_from_json(found: dict[str, Any]) -> Any:
    return np.array(found["values"], dtype=found["dtype"]) if set(found) == {"dtype", "values"} else found

"""NumPy's random Generators as plain data: the name and the state of the bit generator."""

from typing import Any

import numpy as np

_HALF = {"has_uint32": 1, "uinteger": 2**32 - 1}  # the half of a 64-bit draw that is still unused
_PCG = {"state": {"state": 2**128 - 1, "inc": 2**128 - 1}, **_HALF}

# the parts of a state: the largest value of an integer, the dtype and length of an array
_SCHEMAS: dict[str, dict[str, Any]] = {
    "PCG64": _PCG,
    "PCG64DXSM": _PCG,
    "MT19937": {"state": {"key": (np.uint32, 624), "pos": 624}},
    "SFC64": {"state": {"state": (np.uint64, 4)}, **_HALF},
    "Philox": {
        "state": {"counter": (np.uint64, 4), "key": (np.uint64, 2)},
        "buffer": (np.uint64, 4),
        "buffer_pos": 4,
        **_HALF,
    },
}
_CLASSES = {name: getattr(np.random, name) for name in _SCHEMAS}


def state_of(generator: np.random.Generator) -> tuple[str, dict[str, Any]]:
    """Return the name and the state of a Generator's bit generator; the state is a dict of plain data.

    Raises
    ------
    ValueError
        The bit generator is not one of NumPy's.
    """
    bits = generator.bit_generator
    name = type(bits).__name__
    if _CLASSES.get(name) is not type(bits):
        raise ValueError("not one of NumPy's bit generators")
    return name, _plain({key: value for key, value in bits.state.items() if key != "bit_generator"})


def generator_from(name: object, state: Any) -> np.random.Generator:
    """Make a Generator from a bit generator's name and state. Both are untrusted and may be any values.

    Raises
    ------
    ValueError
        The name or the state does not belong to one of NumPy's bit generators.

    Notes
    -----
    Everything is checked first, because NumPy's C code trusts a state. If a position lies beyond the end of its buffer,
    NumPy reads other memory. If a generator repeats one number, some distributions draw from it forever, and only
    killing the process ends that.
    """
    if type(name) is not str or name not in _SCHEMAS:
        raise ValueError("the random generator is not one of NumPy's kinds")
    _check(state, _SCHEMAS[name])
    if _stands_still(name, state["state"]):
        raise ValueError("the random generator has a state from which some distributions draw forever")
    bits = _CLASSES[name](0)
    bits.state = {"bit_generator": name, **state}
    return np.random.Generator(bits)


def _stands_still(name: str, state: dict[str, Any]) -> bool:
    """Whether the generator may soon repeat itself. Every other state lies on a cycle of at least 2**64 states.

    MT19937 repeats itself if its whole state is zero, except for 31 bits that it never reads (Matsumoto and Nishimura,
    1998). PCG64 has short cycles if its increment is even (Hull and Dobell, 1962). SFC64 and Philox hold a counter, so
    they never repeat soon.
    """
    if name == "MT19937":
        return not (state["key"][0] >> 31 or state["key"][1:].any())
    return name in ("PCG64", "PCG64DXSM") and state["inc"] % 2 == 0


def _check(value: Any, schema: Any) -> None:
    if type(schema) is dict:
        if type(value) is not dict or value.keys() != schema.keys():
            raise ValueError("the state of the random generator has missing or extra parts")
        for key in schema:
            _check(value[key], schema[key])
    elif type(schema) is int:
        if type(value) is not int or not 0 <= value <= schema:
            raise ValueError("a number in the state of the random generator is out of range")
    elif type(value) is not np.ndarray or value.dtype != schema[0] or value.shape != (schema[1],):
        raise ValueError("an array in the state of the random generator has the wrong shape or dtype")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value if isinstance(value, np.ndarray) else int(value)

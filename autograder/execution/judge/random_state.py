"""NumPy's random Generators as plain data: the name and the state of the bit generator."""

from typing import Any

import numpy as np

_HALF = {"has_uint32": 1, "uinteger": 2**32 - 1}  # the unused half of a 64-bit draw
_PCG = {"state": {"state": 2**128 - 1, "inc": 2**128 - 1}, **_HALF}

# what a state holds: of an integer its largest value, of an array its dtype and length
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
    """The name and the state of a Generator's bit generator; the state is a dict of plain data.

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
    """The Generator with this state, both of which may be anything.

    Raises
    ------
    ValueError
        The name or the state is not one of a bit generator.

    Notes
    -----
    Everything is checked first, because NumPy's C code trusts a state. A position beyond the end of its buffer reads
    other memory. From a generator that repeats one number, some distributions draw forever, and only a kill ends that.
    """
    if type(name) is not str or name not in _SCHEMAS:
        raise ValueError("the random generator is of no kind that is known")
    _check(state, _SCHEMAS[name])
    if _stands_still(name, state["state"]):
        raise ValueError("the random generator has a state from which some distributions draw for ever")
    bits = _CLASSES[name](0)
    bits.state = {"bit_generator": name, **state}
    return np.random.Generator(bits)


def _stands_still(name: str, state: dict[str, Any]) -> bool:
    """Whether the generator may repeat itself soon. Every other state lies on a cycle of 2**64 states or more.

    MT19937 does when all of its state is zero but the 31 bits that it never looks at (Matsumoto and Nishimura, 1998).
    PCG64 does when its increment is even, because then it has short cycles (Hull and Dobell, 1962). SFC64 and Philox
    hold a counter, so they never do.
    """
    if name == "MT19937":
        return not (state["key"][0] >> 31 or state["key"][1:].any())
    return name in ("PCG64", "PCG64DXSM") and state["inc"] % 2 == 0


def _check(value: Any, schema: Any) -> None:
    if type(schema) is dict:
        if type(value) is not dict or value.keys() != schema.keys():
            raise ValueError("the state of the random generator has other parts than it should")
        for key in schema:
            _check(value[key], schema[key])
    elif type(schema) is int:
        if type(value) is not int or not 0 <= value <= schema:
            raise ValueError("a number in the state of the random generator is out of range")
    elif type(value) is not np.ndarray or value.dtype != schema[0] or value.shape != (schema[1],):
        raise ValueError("an array in the state of the random generator has another shape or dtype than it should")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value if isinstance(value, np.ndarray) else int(value)

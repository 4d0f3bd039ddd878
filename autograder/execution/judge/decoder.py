"""Strict reading of frames: whatever the other side sent, the result is plain data or a ProtocolError.

Values are typed `Any`, as in frames.py: a value's type depends on its tag in the frame.
"""

import math
import re
import struct
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable
from typing import Any, Literal, TypeVar

import numpy as np

from autograder.execution.judge.frames import (
    C128,
    DICTS,
    DTYPES,
    F64,
    FACTORIES,
    HANDLE_KINDS,
    I64,
    MOST_DIMENSIONS,
    SHAPES,
    TEXT_DTYPE,
    TIME_DTYPE,
    TYPES,
    U32,
    U64,
    Callback,
    Encoder,
    FrameLimits,
    Handle,
    ProtocolError,
    all_characters,
    check_key,
    steps,
    stored_bytes,
)
from autograder.execution.judge.named_tuples import MOST_FIELDS, named_tuple, wrong_with
from autograder.execution.judge.random_state import generator_from

MOST_TUPLE_TYPES = 100  # different namedtuple types in one frame, because creating a type takes time

Value = TypeVar("Value")


class Decoder:
    """Reads the tree and the arrays of one frame.

    Parameters
    ----------
    tree, blocks
        The two parts of the frame, as `FrameStream.receive` returns them.
    found
        Function from a Handle or Callback to the object that represents it on this side. It may raise ProtocolError.
    limits
        How large the frame and the values made from it may be.
    remember
        Whether to keep what `changed` needs.

    Attributes
    ----------
    mutable
        The arrays, lists, dicts, sets and random generators that were read, in the order of the frame, each as
        (value, its state when it was read). Without `remember`, None takes the place of each.
    """

    def __init__(
        self,
        tree: bytes,
        blocks: memoryview,
        found: Callable[[Any], Any],
        limits: FrameLimits = FrameLimits(),  # noqa: B008 (a tuple)
        remember: bool = False,
    ):
        self.tree, self.blocks, self.found, self.limits = tree, blocks, found, limits
        self.remember = remember
        self.mutable: list[Any] = []
        self.tuple_types: set[tuple[str, ...]] = set()
        self.position = self.block_position = self.items = self.keys = 0

    def value(self) -> Any:
        """Return the one value that the frame holds. Raises ProtocolError."""
        try:
            value = self._next(0)
        except (struct.error, IndexError):
            raise ProtocolError("the frame ends in the middle of a value") from None
        except UnicodeDecodeError:
            raise ProtocolError("a string is not UTF-8") from None
        if self.position != len(self.tree) or self.block_position != len(self.blocks):
            raise ProtocolError("bytes are left over after the value")
        return value

    def _next(self, depth: int) -> Any:
        self.items += 1
        if self.items > self.limits.items:
            raise ProtocolError(f"the frame holds more than {self.limits.items:,} values")
        tag = self.tree[self.position]
        self.position += 1
        read = _READERS.get(tag)
        if read is None:
            raise ProtocolError(f"a value has the unknown tag {tag}")
        return read(self, depth)

    def _unpack(self, layout: struct.Struct) -> tuple[Any, ...]:
        position = self.position
        self.position = position + layout.size
        return layout.unpack_from(self.tree, position)

    def _bytes(self, size: int) -> bytes:
        data = self.tree[self.position : self.position + size]
        if len(data) != size:
            raise ProtocolError("the frame ends in the middle of a value")
        self.position += size
        return data

    def _sized(self, most: int) -> bytes:
        (size,) = self._unpack(U32)
        if size > most:
            raise ProtocolError(f"a value has {size:,} bytes; the limit is {most:,}")
        return self._bytes(size)

    def _text(self, depth: int = 0) -> str:
        return str(self._sized(self.limits.text_bytes), "utf-8")

    def _byte_string(self, depth: int) -> bytes:
        return bytes(self._sized(self.limits.text_bytes))

    def _int(self, depth: int) -> int:
        return self._unpack(I64)[0]

    def _big_int(self, depth: int) -> int:
        return int.from_bytes(self._sized(self.limits.int_bytes), "little", signed=True)

    def _float(self, depth: int) -> float:
        return self._unpack(F64)[0]

    def _complex(self, depth: int) -> complex:
        return complex(*self._unpack(C128))

    def _count(self, depth: int) -> int:
        if depth >= self.limits.depth:
            raise ProtocolError(f"values are nested more than {self.limits.depth} deep")
        (count,) = self._unpack(U32)
        if count > len(self.tree) - self.position:  # each value takes at least one byte
            raise ProtocolError("a list is longer than the frame")
        return count

    def _list(self, depth: int) -> list:
        count, place = self._count(depth), self._place()
        value = [self._next(depth + 1) for _ in range(count)]
        return self._placed(place, value, tuple(value))

    def _tuple(self, depth: int) -> tuple:
        return tuple([self._next(depth + 1) for _ in range(self._count(depth))])

    def _named_tuple(self, depth: int) -> tuple:
        count = self._count(depth)
        self.items += count
        if count > MOST_FIELDS or self.items > self.limits.items:
            raise ProtocolError("the namedtuples of the frame have too many fields")
        name, *fields = parts = tuple(self._text() for _ in range(count + 1))
        if parts not in self.tuple_types:
            wrong = wrong_with(name, fields)
            if wrong or len(self.tuple_types) == MOST_TUPLE_TYPES:
                raise ProtocolError(wrong or f"the frame holds more than {MOST_TUPLE_TYPES} kinds of namedtuples")
            self.tuple_types.add(parts)
        return named_tuple(name, fields, [self._next(depth + 1) for _ in range(count)])

    def _key(self, depth: int) -> Any:
        key = self._next(depth + 1)
        check_key(key, ProtocolError)
        return key

    def _count_keys(self, depth: int) -> int:
        count = self._count(depth)
        self.keys += count
        if self.keys > self.limits.keys:
            raise ProtocolError(f"the frame holds more than {self.limits.keys:,} keys")
        return count

    def _defaultdict(self, depth: int) -> dict:
        (factory,) = self._unpack(_BYTE)
        if factory >= len(FACTORIES):
            raise ProtocolError("a defaultdict has an unknown default")
        return self._dict(depth, lambda: defaultdict(FACTORIES[factory]))

    def _dict(self, depth: int, empty: Callable[[], dict] = dict) -> dict:
        count, place = self._count_keys(depth), self._place()
        value = empty()
        for _ in range(count):
            key = self._key(depth)
            value[key] = self._next(depth + 1)
        if len(value) != count:
            raise ProtocolError("a dict contains a key twice")
        return self._placed(place, value, tuple(value.items()))

    def _set(self, depth: int) -> set:
        count, place = self._count_keys(depth), self._place()
        value = {self._key(depth) for _ in range(count)}
        if len(value) != count:
            raise ProtocolError("a set contains an element twice")
        return self._placed(place, value, frozenset(value))

    def _frozenset(self, depth: int) -> frozenset:
        count, place = self._count_keys(depth), self._place()
        value = frozenset([self._key(depth) for _ in range(count)])
        if len(value) != count:
            raise ProtocolError("a set contains an element twice")
        return self._placed(place, value, value)

    def _three_integers(self, depth: int, or_none: bool) -> list[Any]:
        if depth >= self.limits.depth:
            raise ProtocolError(f"values are nested more than {self.limits.depth} deep")
        parts = [self._next(depth + 1) for _ in range(3)]
        if not all(type(part) is int or (or_none and part is None) for part in parts):
            raise ProtocolError("a slice or range holds a value that is not an integer")
        return parts

    def _slice(self, depth: int) -> slice:
        return slice(*self._three_integers(depth, or_none=True))

    def _range(self, depth: int) -> range:
        start, stop, step = self._three_integers(depth, or_none=False)
        if step == 0:
            raise ProtocolError("a range has step 0")
        value = range(start, stop, step)
        if steps(value) > self.limits.steps:
            raise ProtocolError(f"a range has more than {self.limits.steps:,} numbers")
        return value

    def _dtype(self, depth: int = 0, others: tuple[re.Pattern[bytes], ...] = ()) -> np.dtype:
        size = self._unpack(_BYTE)[0]
        code = bytes(self._bytes(size))
        if code not in DTYPES and not any(other.fullmatch(code) for other in others):
            raise ProtocolError("an array or scalar has an unknown dtype")
        return DTYPES.get(code) or np.dtype(code.decode())

    def _scalar(self, depth: int) -> np.generic:
        dtype = self._dtype(others=(TIME_DTYPE,))
        data = self._bytes(dtype.itemsize)
        return _proper(np.frombuffer(data, dtype))[0]

    def _array(self, depth: int) -> np.ndarray:
        tree, position = self.tree, self.position
        end = position + 1 + tree[position]
        dtype = DTYPES.get(tree[position + 1 : end])
        if dtype is None:
            dtype, end = self._dtype(others=(TIME_DTYPE, TEXT_DTYPE)), self.position
        code, ndim = tree[end], tree[end + 1]
        if code not in b"CF" or ndim > MOST_DIMENSIONS:
            raise ProtocolError("an array has an unknown memory order or too many dimensions")
        layout = SHAPES[ndim]
        shape = layout.unpack_from(tree, end + 1)[1:]
        self.position = end + 1 + layout.size
        size = math.prod(shape) * dtype.itemsize
        if (size or stored_bytes(shape, dtype.itemsize)) > self.limits.array_bytes:
            raise ProtocolError(f"an array is larger than {self.limits.array_bytes / 1e6:,.0f} MB")
        start = self.block_position
        order: Literal["C", "F"] = "F" if code == _FORTRAN else "C"
        if not size:
            return self._placed(self._place(), np.empty(shape, dtype, order), (start, shape, order))
        if start + size > len(self.blocks):
            raise ProtocolError("an array is longer than the frame")
        self.block_position += size
        array: np.ndarray = np.ndarray(shape, dtype, self.blocks, start, order=order)
        if dtype.kind in "bU":
            array = _proper(array)
        array = array.copy(order)  # so that the array owns its memory, which is then aligned and not shared
        self.mutable.append((array, (start, shape, order)) if self.remember else None)
        return array

    def _known_type(self, depth: int) -> type:
        found = TYPES.get(self._text())
        if found is None:
            raise ProtocolError("a type has an unknown name")
        return found

    def _generator(self, depth: int) -> np.random.Generator:
        if depth >= self.limits.depth:
            raise ProtocolError(f"values are nested more than {self.limits.depth} deep")
        start, place = (self.position - 1, self.block_position), self._place()
        name = self._text()
        try:
            value = generator_from(name, self._next(depth + 1))
        except ValueError as error:
            raise ProtocolError(str(error)) from None
        return self._placed(place, value, (*start, self.position, self.block_position))

    def _handle(self, depth: int) -> Any:
        (number,), (kind,) = self._unpack(U64), self._unpack(_BYTE)
        if kind >= len(HANDLE_KINDS):
            raise ProtocolError("an object is of an unknown kind")
        return self.found(Handle(number, HANDLE_KINDS[kind], self._text()))

    def _callback(self, depth: int) -> Any:
        return self.found(Callback(self._unpack(U64)[0], self._text()))

    def _place(self) -> int:
        self.mutable.append(None)
        return len(self.mutable) - 1

    def _placed(self, place: int, value: Value, before: object) -> Value:
        self.mutable[place] = (value, before) if self.remember else None
        return value

    def changed(self) -> list[int]:
        """Return the indices in `mutable` of the values that have changed since they were read. Needs remember=True."""
        return [place for place, (value, before) in enumerate(self.mutable) if self._differs(value, before)]

    def _differs(self, value: Any, before: Any) -> bool:
        if type(value) is np.ndarray:
            start, shape, order = before
            # bytes are compared, because an unchanged NaN would not equal itself
            sent = self.blocks[start : start + value.nbytes]
            return value.shape != shape or value.tobytes(order) != bytes(sent)
        if type(value) is np.random.Generator:
            start, block_start, end, block_end = before
            return generator_bytes(value) != self.tree[start:end] + bytes(self.blocks[block_start:block_end])
        if type(value) in DICTS:
            now = tuple(value.items())
            return len(now) != len(before) or any(
                a is not c or not _same(b, d) for (a, b), (c, d) in zip(now, before, strict=True)
            )
        if type(value) is list:
            return len(value) != len(before) or not all(map(_same, value, before))
        return value != before


def _same(a: object, b: object) -> bool:
    if type(a) is np.ndarray and type(b) is np.ndarray:
        return a is b or (a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes())
    return a is b or (type(a) is type(b) and type(a) in (bool, int, float, str) and a == b)


def generator_bytes(generator: np.random.Generator) -> bytes:
    """Return the state of a random generator as bytes that can be compared."""
    encoder = Encoder(None)
    encoder.put(generator)
    return bytes(encoder.tree) + b"".join(encoder.blocks)


def _proper(array: np.ndarray) -> np.ndarray:
    """Return the array. Raises ProtocolError if a bool is neither 0 nor 1 or a string holds an invalid code point.

    np.sum of a bool array that holds other bytes would give too large a count.
    """
    if array.dtype.kind == "b" and array.size and array.view(np.uint8).max() > 1:
        raise ProtocolError("a truth value is neither 0 nor 1")
    if array.dtype.kind == "U" and not all_characters(array.reshape(-1, order="A").view(np.uint32)):
        raise ProtocolError("an array of strings holds an invalid code point")
    return array


_BYTE, _FORTRAN = struct.Struct("<B"), ord("F")
_READERS: dict[int, Callable[[Decoder, int], Any]] = {
    ord("N"): lambda d, depth: None,
    ord("."): lambda d, depth: ...,
    ord("0"): lambda d, depth: False,
    ord("1"): lambda d, depth: True,
    ord("i"): Decoder._int,
    ord("I"): Decoder._big_int,
    ord("f"): Decoder._float,
    ord("c"): Decoder._complex,
    ord("s"): Decoder._text,
    ord("b"): Decoder._byte_string,
    ord("l"): Decoder._list,
    ord("t"): Decoder._tuple,
    ord("u"): Decoder._named_tuple,
    ord("d"): Decoder._dict,
    ord("O"): lambda d, depth: d._dict(depth, OrderedDict),
    ord("C"): lambda d, depth: d._dict(depth, Counter),
    ord("F"): Decoder._defaultdict,
    ord("S"): Decoder._set,
    ord("Z"): Decoder._frozenset,
    ord(":"): Decoder._slice,
    ord("r"): Decoder._range,
    ord("D"): Decoder._dtype,
    ord("n"): Decoder._scalar,
    ord("a"): Decoder._array,
    ord("T"): Decoder._known_type,
    ord("g"): Decoder._generator,
    ord("h"): Decoder._handle,
    ord("k"): Decoder._callback,
}

"""The frames that the judge and a student's kernel send each other: only plain data, by value.

A frame is a header, a tree of values, and the raw bytes of the arrays in the tree. An object that is not plain data is
sent as a number: a *handle* for an object of the student, a *callback* for a function of the instructor. Reading a
frame builds only values of exact built-in and NumPy types. No name, type or code from the frame is looked up or run.

Data is copied: an array that occurs twice arrives as two arrays.

Values are typed `Any` here. Encoder and decoder dispatch on a value's exact type or on its tag, which a type checker
does not follow. `isinstance` is not an alternative, because it reads the value's `__class__`, where a student's value
may lie.
"""

import math
import re
import struct
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Sequence, Sized
from typing import Any, Literal, NamedTuple

import numpy as np

from autograder.execution.judge.named_tuples import parts_of
from autograder.execution.judge.random_state import state_of

REQUEST, REPLY, ERROR, CALLBACK, CALLBACK_REPLY, CALLBACK_ERROR = range(1, 7)
HANDLE_KINDS = ("function", "class", "module", "object")

MAGIC = b"cs1n"
HEADER = struct.Struct("<4sB3xQQQ")  # magic, kind, request number, bytes of the tree, bytes of the arrays
MOST_DIMENSIONS = 32  # of an array; NumPy 1 allows no more
SMALL = 1 << 16  # bytes; up to this size, copying an array is cheaper than sending its own memory
MOST_BUFFERS = 500  # sent without joining them; sendmsg takes at most 1,024
MOST_SENT_NAME = 100  # characters of the name of a type or function in a frame
MOST_TYPE_NAME = 60  # characters of the name of a type in a message

SHAPES = [struct.Struct(f"<B{ndim}Q") for ndim in range(MOST_DIMENSIONS + 1)]  # dimensions, and the length of each
_ORDERS = {"C": b"C", "F": b"F"}  # of an array in memory
U32, U64, I64, F64, C128 = (struct.Struct(f) for f in ("<I", "<Q", "<q", "<d", "<dd"))
# if two types hold the same kind of number, as long and long long do, the one with the sized name, such as np.int64
_SCALARS: dict[type, np.dtype] = {np.dtype(c).type: np.dtype(np.dtype(c).str) for c in "?bhilqBHILQefdgFDG"}
DTYPES = {dtype.str.encode(): dtype for dtype in _SCALARS.values()}
_DTYPE_CODES = {dtype: bytes([len(code)]) + code for code, dtype in DTYPES.items()}
TEXT_DTYPE = re.compile(rb"<U[1-9]\d{0,6}")
TIME_DTYPE = re.compile(rb"<[Mm]8(\[([1-9]\d{0,5})?(Y|M|W|D|h|m|s|ms|us|ns|ps|fs|as)\])?")
_PLAIN_TYPES = (bool, int, float, complex, str, bytes, list, tuple, dict, set, object)
TYPES: dict[str, type] = {t.__name__: t for t in _PLAIN_TYPES}
TYPES |= {"numpy." + dtype.name: dtype.type for dtype in DTYPES.values()}
_TYPE_NAMES = {t: name for name, t in TYPES.items()} | {t: "numpy." + d.name for t, d in _SCALARS.items()}
# the default factories that a defaultdict keeps; any other arrives as None
FACTORIES: tuple[type | None, ...] = (None, int, float, list, dict, set, str)
DICTS: dict[type, bytes] = {dict: b"d", OrderedDict: b"O", Counter: b"C", defaultdict: b"F"}
_HASHABLE = {type(None), bool, int, float, complex, str, bytes, *_SCALARS}


class FrameLimits(NamedTuple):
    """The limits of a frame. Both the writer and the reader enforce them."""

    frame_bytes: int = 256_000_000  # tree and arrays together
    array_bytes: int = 256_000_000  # one array; for an empty one, axes of length 0 are ignored
    text_bytes: int = 4_000_000  # one string
    int_bytes: int = 1_750  # 4,215 digits; Python refuses to print an integer of more than 4,300 digits
    items: int = 500_000  # values, including those inside others
    keys: int = 5_000  # in all dicts and sets: colliding keys take time quadratic in their number
    steps: int = 10_000_000  # of a range, which is small itself, while a list or an array made from it is large
    depth: int = 40  # of nested lists, tuples and dicts


class ProtocolError(Exception):
    """The data from the socket are not a frame, or not a frame that is allowed now; str() says why."""


class EncodeError(Exception):
    """A value cannot be sent; str() says why, as the rest of a sentence about the value."""


class Handle(NamedTuple):
    """The name of a student's object in a frame. kind: one of HANDLE_KINDS; type_name: for messages."""

    number: int
    kind: str
    type_name: str


class Callback(NamedTuple):
    """The name of an instructor's function in a frame."""

    number: int
    name: str


class Encoder:
    """Writes one frame.

    Parameters
    ----------
    opaque
        Function from a value that is not plain data to its Handle or Callback. It may raise EncodeError.
        None if all values are known to be plain data.
    limits
        How large the frame may be.

    Attributes
    ----------
    tree, blocks
        The two parts of the frame as written so far; `blocks` are the bytes of the arrays.
    mutable
        The arrays, lists, dicts, sets and random generators that were written, in the order of the frame.
    """

    def __init__(
        self,
        opaque: Callable[[Any], Handle | Callback] | None,
        limits: FrameLimits = FrameLimits(),  # noqa: B008 (a tuple)
    ):
        self.opaque, self.limits = opaque or _never_opaque, limits
        self.tree = bytearray()
        self.blocks: list[bytes | memoryview] = []
        self.mutable: list[Any] = []
        self.block_bytes = self.items = self.keys = 0

    def put(self, value: Any, depth: int = 0) -> None:
        """Append a value that lies inside `depth` nested lists, tuples and dicts. Raises EncodeError."""
        self.items += 1
        if self.items > self.limits.items:
            raise EncodeError(f"holds more than {self.limits.items:,} values")
        kind = type(value)
        write = _WRITERS.get(kind)
        if write is not None:
            write(self, value, depth)
        elif kind in _SCALARS:
            dtype = _SCALARS[kind]
            self.tree += b"n" + _DTYPE_CODES[dtype] + np.array(value, dtype).tobytes()
        elif issubclass(kind, np.ndarray):
            self._array(value)
        elif issubclass(kind, tuple) and (parts := parts_of(value)):
            self._put_named_tuple(*parts, depth)
        elif (kind is np.datetime64 or kind is np.timedelta64) and (code := _dtype_code(value.dtype)):
            self.tree += b"n" + code + np.array(value).tobytes()
        elif issubclass(kind, np.dtype) and value.str.encode() in DTYPES:
            self.tree += b"D" + _DTYPE_CODES[np.dtype(value.str)]
        elif kind is type and value in _TYPE_NAMES:
            self.tree += b"T"
            self._text(_TYPE_NAMES[value])
        else:
            self._opaque(value)
        if len(self.tree) + self.block_bytes > self.limits.frame_bytes:
            raise EncodeError(f"is larger than {self.limits.frame_bytes / 1e6:,.0f} MB")

    def frame(self, kind: int, number: int) -> list[bytes | memoryview]:
        """Return the whole frame, as buffers to send in order. kind: REQUEST, for example; number: the request's."""
        header = HEADER.pack(MAGIC, kind, number, len(self.tree), self.block_bytes)
        blocks = self.blocks if len(self.blocks) < MOST_BUFFERS else [b"".join(self.blocks)]
        return [header + self.tree, *blocks]

    def _array(self, value: np.ndarray) -> None:
        # a subclass is sent as a plain array, without running the subclass's code
        if issubclass(type(value), np.ma.MaskedArray):
            raise EncodeError("is or holds a masked array; make it a plain array with .filled(value)")
        self._put_array(np.ndarray.view(value, np.ndarray), 0, value)

    def _put_array(self, array: np.ndarray, depth: int, value: np.ndarray | None = None) -> None:
        """Append a plain array. value: the array of a subclass or of another byte order from which it was made."""
        value = array if value is None else value
        dtype, shape = array.dtype, array.shape
        code = _DTYPE_CODES.get(dtype) or _other_dtype_code(dtype)
        if code is None:
            if dtype.byteorder in "<>" and not dtype.isnative:
                self._put_array(array.astype(dtype.newbyteorder("=")), depth, value)
            else:
                self._opaque(value)
            return
        size = array.nbytes
        if len(shape) > MOST_DIMENSIONS or (size or stored_bytes(shape, dtype.itemsize)) > self.limits.array_bytes:
            raise EncodeError(
                f"holds an array of {size / 1e6:,.0f} MB; the limit is "
                f"{self.limits.array_bytes / 1e6:,.0f} MB and {MOST_DIMENSIONS} dimensions"
            )
        self.mutable.append(value)
        kind = dtype.kind
        if kind == "b":
            array = array.view(np.uint8) != 0  # if it is a view of another dtype, its bytes may be other than 0 and 1
        flags = array.flags
        order: Literal["C", "F"] = "F" if flags.f_contiguous and not flags.c_contiguous else "C"
        self.tree += b"a" + code + _ORDERS[order] + SHAPES[len(shape)].pack(len(shape), *shape)
        if size <= SMALL and kind != "U":
            self.blocks.append(array.tobytes(order))
        else:
            flat = np.ascontiguousarray(array.T if order == "F" else array).reshape(-1)
            if kind == "U" and not all_characters(flat.view(np.uint32)):
                raise EncodeError("holds a string with half a character (a lone surrogate)")
            self.blocks.append(flat.view(np.uint8).data)
        self.block_bytes += size

    def _opaque(self, value: Any) -> None:
        name = self.opaque(value)
        if isinstance(name, Handle):
            self.tree += b"h" + U64.pack(name.number) + bytes([HANDLE_KINDS.index(name.kind)])
            self._text(name.type_name[:MOST_SENT_NAME])
        else:
            self.tree += b"k" + U64.pack(name.number)
            self._text(name.name[:MOST_SENT_NAME])

    def _text(self, text: str) -> None:
        try:
            self._bytes(text.encode())
        except UnicodeEncodeError:
            raise EncodeError("holds a string with half a character (a lone surrogate)") from None

    def _bytes(self, data: bytes) -> None:
        if len(data) > self.limits.text_bytes:
            raise EncodeError(f"holds a string of {len(data):,} bytes; the limit is {self.limits.text_bytes:,}")
        self.tree += U32.pack(len(data)) + data

    def _put_str(self, value: str, depth: int) -> None:
        self.tree += b"s"
        self._text(str(value))

    def _put_bytes(self, value: bytes, depth: int) -> None:
        self.tree += b"b"
        self._bytes(value)

    def _put_int(self, value: int, depth: int) -> None:
        if -(1 << 63) <= value < 1 << 63:
            self.tree += b"i" + I64.pack(value)
            return
        size = value.bit_length() // 8 + 1
        if size > self.limits.int_bytes:
            raise EncodeError(f"holds an integer of {size:,} bytes; the limit is {self.limits.int_bytes:,}")
        self.tree += b"I" + U32.pack(size) + value.to_bytes(size, "little", signed=True)

    def _put_sequence(self, value: list | tuple, depth: int) -> None:
        if type(value) is list:
            self.mutable.append(value)
        self._open(b"l" if type(value) is list else b"t", value, depth)
        for item in value:
            self.put(item, depth + 1)

    def _put_set(self, value: set | frozenset, depth: int) -> None:
        self._count_keys(value)
        self.mutable.append(value)
        self._open(b"S" if type(value) is set else b"Z", value, depth)
        for item in value:
            check_key(item, EncodeError)
            self.put(item, depth + 1)

    def _put_dict(self, value: dict, depth: int) -> None:
        self._count_keys(value)
        self.mutable.append(value)
        tag = DICTS[type(value)]
        if type(value) is defaultdict:
            tag += bytes([next((i for i, known in enumerate(FACTORIES) if value.default_factory is known), 0)])
        self._open(tag, value, depth)
        for key, item in value.items():
            check_key(key, EncodeError)
            self.put(key, depth + 1)
            self.put(item, depth + 1)

    def _open(self, tag: bytes, value: Sized, depth: int) -> None:
        self._nest(depth)
        self.tree += tag + U32.pack(len(value))

    def _nest(self, depth: int) -> None:
        if depth >= self.limits.depth:
            raise EncodeError(f"is nested more than {self.limits.depth} deep: does a list or dict contain itself?")

    def _count_keys(self, value: Sized) -> None:
        self.keys += len(value)
        if self.keys > self.limits.keys:
            raise EncodeError(f"holds more than {self.limits.keys:,} keys")

    def _put_three(self, value: slice | range, depth: int) -> None:
        self._nest(depth)
        if type(value) is range and steps(value) > self.limits.steps:
            raise EncodeError(f"holds a range of more than {self.limits.steps:,} numbers")
        self.tree += b":" if type(value) is slice else b"r"
        for part in (value.start, value.stop, value.step):
            self.put(part, depth + 1)

    def _put_named_tuple(self, name: str, fields: tuple[str, ...], values: list, depth: int) -> None:
        self.items += len(fields)
        self._open(b"u", values, depth)
        for text in (name, *fields):
            self._text(text)
        for item in values:
            self.put(item, depth + 1)

    def _put_generator(self, value: np.random.Generator, depth: int) -> None:
        try:
            name, state = state_of(value)
        except ValueError:
            self._opaque(value)
            return
        self.mutable.append(value)
        self.tree += b"g"
        self._text(name)
        self.put(state, depth + 1)


_WRITERS: dict[type, Callable[[Encoder, Any, int], None]] = {
    type(None): lambda e, v, d: e.tree.extend(b"N"),
    type(...): lambda e, v, d: e.tree.extend(b"."),
    bool: lambda e, v, d: e.tree.extend(b"1" if v else b"0"),
    float: lambda e, v, d: e.tree.extend(b"f" + F64.pack(v)),
    complex: lambda e, v, d: e.tree.extend(b"c" + C128.pack(v.real, v.imag)),
    int: Encoder._put_int,
    str: Encoder._put_str,
    np.str_: Encoder._put_str,
    bytes: Encoder._put_bytes,
    list: Encoder._put_sequence,
    tuple: Encoder._put_sequence,
    set: Encoder._put_set,
    frozenset: Encoder._put_set,
    dict: Encoder._put_dict,
    OrderedDict: Encoder._put_dict,
    Counter: Encoder._put_dict,
    defaultdict: Encoder._put_dict,
    slice: Encoder._put_three,
    range: Encoder._put_three,
    np.ndarray: Encoder._put_array,
    np.random.Generator: Encoder._put_generator,
}


def _never_opaque(value: Any) -> Handle:
    raise TypeError(f"{type(value).__name__} is not plain data")


def _dtype_code(dtype: np.dtype) -> bytes | None:
    """Return the name of a dtype in a frame; None if arrays of this dtype cannot be sent."""
    return _DTYPE_CODES.get(dtype) or _other_dtype_code(dtype)


def _other_dtype_code(dtype: np.dtype) -> bytes | None:
    """Return the name of a dtype of strings or times in a frame; None if arrays of this dtype cannot be sent."""
    if dtype.kind in "UMm":
        text = dtype.str.encode()
        if TEXT_DTYPE.fullmatch(text) or TIME_DTYPE.fullmatch(text):
            return bytes([len(text)]) + text
    return None


def all_characters(codes: np.ndarray) -> bool:
    """Whether an (N,) array of uint32 holds only valid code points of characters."""
    return not codes.size or (codes.max() <= 0x10FFFF and not np.any((codes >= 0xD800) & (codes < 0xE000)))


def stored_bytes(shape: Sequence[int], itemsize: int) -> int:
    """Return the size of an array in bytes; for an empty one, the size that it would have without axes of length 0."""
    # an array of shape (0, 10**12) takes no memory, but the sum over its first axis would
    return math.prod([n for n in shape if n] if 0 in shape else shape) * itemsize


def steps(numbers: range) -> int:
    """Return the length of a range, which may be too large for `len`."""
    return max(0, -((numbers.start - numbers.stop) // numbers.step))


def check_key(key: object, error: type[Exception]) -> None:
    """Raise `error` unless a key is None, a number, text or a tuple of these: hashing those runs no foreign code."""
    if type(key) is tuple:
        for part in key:
            check_key(part, error)
    elif type(key) not in _HASHABLE and type(key) is not np.str_:
        raise error(f"has a key of type {type(key).__name__}; keys must be numbers, strings, or tuples of these")

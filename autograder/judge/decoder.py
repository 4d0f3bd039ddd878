"""Reading a frame, strictly: whatever the other side sent, the outcome is plain data or a ProtocolError."""

import struct

import numpy as np

from .frames import (
    C128,
    DTYPES,
    F64,
    HANDLE_KINDS,
    I64,
    MOST_DIMENSIONS,
    TYPES,
    U32,
    U64,
    Callback,
    Handle,
    Limits,
    ProtocolError,
    check_key,
    stored_bytes,
)
from .random_state import generator_from


class Decoder:
    """Reads the tree and the arrays of one frame.

    found: function from a Handle or Callback to what stands for it on this side; it may raise ProtocolError.
    `mutable` lists the arrays, lists, dicts and sets that were read, in the order of the frame, each with what
    `changed` needs to notice that it was changed since; it stays empty without remember=True.
    """

    def __init__(self, tree, blocks, found, limits=Limits(), remember=False):  # noqa: B008 (a tuple)
        self.tree, self.blocks, self.found, self.limits = tree, blocks, found, limits
        self.remember, self.mutable = remember, []
        self.position = self.block_position = self.items = self.keys = 0

    def value(self):
        """The one value that the frame holds. Raises ProtocolError."""
        try:
            value = self._next(0)
        except (struct.error, IndexError):
            raise ProtocolError("the frame ends in the middle of a value") from None
        except UnicodeDecodeError:
            raise ProtocolError("a text is not UTF-8") from None
        if self.position != len(self.tree) or self.block_position != len(self.blocks):
            raise ProtocolError("bytes are left over behind the value")
        return value

    def _next(self, depth):
        self.items += 1
        if self.items > self.limits.items:
            raise ProtocolError(f"the frame holds more than {self.limits.items:,} values")
        tag = self.tree[self.position]
        self.position += 1
        read = _READERS.get(tag)
        if read is None:
            raise ProtocolError(f"there is no kind of value {tag}")
        return read(self, depth)

    def _unpack(self, layout):
        fields = layout.unpack_from(self.tree, self.position)
        self.position += layout.size
        return fields

    def _bytes(self, size):
        data = self.tree[self.position : self.position + size]
        if len(data) != size:
            raise ProtocolError("the frame ends in the middle of a value")
        self.position += size
        return data

    def _sized(self, most):
        (size,) = self._unpack(U32)
        if size > most:
            raise ProtocolError(f"a value has {size:,} bytes; the limit is {most:,}")
        return self._bytes(size)

    def _text(self, depth=0):
        return str(self._sized(self.limits.text_bytes), "utf-8")

    def _byte_string(self, depth):
        return bytes(self._sized(self.limits.text_bytes))

    def _int(self, depth):
        return self._unpack(I64)[0]

    def _big_int(self, depth):
        return int.from_bytes(self._sized(self.limits.int_bytes), "little", signed=True)

    def _float(self, depth):
        return self._unpack(F64)[0]

    def _complex(self, depth):
        return complex(*self._unpack(C128))

    def _count(self, depth):
        if depth >= self.limits.depth:
            raise ProtocolError(f"values are nested more than {self.limits.depth} deep")
        (count,) = self._unpack(U32)
        if count > len(self.tree) - self.position:  # each takes a byte at least
            raise ProtocolError("a list is longer than the frame")
        return count

    def _list(self, depth):
        count, place = self._count(depth), self._place()
        value = [self._next(depth + 1) for _ in range(count)]
        return self._placed(place, value, tuple(value))

    def _tuple(self, depth):
        return tuple([self._next(depth + 1) for _ in range(self._count(depth))])

    def _key(self, depth):
        key = self._next(depth + 1)
        check_key(key, ProtocolError)
        return key

    def _count_keys(self, depth):
        count = self._count(depth)
        self.keys += count
        if self.keys > self.limits.keys:
            raise ProtocolError(f"the frame holds more than {self.limits.keys:,} keys")
        return count

    def _dict(self, depth):
        count, place = self._count_keys(depth), self._place()
        value = {}
        for _ in range(count):
            key = self._key(depth)
            value[key] = self._next(depth + 1)
        if len(value) != count:
            raise ProtocolError("a dict has a key twice")
        return self._placed(place, value, tuple(value.items()))

    def _set(self, depth):
        count, place = self._count_keys(depth), self._place()
        value = {self._key(depth) for _ in range(count)}
        if len(value) != count:
            raise ProtocolError("a set has an element twice")
        return self._placed(place, value, frozenset(value))

    def _frozenset(self, depth):
        count, place = self._count_keys(depth), self._place()
        value = frozenset([self._key(depth) for _ in range(count)])
        if len(value) != count:
            raise ProtocolError("a set has an element twice")
        return self._placed(place, value, value)

    def _three_integers(self, depth, or_none):
        if depth >= self.limits.depth:
            raise ProtocolError(f"values are nested more than {self.limits.depth} deep")
        parts = [self._next(depth + 1) for _ in range(3)]
        if not all(type(part) is int or (or_none and part is None) for part in parts):
            raise ProtocolError("a slice or range holds something else than integers")
        return parts

    def _slice(self, depth):
        return slice(*self._three_integers(depth, or_none=True))

    def _range(self, depth):
        start, stop, step = self._three_integers(depth, or_none=False)
        if step == 0:
            raise ProtocolError("a range has step 0")
        return range(start, stop, step)

    def _dtype(self, depth=0):
        size = self._unpack(_BYTE)[0]
        dtype = DTYPES.get(bytes(self._bytes(size)))
        if dtype is None:
            raise ProtocolError("there is no such dtype")
        return dtype

    def _scalar(self, depth):
        dtype = self._dtype()
        data = self._bytes(dtype.itemsize)
        return _proper(np.frombuffer(data, dtype))[0]

    def _array(self, depth):
        dtype = self._dtype()
        order, ndim = self._unpack(_ORDER)
        if order not in b"CF" or ndim > MOST_DIMENSIONS:
            raise ProtocolError("an array has no order of memory, or too many dimensions")
        shape = self._unpack(_SHAPES[ndim])
        size = stored_bytes(shape, dtype.itemsize)
        if size > self.limits.array_bytes:
            raise ProtocolError(f"an array has more than {self.limits.array_bytes / 1e6:,.0f} MB")
        start, order = self.block_position, chr(order)
        if 0 in shape:
            return self._placed(self._place(), np.empty(shape, dtype, order), (start, shape, order))
        if start + size > len(self.blocks):
            raise ProtocolError("an array is longer than the frame")
        self.block_position += size
        # copied, so that the array owns its memory, aligned, and shares it with no other
        array = _proper(np.ndarray(shape, dtype, self.blocks, start, order=order)).copy(order)
        return self._placed(self._place(), array, (start, shape, order))

    def _known_type(self, depth):
        found = TYPES.get(self._text())
        if found is None:
            raise ProtocolError("there is no such type")
        return found

    def _generator(self, depth):
        if depth >= self.limits.depth:
            raise ProtocolError(f"values are nested more than {self.limits.depth} deep")
        name = self._text()
        try:
            return generator_from(name, self._next(depth + 1))
        except ValueError as error:
            raise ProtocolError(str(error)) from None

    def _handle(self, depth):
        (number,), (kind,) = self._unpack(U64), self._unpack(_BYTE)
        if kind >= len(HANDLE_KINDS):
            raise ProtocolError("there is no such kind of object")
        return self.found(Handle(number, HANDLE_KINDS[kind], self._text()))

    def _callback(self, depth):
        return self.found(Callback(self._unpack(U64)[0], self._text()))

    def _place(self):
        self.mutable.append(None)
        return len(self.mutable) - 1

    def _placed(self, place, value, before):
        self.mutable[place] = (value, before) if self.remember else None
        return value

    def changed(self):
        """Where in `mutable` stand the arrays, lists, dicts and sets that are not any more what was read."""
        return [place for place, (value, before) in enumerate(self.mutable) if self._differs(value, before)]

    def _differs(self, value, before):
        if type(value) is np.ndarray:
            start, shape, order = before
            # NaN counts as unchanged, so bytes are compared
            sent = self.blocks[start : start + value.nbytes]
            return value.shape != shape or value.tobytes(order) != bytes(sent)
        if type(value) is dict:
            now = tuple(value.items())
            return len(now) != len(before) or any(
                a is not c or not _same(b, d) for (a, b), (c, d) in zip(now, before, strict=True)
            )
        if type(value) is list:
            return len(value) != len(before) or not all(map(_same, value, before))
        return value != before


def _same(a, b):
    if type(a) is np.ndarray and type(b) is np.ndarray:
        return a is b or (a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes())
    return a is b or (type(a) is type(b) and type(a) in (bool, int, float, str) and a == b)


def _proper(array):
    """Bytes of a bool array have to be 0 or 1: np.sum of others counts too much."""
    if array.dtype.kind == "b" and array.size and array.view(np.uint8).max() > 1:
        raise ProtocolError("a truth value is neither 0 nor 1")
    return array


_BYTE, _ORDER = struct.Struct("<B"), struct.Struct("<BB")
_SHAPES = [struct.Struct(f"<{ndim}Q") for ndim in range(MOST_DIMENSIONS + 1)]
_READERS = {
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
    ord("d"): Decoder._dict,
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

"""The reader takes whatever bytes there are, and gives plain data or a ProtocolError."""

import socket
import struct
import sys
import time
from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.execution.judge.decoder import Decoder
from autograder.execution.judge.frames import HEADER, MAGIC, REPLY, Encoder, FrameLimits, ProtocolError
from autograder.execution.judge.random_state import state_of
from autograder.execution.judge.stream import FrameStream, PeerGone
from autograder.execution.own_time import Deadline

LIMITS = FrameLimits(frame_bytes=100_000, array_bytes=50_000, text_bytes=1000)


def read(tree, blocks=b"", limits=LIMITS):
    return Decoder(tree, memoryview(blocks), lambda name: name, limits).value()


def u32(n):
    return struct.pack("<I", n)


def u64(*n):
    return struct.pack(f"<{len(n)}Q", *n)


def array(dtype=b"<f8", order=b"C", shape=(2,)):
    return b"a" + bytes([len(dtype)]) + dtype + order + bytes([len(shape)]) + u64(*shape)


def text(data):
    return u32(len(data)) + data


def named_tuple(name, *fields):
    return b"u" + u32(len(fields)) + b"".join(map(text, (name, *fields)))


def generator(name, **changes):
    encoder = Encoder(None)
    rng = np.random.Generator(getattr(np.random, name)(1))
    _, state = state_of(rng)
    for key, value in changes.items():
        (state["state"] if key in state["state"] else state)[key] = value
    encoder.put(state)
    return b"g" + text(name.encode()) + bytes(encoder.tree), b"".join(encoder.blocks)


MALFORMED = {
    "nothing": (b"",),
    "an unknown kind of value": (b"?",),
    "a pickle": (b"\x80\x04\x95",),
    "a value too many": (b"NN",),
    "an integer cut off": (b"i\0\0",),
    "a float cut off": (b"f\0",),
    "a text longer than the frame": (b"s" + u32(50) + b"abc",),
    "a text longer than allowed": (b"s" + u32(2**31) + b"abc",),
    "a text that is not UTF-8": (b"s" + text(b"\xff\xfe"),),
    "a text with half a character": (b"s" + text(b"\xed\xa0\x80"),),
    "an endless integer": (b"I" + text(b"\xff" * 2000),),
    "a list longer than the frame": (b"l" + u32(2**32 - 1) + b"N",),
    "a list cut off": (b"l" + u32(2) + b"N",),
    "lists in lists": ((b"l" + u32(1)) * 5000 + b"N",),
    "tuples in tuples": ((b"t" + u32(1)) * 5000 + b"N",),
    "slices in slices": (b":" * 5000,),
    "ranges in ranges": (b"r" * 5000,),
    "generators in generators": ((b"g" + text(b"PCG64")) * 5000,),
    "dicts as keys of dicts": ((b"d" + u32(1)) * 30 + b"N" * 60,),
    "a list as a key": (b"d" + u32(1) + b"l" + u32(0) + b"N",),
    "an array as a key": (b"d" + u32(1) + array() + b"N", bytes(16)),
    "an object as a key": (b"d" + u32(1) + b"h" + u64(1) + b"\x03" + text(b"T") + b"N",),
    "a list in a tuple as a key": (b"d" + u32(1) + b"t" + u32(1) + b"l" + u32(0) + b"N",),
    "a key twice": (b"d" + u32(2) + b"1N1N",),
    "an element twice": (b"S" + u32(2) + b"11",),
    "a list in a set": (b"S" + u32(1) + b"l" + u32(0),),
    "more keys than allowed": (b"d" + u32(30_000) + b"N" * 60_000,),
    "an object array": (array(b"|O"), bytes(16)),
    "a dtype that is none": (array(b"os.system('id')"), bytes(16)),
    "a byte-swapped array": (array(b">f8"), bytes(16)),
    "a structured array": (array(b"|V8"), bytes(16)),
    "an order that is none": (array(order=b"K"), bytes(16)),
    "too many dimensions": (array(shape=(1,) * 40), bytes(8)),
    "an array cut off": (array(), bytes(15)),
    "bytes behind an array": (array(), bytes(17)),
    "two arrays in the bytes of one": (b"l" + u32(2) + array() * 2, bytes(16)),
    "a huge array": (array(shape=(2**40,)), bytes(16)),
    "a size that overflows": (array(shape=(2**63, 2)), bytes(16)),
    "a size that overflows to 0": (array(shape=(2**32, 2**32)), b""),
    "an empty array with a huge side": (array(shape=(0, 10**9)), b""),
    "truth values of 2": (array(b"|b1"), b"\x02\x01"),
    "a truth value of 2": (b"n\x03|b1\x02",),
    "a scalar of no dtype": (b"n\x03|O8" + bytes(8),),
    "a scalar cut off": (b"n\x03<f8" + bytes(3),),
    "a range of step 0": (b"r" + b"i" + bytes(8) + b"i" + bytes(8) + b"i" + bytes(8),),
    "a range of very many numbers": (b"r" + b"".join(b"i" + struct.pack("<q", n) for n in (0, 10**7 + 1, 1)),),
    "a range of very many numbers, downwards": (b"r" + b"".join(b"i" + struct.pack("<q", n) for n in (2**62, 0, -3)),),
    "a range of texts": (b"r" + (b"s" + text(b"a")) * 3,),
    "a slice of floats": (b":" + (b"f" + bytes(8)) * 3,),
    "a type that is none": (b"T" + text(b"os.system"),),
    "a kind of object that is none": (b"h" + u64(1) + b"\x09" + text(b"T"),),
    "a namedtuple longer than the frame": (b"u" + u32(2**31),),
    "a namedtuple of too many fields": (named_tuple(b"T", *(b"f%d" % i for i in range(101))) + b"N" * 101,),
    "a namedtuple without its values": (named_tuple(b"T", b"a", b"b") + b"N",),
    "a namedtuple whose name is none": (named_tuple(b"a b", b"a") + b"N",),
    "a namedtuple without a name": (named_tuple(b"", b"a") + b"N",),
    "a namedtuple with an endless name": (named_tuple(b"a" * 101, b"a") + b"N",),
    "a field that is no name": (named_tuple(b"T", b"a=__import__('os')") + b"N",),
    "a field that begins with an underscore": (named_tuple(b"T", b"_replace") + b"N",),
    "a field that is a special method": (named_tuple(b"T", b"__eq__") + b"N",),
    "a field that is a keyword": (named_tuple(b"T", b"def") + b"N",),
    "a field twice": (named_tuple(b"T", b"a", b"a") + b"NN",),
    "many kinds of namedtuples": (b"l" + u32(101) + b"".join(named_tuple(b"T%d" % i) for i in range(101)),),
    "namedtuples in namedtuples": (named_tuple(b"T", b"a") * 5000 + b"N",),
    "a namedtuple as a key": (b"d" + u32(1) + named_tuple(b"T") + b"N",),
    "an ordered dict with a key twice": (b"O" + u32(2) + b"1N1N",),
    "a counter with a list as a key": (b"C" + u32(1) + b"l" + u32(0) + b"N",),
    "a dict with a default of no kind": (b"F\x07" + u32(0),),
    "more keys than allowed in a default dict": (b"F\x01" + u32(30_000) + b"N" * 60_000,),
    "texts beyond Unicode": (array(b"<U1", shape=(1,)), struct.pack("<I", 0x110000)),
    "texts with half a character": (array(b"<U1", shape=(1,)), struct.pack("<I", 0xDFFF)),
    "texts without a length": (array(b"<U0", shape=(2**40,)),),
    "texts of a negative length": (array(b"<U-1"), bytes(8)),
    "texts that are too long": (array(b"<U99999999"), bytes(8)),
    "texts cut off": (array(b"<U4", shape=(2,)), bytes(31)),
    "no texts that are huge": (array(b"<U900000", shape=(0,)),),
    "texts of other digits": (array("<U\u0665".encode(), shape=(1,)), bytes(20)),
    "a single text of an array": (b"n\x03<U1" + bytes(4),),
    "times of no unit": (array(b"<M8[eon]", shape=(1,)), bytes(8)),
    "times of 0 seconds": (array(b"<M8[0s]", shape=(1,)), bytes(8)),
    "times of very many seconds": (array(b"<m8[9999999s]", shape=(1,)), bytes(8)),
    "times per seconds": (array(b"<m8[s/2]", shape=(1,)), bytes(8)),
    "times of 4 bytes": (array(b"<M4[s]", shape=(1,)), bytes(4)),
    "a dtype of texts": (b"D\x03<U4",),
    "a generator of no kind": (b"g" + text(b"os") + b"N",),
    "a generator without a state": (b"g" + text(b"PCG64") + b"N",),
    "a generator that reads behind its buffer": generator("Philox", buffer_pos=10**6),
    "a generator that reads behind its key": generator("MT19937", pos=10**6),
    "a generator of negative position": generator("MT19937", pos=-1),
    "a generator with another key": generator("MT19937", key=np.zeros(3, np.uint32)),
    "a generator with a key of floats": generator("MT19937", key=np.zeros(624)),
    "a generator with a truth value for a number": generator("PCG64", has_uint32=True),
    "a generator with a huge number": generator("PCG64", state=2**128),
    "a generator of zeros": generator("MT19937", key=np.zeros(624, np.uint32)),
    "a generator of zeros where it looks": generator("MT19937", key=np.array([2**31 - 1] + [0] * 623, np.uint32)),
    "a generator that stands still": generator("PCG64", state=0, inc=0),
    "a generator that goes round": generator("PCG64DXSM", state=1, inc=2**127),
    "a generator of an even increment": generator("PCG64", inc=2),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_frame_is_refused(name):
    with pytest.raises(ProtocolError) as caught:
        read(*MALFORMED[name])
    assert str(caught.value)


@pytest.mark.parametrize(
    ("tree", "blocks"),
    [
        generator("PCG64"),
        generator("PCG64DXSM", state=0, inc=1),
        generator("SFC64", state=np.zeros(4, np.uint64)),
        generator("Philox", key=np.zeros(2, np.uint64)),
        generator("MT19937", key=np.array([2**31] + [0] * 623, np.uint32)),
        (b"r" + b"".join(b"i" + struct.pack("<q", n) for n in (10**7, 0, -1)), b""),
        (array(), bytes(16)),
        (named_tuple(b"T", b"a", b"b") + b"NN", b""),
        (b"F\x01" + u32(0), b""),
        (array(b"<U2", shape=(1,)), bytes(8)),
        (array(b"<M8[25s]", shape=(1,)), bytes(8)),
    ],
)
def test_what_the_malformed_ones_are_made_of_is_in_order(tree, blocks):
    read(tree, blocks)


@given(st.binary(max_size=200), st.binary(max_size=50))
def test_any_bytes_at_all_are_data_or_refused(tree, blocks):
    try:
        read(tree, blocks)
    except ProtocolError:
        pass


@given(st.data())
def test_any_damage_to_a_frame_leaves_data_or_is_refused(data):
    encoder = Encoder(None)
    encoder.put(
        {
            "a": [1, 2.5, "text", np.ones((2, 3)), np.array(["ab"]), np.zeros(2, "M8[s]")],
            (1, 2): {3},
            None: np.random.default_rng(0),
            "b": (range(3), np.linalg.slogdet(np.eye(2)), Counter("ab"), defaultdict(int, a=1)),
        }
    )
    tree = bytearray(encoder.tree)
    for _ in range(data.draw(st.integers(1, 4))):
        tree[data.draw(st.integers(0, len(tree) - 1))] = data.draw(st.integers(0, 255))
    try:
        read(bytes(tree), b"".join(encoder.blocks))
    except ProtocolError:
        pass


def test_keys_that_collide_cost_little():
    # multiples of the modulus have the hash 0, all of them
    encoder = Encoder(None)
    encoder.put(dict.fromkeys(n * sys.hash_info.modulus for n in range(FrameLimits().keys)))
    start = time.perf_counter()
    read(bytes(encoder.tree), limits=FrameLimits())
    assert time.perf_counter() - start < 3


def received(data, close=True):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(data)
        if close:
            theirs.close()
        return FrameStream(ours, LIMITS).receive(Deadline(0.2))


def header(magic=MAGIC, kind=REPLY, number=1, tree=1, blocks=0):
    return HEADER.pack(magic, kind, number, tree, blocks)


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\n\r\n" * 9,
        header(magic=b"cs2n") + b"N",
        header(kind=0) + b"N",
        header(kind=99) + b"N",
        header(tree=2**63) + b"N",
        header(tree=2**63, blocks=2**63) + b"N",
        header() + b"N" + header() + b"N",
        header() + b"Nx",
        header()[:10],
        header(tree=9) + b"N",
        header(tree=90_000) + bytes(80_000),
    ],
)
def test_a_stream_that_is_no_frame_is_refused(data):
    with pytest.raises(ProtocolError):
        received(data)


def test_a_closed_stream_says_so():
    with pytest.raises(PeerGone):
        received(b"")


@pytest.mark.parametrize("data", [b"", header()[:10], header(tree=9) + b"N", header(tree=90_000) + bytes(80_000)])
def test_a_frame_that_does_not_end_meets_the_deadline(data):
    with pytest.raises(TimeoutError):
        received(data, close=False)


def test_a_reader_that_does_not_read_meets_the_deadline():
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(TimeoutError):
        FrameStream(ours).send([bytes(10**7)], Deadline(0.2))

"""The decoder turns any bytes into plain data or a ProtocolError."""

import struct
import sys
import time
from collections import Counter, OrderedDict, defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.execution.judge.decoder import Decoder, generator_bytes
from autograder.execution.judge.frames import Callback, Encoder, FrameLimits, Handle, ProtocolError
from autograder.execution.judge.random_state import state_of

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
    # every multiple of the modulus has the hash 0
    encoder = Encoder(None)
    encoder.put(dict.fromkeys(n * sys.hash_info.modulus for n in range(FrameLimits().keys)))
    start = time.perf_counter()
    read(bytes(encoder.tree), limits=FrameLimits())
    assert time.perf_counter() - start < 3


def sent(value):
    """(tree, blocks) of a value, encoded without limits."""
    encoder = Encoder(None, FrameLimits(**dict.fromkeys(FrameLimits._fields, 10**12)))
    encoder.put(value)
    return bytes(encoder.tree), b"".join(encoder.blocks)


def nested(depth, value=0):
    for _ in range(depth):
        value = [value]
    return value


def raw_named_tuples(*counts):
    kinds = [named_tuple(b"T%d" % number) for number in range(max(counts))]
    return b"l" + u32(len(kinds)) + b"".join(kinds)


# for each limit: a frame exactly at the limit, and a frame one beyond it
LIMITED = {
    "values": ({"items": 3}, sent([1, 2]), sent([1, 2, 3])),
    "values of namedtuples with their fields": (
        {"items": 5}, (named_tuple(b"T", b"a", b"b") + b"NN", b""), (named_tuple(b"T", b"a", b"b", b"c") + b"NNN", b""),
    ),
    "text": ({"text_bytes": 4}, sent("éé"), sent("éé!")),
    "bytes": ({"text_bytes": 4}, sent(b"1234"), sent(b"12345")),
    "integer": ({"int_bytes": 9}, sent(2**70), sent(2**72)),
    "lists": ({"depth": 3}, sent(nested(3)), sent(nested(4))),
    "a tuple": ({"depth": 3}, sent(nested(2, ())), sent(nested(3, ()))),
    "a dict": ({"depth": 3}, sent(nested(2, {})), sent(nested(3, {}))),
    "a set": ({"depth": 3}, sent(nested(2, {1})), sent(nested(3, {1}))),
    "a frozenset": ({"depth": 3}, sent(nested(2, frozenset())), sent(nested(3, frozenset()))),
    "a tuple as a key": ({"depth": 3}, sent({((),): 1}), sent([{((),): 1}])),
    "a slice": ({"depth": 3}, sent(nested(2, slice(1))), sent(nested(3, slice(1)))),
    "a range": ({"depth": 3}, sent(nested(2, range(1))), sent(nested(3, range(1)))),
    "a generator": ({"depth": 4}, sent(nested(1, np.random.default_rng(0))), sent(nested(2, np.random.default_rng(0)))),
    "keys of all together": (
        {"keys": 4}, *(sent([{1: 1}, {1}, frozenset([1]), Counter(text)]) for text in ("a", "ab")),
    ),
    "a range's numbers": ({"steps": 5}, sent(range(0, 10, 2)), sent(range(0, 11, 2))),
    "a range's numbers downwards": ({"steps": 5}, sent(range(10, 0, -2)), sent(range(11, 0, -2))),
    "an array": ({"array_bytes": 16}, sent(np.ones(2)), sent(np.ones((3, 1)))),
    "an empty array without its empty axes": ({"array_bytes": 16}, sent(np.ones((0, 2))), sent(np.ones((3, 0)))),
    "dimensions": ({}, (array(shape=(1,) * 32), bytes(8)), (array(shape=(1,) * 33), bytes(8))),
    "fields": (
        {}, *((named_tuple(b"T", *(b"f%d" % i for i in range(n))) + b"N" * n, b"") for n in (100, 101)),
    ),
    "kinds of namedtuples": ({}, (raw_named_tuples(100), b""), (raw_named_tuples(101), b"")),
}  # fmt: skip


@pytest.mark.parametrize("limit", LIMITED)
def test_a_frame_may_hold_as_much_as_its_limit_and_no_more(limit):
    given, kept, exceeded = LIMITED[limit]
    read(*kept, FrameLimits(**given))
    with pytest.raises(ProtocolError):
        read(*exceeded, FrameLimits(**given))


def test_namedtuples_of_one_kind_are_counted_once():
    assert read(b"l" + u32(200) + named_tuple(b"T") * 200) == [()] * 200


@pytest.mark.parametrize(("number", "kind"), [*enumerate(["function", "class", "module", "object"])])
def test_an_object_comes_as_its_number_kind_and_type(number, kind):
    assert read(b"h" + u64(2**63) + bytes([number]) + text(b"T")) == Handle(2**63, kind, "T")


def test_there_is_no_other_kind_of_object():
    with pytest.raises(ProtocolError, match="an object is of an unknown kind"):
        read(b"h" + u64(1) + b"\x04" + text(b"T"))


def test_a_function_of_the_other_side_comes_as_its_number_and_name():
    assert read(b"k" + u64(7) + text(b"loss")) == Callback(7, "loss")


@pytest.mark.parametrize(("number", "factory"), [*enumerate([None, int, float, list, dict, set, str])])
def test_a_dict_with_a_default_has_one_that_is_known(number, factory):
    got = read(b"F" + bytes([number]) + u32(1) + b"1N")
    assert type(got) is defaultdict and got.default_factory is factory and got == {True: None}


@pytest.mark.parametrize(
    ("tag", "kind"), [(b"d", dict), (b"O", OrderedDict), (b"C", Counter), (b"S", set), (b"Z", frozenset), (b"t", tuple)]
)
def test_each_collection_arrives_as_its_kind(tag, kind):
    assert type(read(tag + u32(0))) is kind


TYPES = {
    **{kind.__name__: kind for kind in (bool, int, float, complex, str, bytes, list, tuple, dict, set, object)},
    **{f"numpy.{name}": getattr(np, name) for name in ("bool_", "float16", "float32", "float64", "complex64")},
    **{f"numpy.{u}int{n}": getattr(np, f"{u}int{n}") for u in ("", "u") for n in (8, 16, 32, 64)},
}


@pytest.mark.parametrize("name", [name for name in TYPES if name != "numpy.bool_"])
def test_a_type_is_one_of_pythons_or_numpys_for_plain_data(name):
    assert read(b"T" + text(name.encode())) is TYPES[name]


@pytest.mark.parametrize("name", ["type", "numpy", "numpy.object_", "numpy.ndarray", "frozenset", "numpy.str_", ""])
def test_no_other_type_is_known(name):
    with pytest.raises(ProtocolError, match="a type has an unknown name"):
        read(b"T" + text(name.encode()))


@pytest.mark.parametrize(
    "dtype", ["|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8", "<c8", "<c16"]
)
def test_a_dtype_is_one_of_a_number(dtype):
    assert read(b"D" + bytes([len(dtype)]) + dtype.encode()) == np.dtype(dtype)


@pytest.mark.parametrize("unit", ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as"])
def test_times_have_a_unit(unit):
    code = f"<m8[{unit}]".encode()
    assert read(b"n" + bytes([len(code)]) + code + u64(3)) == np.timedelta64(3, unit)


@pytest.mark.parametrize(
    ("tree", "blocks"),
    [
        (array(b"|b1"), b"\0\1"),
        (b"n\x03|b1\x01", b""),
        (array(b"<U1", shape=(3,)), b"".join(map(u32, (0xD7FF, 0xE000, 0x10FFFF)))),
    ],
)
def test_truth_values_and_characters_at_the_ends_of_their_ranges(tree, blocks):
    read(tree, blocks)


@pytest.mark.parametrize("code", [0xD800, 0xDFFF, 0x110000])
def test_no_half_of_a_character_and_none_beyond_unicode(code):
    with pytest.raises(ProtocolError, match="an array of strings holds an invalid code point"):
        read(array(b"<U1", shape=(1,)), u32(code))


def test_an_array_is_in_its_own_order_and_memory():
    blocks = np.arange(6.0).tobytes()
    for order, expected in ((b"C", [[0, 1, 2], [3, 4, 5]]), (b"F", [[0, 2, 4], [1, 3, 5]])):
        got = read(array(order=order, shape=(2, 3)), blocks)
        assert got.tolist() == expected and got.flags.owndata and got.flags[f"{order.decode()}_CONTIGUOUS"]


@pytest.mark.parametrize("order", [b"C", b"F"])
def test_an_empty_array_takes_no_bytes(order):
    got = read(array(order=order, shape=(0, 3)))
    assert got.shape == (0, 3) and got.dtype == float


def remembered(value):
    tree, blocks = sent(value)
    decoder = Decoder(tree, memoryview(blocks), None, remember=True)
    return decoder.value(), decoder


def test_changes_are_noticed():
    value = [np.ones((2, 3)), {"a": np.full(2, np.nan)}, [1, 2], np.asfortranarray(np.ones((2, 3)))]
    received, decoder = remembered(value)
    assert [type(thing) for thing, _ in decoder.mutable] == [list, np.ndarray, dict, np.ndarray, list, np.ndarray]
    assert decoder.changed() == []
    received[0][1, 1] = 5
    received[1]["b"] = 1
    received[3] *= 2
    assert decoder.changed() == [1, 2, 5]


def replace_equal_number(value):
    value[0] = 1.0  # equal to True, but a different value


CHANGES = {
    "a list that grew": ([1], lambda value: value.append(1)),
    "a list that shrank": ([1, 2], lambda value: value.pop()),
    "another value of a list": ([1, 2], lambda value: value.__setitem__(0, 2)),
    "an equal value of another type": ([True], replace_equal_number),
    "another order of a dict": ({1: 1, 2: 2}, lambda value: value.__setitem__(1, value.pop(1))),
    "another value of a dict": ({1: 1}, lambda value: value.__setitem__(1, 2)),
    "a dict that grew": ({1: 1}, lambda value: value.__setitem__(2, 1)),
    "a dict that shrank": ({1: 1, 2: 2}, lambda value: value.pop(2)),
    "a set": ({1}, lambda value: value.add(2)),
    "another array in a list": ([np.ones(2)], lambda value: value.__setitem__(0, np.zeros(2))),
    "an array of another shape in a list": ([np.ones(2)], lambda value: value.__setitem__(0, np.ones((2, 1)))),
    "an array of another dtype in a list": ([np.zeros(2)], lambda value: value.__setitem__(0, np.zeros(2, int))),
    "the sign of a zero": (np.zeros(2), lambda value: np.negative(value, out=value)),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_is_noticed(change):
    value, make = CHANGES[change]
    received, decoder = remembered(value)
    assert decoder.changed() == []
    make(received)
    assert decoder.changed() == [0]


@pytest.mark.parametrize("value", [[1, 2.5, "text"], {1: "a"}, [np.ones(2)], {"a": np.full(2, np.nan)}])
def test_a_value_that_was_replaced_by_its_equal_is_unchanged(value):
    received, decoder = remembered(value)
    for key in range(len(received)) if type(received) is list else list(received):
        old = received[key]
        received[key] = old.copy() if type(old) is np.ndarray else type(old)(f"{old}")
    assert decoder.changed() == []


@pytest.mark.parametrize("name", ["PCG64", "MT19937", "Philox"])
def test_that_a_generator_was_advanced_is_noticed(name):
    (_, received, _), decoder = remembered([np.zeros(2), np.random.Generator(getattr(np.random, name)(3)), {1: 2}])
    assert decoder.changed() == []
    before = generator_bytes(received)
    received.random()
    (place,) = decoder.changed()
    assert decoder.mutable[place][0] is received and generator_bytes(received) != before


def test_without_being_asked_for_nothing_is_remembered():
    tree, blocks = sent([1, {}])
    decoder = Decoder(tree, memoryview(blocks), None)
    decoder.value()
    assert decoder.mutable == [None, None]

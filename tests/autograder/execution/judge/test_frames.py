import collections
import struct
import time
from collections import Counter, OrderedDict, defaultdict, namedtuple
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.execution.judge.decoder import Decoder
from autograder.execution.judge.frames import (
    HEADER,
    REPLY,
    Callback,
    EncodeError,
    Encoder,
    FrameLimits,
    Handle,
    ProtocolError,
)

SMALL = FrameLimits(frame_bytes=4000, array_bytes=1000, text_bytes=100, items=50, keys=10, depth=5)

numeric = st.one_of(
    hnp.boolean_dtypes(),
    hnp.integer_dtypes(endianness="="),
    hnp.unsigned_integer_dtypes(endianness="="),
    hnp.floating_dtypes(endianness="="),
    hnp.complex_number_dtypes(endianness="="),
)
arrays = hnp.arrays(numeric, hnp.array_shapes(min_dims=0, min_side=0, max_dims=4, max_side=4))
keys = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.tuples(st.integers(), st.text()))
leaves = st.one_of(
    keys,
    st.floats(),
    st.complex_numbers(),
    st.binary(max_size=9),
    st.integers(-(2**900), 2**900),
    st.just(...),
    st.sampled_from([float, int, np.float32, np.dtype("uint8"), dict]),
    st.slices(9),
    st.builds(range, st.integers(-5, 5), st.integers(max_value=10**7 - 5), st.integers(1, 3)),
    st.sets(keys, max_size=3),
    st.frozensets(keys, max_size=3),
    arrays,
    hnp.from_dtype(np.dtype("float32")),
    hnp.from_dtype(np.dtype("bool")),
    hnp.arrays(st.sampled_from(["U1", "U5", "M8[D]", "M8[us]", "m8[25s]"]), hnp.array_shapes(min_dims=0, min_side=0)),
    st.sampled_from([np.datetime64("2020-01-01"), np.timedelta64(3, "ns"), np.datetime64("NaT", "s")]),
    st.dictionaries(keys, st.integers(), max_size=3).map(OrderedDict),
    st.dictionaries(keys, st.integers(), max_size=3).map(Counter),
    st.dictionaries(keys, st.floats(), max_size=3).map(lambda d: defaultdict(list, d)),
)
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.lists(inner, max_size=4).map(tuple), st.dictionaries(keys, inner, max_size=4)
    ),
    max_leaves=12,
)


def encoded(value, limits=FrameLimits(), opaque=None):  # noqa: B008
    encoder = Encoder(opaque or _nothing, limits)
    encoder.put(value)
    return encoder.frame(REPLY, 7)


def decoded(buffers, limits=FrameLimits(), **options):  # noqa: B008
    data = b"".join(bytes(buffer) for buffer in buffers)
    size = HEADER.unpack_from(data)[3]
    tree, blocks = data[HEADER.size : HEADER.size + size], memoryview(data)[HEADER.size + size :]
    decoder = Decoder(tree, blocks, lambda name: name, limits, **options)
    return decoder.value()


def _nothing(value):
    raise EncodeError("is an object")


def same(a, b):
    if type(a) is not type(b):
        return False
    if isinstance(a, (np.ndarray, np.generic)):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, defaultdict) and a.default_factory is not b.default_factory:
        return False
    if isinstance(a, dict):
        return same(list(a.items()), list(b.items()))
    if isinstance(a, float):
        return struct.pack("d", a) == struct.pack("d", b)
    return repr(a) == repr(b) if isinstance(a, complex) else a == b


@given(values)
def test_a_value_arrives_as_it_was_sent(value):
    assert same(decoded(encoded(value)), value)


@pytest.mark.parametrize("dtype", ["M8", "m8"])
def test_times_without_a_unit_arrive(dtype):
    sent = np.array(["NaT"], dtype + "[s]").astype(dtype)
    assert same(decoded(encoded(sent)), sent)


@given(arrays, st.booleans())
def test_arrays_keep_their_order_and_own_aligned_writable_memory(array, fortran):
    sent = array.copy("F") if fortran else array
    for received in decoded(encoded([b"odd", sent, sent]))[1:]:
        assert same(received, sent)
        assert received.flags.f_contiguous == sent.flags.f_contiguous
        assert received.flags.owndata and received.flags.aligned and received.flags.writeable


@pytest.mark.parametrize(
    "view", [np.arange(24.0)[::2], np.arange(24).reshape(4, 6)[:, ::-2], np.arange(5, dtype=">i4")], ids=str
)
def test_strided_and_byte_swapped_arrays_arrive_with_the_same_numbers(view):
    received = decoded(encoded(view))
    assert np.array_equal(received, view) and received.dtype.isnative


@pytest.mark.parametrize(
    "sent", [slice(None), slice(2), slice(1, None), slice(None, None, -1), slice(-3, 8, 2)], ids=str
)
def test_slices_with_and_without_their_parts_arrive(sent):
    assert decoded(encoded(sent)) == sent


def test_large_arrays_and_many_arrays_arrive():
    value = [np.arange(100_000.0).reshape(100, 1000).T, [np.full(3, i) for i in range(2000)]]
    received = decoded(encoded(value))
    assert same(received[0], value[0]) and same(received[1], value[1])


def test_a_generator_goes_on_where_it_was():
    rng = np.random.default_rng(3)
    rng.integers(5, size=3, dtype=np.int32)
    received = decoded(encoded(rng))
    assert np.array_equal(received.integers(1000, size=9, dtype=np.int32), rng.integers(1000, size=9, dtype=np.int32))


def test_handles_and_callbacks_cross_as_numbers():
    for name in (Handle(3, "function", "function"), Callback(2**63, "loss")):
        assert decoded(encoded(object(), opaque=lambda _, name=name: name)) == name


def test_a_subclass_of_ndarray_goes_as_a_plain_array():
    class Lying(np.ndarray):
        shape = property(lambda self: 1 / 0)
        __getitem__ = __len__ = tobytes = lambda self, *_: 1 / 0

    received = decoded(encoded(np.ndarray.__new__(Lying, (2,), buffer=np.ones(2))))
    assert type(received) is np.ndarray and received.tolist() == [1, 1]


def test_truth_values_are_made_0_and_1():
    assert decoded(encoded(np.array([0, 1, 7], np.uint8).view(bool))).sum() == 2


class _Float(float):
    pass


@pytest.mark.parametrize(
    "value",
    [
        object(),
        _Float(1),
        np.array([None]),
        np.array([b"a"]),
        np.zeros(1, [("a", int)]),
        type("T", (), {}),
        (i for i in "a"),
        collections.UserDict(),
        type("Counts", (collections.Counter,), {})(),
        time.localtime(0),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_plain_data_is_an_object(value):
    with pytest.raises(EncodeError, match="is an object"):
        encoded([value])


def _ring():
    ring = []
    ring.append((ring,))
    return ring


def _doubling():
    value = []
    for _ in range(30):
        value = [value, value]
    return value


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (_ring(), "contain itself"),
        (_doubling(), "values"),
        (np.broadcast_to(1.0, (10**5, 10**6)), "MB"),
        (np.empty((0, 10**12)), "MB"),
        (2**20_000, "integer"),
        ("x" * 10**7, "string"),
        ("\ud800", "surrogate"),
        (dict.fromkeys(range(10**5)), "keys"),
        (range(10**18), "10,000,000 numbers"),
        ({(1, (frozenset(),)): 1}, "key of type frozenset"),
        ([np.zeros(10**7)] * 10, "larger than"),
        ([0] * 10**6, "values"),
    ],
    ids=["ring", "doubling", "huge", "empty", "int", "text", "surrogate", "keys", "range", "key", "copies", "items"],
)
def test_what_is_too_much_is_refused_with_a_reason(value, why):
    with pytest.raises(EncodeError, match=why):
        encoded(value)


@pytest.mark.parametrize(
    "value",
    [np.zeros(200), [0] * 60, "x" * 101, [[[[[[[]]]]]]], dict.fromkeys(range(11)), 2 ** (8 * 1750), [b"x" * 90] * 45],
    ids=["array", "items", "text", "depth", "keys", "int", "frame"],
)
def test_the_reader_has_the_limits_of_the_writer(value):
    try:
        buffers = encoded(value, FrameLimits(int_bytes=10_000))
    except EncodeError:
        raise AssertionError from None
    limits = SMALL if not isinstance(value, list) or len(value) != 45 else SMALL._replace(items=40)
    with pytest.raises(ProtocolError):
        decoded(buffers, limits)


def test_integers_of_either_name_arrive_as_one():
    for code, kind in (("l", np.int64), ("q", np.int64), ("L", np.uint64), ("Q", np.uint64)):
        got = decoded(encoded([np.ones(2, code), np.dtype(code).type(3), np.dtype(code), np.dtype(code).type]))
        if np.dtype(code).itemsize == 8:
            assert got[0].dtype.type is kind and type(got[1]) is kind and got[2].type is kind and got[3] is kind


def test_the_default_of_a_dict_is_one_that_is_known():
    got = decoded(encoded([defaultdict(float, a=1), defaultdict(lambda: 1, a=1)]))
    assert got[0]["b"] == 0.0 and got[1].default_factory is None


def test_an_array_of_texts_with_half_a_character_is_refused():
    with pytest.raises(EncodeError, match="half a character"):
        encoded(np.array(["a", "\ud800"]))


def test_byte_swapped_texts_and_times_arrive():
    texts, times = np.array(["ab", "\U0001f600"], ">U2"), np.array(["2020-01-01"], ">M8[D]")
    got = decoded(encoded([texts, times, texts[::-1]]))
    assert got[0].tolist() == texts.tolist() == got[2].tolist()[::-1] and got[1][0] == times[0]


def test_masked_arrays_are_refused_with_a_way_out():
    for value in (np.ma.masked_array([1, 2], [True, False]), np.ma.masked):
        with pytest.raises(EncodeError, match=r"masked array; make it a plain array with .filled\(value\)"):
            encoded([value])


def test_arrays_of_strings_of_any_length_are_objects():
    with pytest.raises(EncodeError, match="is an object"):
        encoded(np.array(["a", "bcd"], np.dtypes.StringDType()))


Pair = namedtuple("Pair", "loss grad")
WithMethod = type("WithMethod", (Pair,), {"norm": lambda self: 5})


def test_namedtuples_arrive_as_namedtuples():
    sent = [Pair(Pair(1, 2), [2.5]), Pair(3, 4)]
    got = decoded(encoded(sent))
    assert got == sent and got[0].loss.grad == 2 and type(got[0]) is type(got[1])
    assert decoded(encoded(got)) == sent  # also after a second round trip


def test_a_tuple_with_methods_is_an_object():
    with pytest.raises(EncodeError, match="is an object"):
        encoded(WithMethod(1, 2))


PAGE = Path(__file__).parents[4] / "docs" / "course-format.md"


def test_the_limits_are_those_that_instructors_read():
    page = " ".join(PAGE.read_text().split())
    assert (
        "The limits are 500,000 values, 5,000 keys, 4 MB per string, 256 MB per array, and 10,000,000 numbers per range"
        in page
    )
    limits = FrameLimits()
    assert (limits.items, limits.keys, limits.text_bytes, limits.array_bytes, limits.steps) == (
        500_000, 5_000, 4_000_000, 256_000_000, 10_000_000,
    )  # fmt: skip
    with pytest.raises(ValueError, match="4300 digits"):  # Python refuses to print the number
        str(10**4300)
    assert len(str(1 << (8 * limits.int_bytes - 2))) < 4300 and limits.frame_bytes == 256_000_000


def nested(depth, value=0):
    for _ in range(depth):
        value = [value]
    return value


# for each limit: a value exactly at the limit, and a value one beyond it
LIMITED = {
    "values": ({"items": 3}, [1, 2], [1, 2, 3]),
    "values of namedtuples with their fields": ({"items": 5}, Pair(1, 2), [Pair(1, 2)]),
    "text": ({"text_bytes": 4}, "éé", "éé!"),
    "bytes": ({"text_bytes": 4}, b"1234", b"12345"),
    "integer": ({"int_bytes": 9}, 2**71 - 1, 2**71),
    "negative integer": ({"int_bytes": 9}, -(2**71) + 1, -(2**72)),
    "lists": ({"depth": 3}, nested(3), nested(4)),
    "a tuple": ({"depth": 3}, nested(2, ()), nested(3, ())),
    "a dict": ({"depth": 3}, nested(2, {}), nested(3, {})),
    "a set": ({"depth": 3}, nested(2, set()), nested(3, set())),
    "a slice": ({"depth": 3}, nested(2, slice(1)), nested(3, slice(1))),
    "a range": ({"depth": 3}, nested(2, range(1)), nested(3, range(1))),
    "a namedtuple": ({"depth": 3}, nested(2, Pair(1, 2)), nested(3, Pair(1, 2))),
    "keys of all together": (
        {"keys": 4}, [{1: 1}, {1}, frozenset([1]), Counter("a")], [{1: 1}, {1}, frozenset([1]), Counter("ab")],
    ),
    "a range's numbers": ({"steps": 5}, range(0, 10, 2), range(0, 11, 2)),
    "an array": ({"array_bytes": 16}, np.ones(2), np.ones(3)),
    "an empty array without its empty axes": ({"array_bytes": 16}, np.ones((0, 2)), np.ones((0, 3))),
    "dimensions": ({}, np.ones((1,) * 32), np.ones((1,) * 33) if np.__version__ >= "2" else np.ones(10**8)),
    "a frame": ({"frame_bytes": 5 + 9 + 9}, [1, 2], [1, 2, None]),
    "a frame with arrays": ({"frame_bytes": 15 + 8}, np.ones(1), np.ones(2)),
}  # fmt: skip


@pytest.mark.parametrize("limit", LIMITED)
def test_a_writer_writes_as_much_as_its_limit_and_no_more(limit):
    given, kept, exceeded = LIMITED[limit]
    encoded(kept, FrameLimits(**given))
    with pytest.raises(EncodeError):
        encoded(exceeded, FrameLimits(**given))


@pytest.mark.parametrize("integer", [2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 2**64, 255, -1])
def test_integers_at_the_ends_of_64_bits_arrive(integer):
    assert decoded(encoded(integer)) == integer


@pytest.mark.parametrize("character", ["\ud7ff", "\ue000", "\U0010ffff"])
def test_texts_at_the_ends_of_what_a_character_is_arrive(character):
    assert decoded(encoded(np.array([character]))).tolist() == [character] and decoded(encoded(character)) == character


KEYS = [None, True, 1, 2.5, 1j, "a", b"a", np.float32(1), np.int8(1), np.bool_(True), np.str_("a"), (1, ("a", None))]


@pytest.mark.parametrize("key", KEYS, ids=lambda key: type(key).__name__)
def test_numbers_texts_and_tuples_of_them_are_keys(key):
    assert decoded(encoded({key: 1})) == {key: 1} and decoded(encoded({key})) == {key}


@pytest.mark.parametrize("key", [frozenset(), (1, frozenset()), ..., int, range(2)], ids=lambda key: type(key).__name__)
def test_nothing_else_is_a_key(key):
    for value in ({key: 1}, {key}):
        with pytest.raises(EncodeError, match="has a key of type"):
            encoded(value)


def test_names_of_objects_are_cut():
    [handle] = decoded(encoded([object()], opaque=lambda _: Handle(1, "object", "T" * 101)))
    [callback] = decoded(encoded([object()], opaque=lambda _: Callback(1, "f" * 101)))
    assert (handle.type_name, callback.name) == ("T" * 100, "f" * 100)


@pytest.mark.parametrize("count", [499, 500, 501])
def test_many_arrays_are_sent_in_few_buffers(count):
    buffers = encoded([np.ones(1)] * count)
    assert len(buffers) == (1 + count if count < 500 else 2) and len(decoded(buffers)) == count

"""Frames over a socket: a frame arrives whole before the deadline, or not at all."""

import socket
import threading

import pytest

from autograder.execution.judge.frames import HEADER, MAGIC, REPLY, FrameLimits, ProtocolError
from autograder.execution.judge.stream import FrameStream, PeerGone
from autograder.execution.own_time import Deadline

LIMITS = FrameLimits(frame_bytes=100_000)


@pytest.fixture
def ends():
    """Two connected FrameStreams."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield FrameStream(ours, LIMITS), FrameStream(theirs, LIMITS)


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


@pytest.mark.parametrize("kind", range(1, 7))
def test_each_kind_of_frame_arrives_with_its_number_and_parts(ends, kind):
    here, there = ends
    there.send([header(kind=kind, number=2**64 - 1, tree=2, blocks=3), b"tr", b"blo"])
    got = here.receive(Deadline(5))
    assert got[:3] == (kind, 2**64 - 1, b"tr") and bytes(got[3]) == b"blo"
    assert here.received == HEADER.size + 5


def test_there_is_no_seventh_kind(ends):
    here, there = ends
    there.send([header(kind=7), b"N"])
    with pytest.raises(ProtocolError, match="the data that arrived are not a frame"):
        here.receive(Deadline(5))


FIRST = 1 << 16  # bytes requested by one read


@pytest.mark.parametrize("size", [0, 1, FIRST - HEADER.size - 1, FIRST - HEADER.size, FIRST - HEADER.size + 1, 99_999])
def test_frames_of_any_size_arrive_one_after_the_other(ends, size):
    here, there = ends
    body = bytes(range(256)) * 400
    for _ in range(2):
        sender = threading.Thread(target=there.send, args=([header(tree=1, blocks=size), b"N", body[:size]],))
        sender.start()
        _, _, tree, blocks = here.receive(Deadline(20))
        sender.join()
        assert tree == b"N" and blocks == body[:size]


@pytest.mark.parametrize("blocks", [70_000, 1000])
def test_a_frame_that_comes_in_pieces_arrives(ends, blocks):
    here, there = ends
    data = header(tree=1, blocks=blocks) + b"N" + bytes(blocks)
    pieces = [data[:5], data[5 : HEADER.size], data[HEADER.size : HEADER.size + 7], data[HEADER.size + 7 :]]
    sender = threading.Thread(target=lambda: [there.sock.sendall(piece) for piece in pieces])
    sender.start()
    assert len(here.receive(Deadline(20))[3]) == blocks
    sender.join()


def test_a_frame_may_be_as_large_as_the_limit_and_no_larger(ends):
    here, there = ends
    there.sock.sendall(header(tree=60_000, blocks=40_000) + bytes(100_000))
    here.receive(Deadline(5))
    there.sock.sendall(header(tree=60_001, blocks=40_000))
    with pytest.raises(ProtocolError, match="MB"):
        here.receive(Deadline(5))


@pytest.mark.parametrize("size", [1, 70_000])
def test_more_than_a_frame_is_a_violation(ends, size):
    here, there = ends
    there.sock.sendall(header(tree=size) + bytes(size) + b"x")
    if size == 1:
        with pytest.raises(ProtocolError, match="more data arrived than one frame holds"):
            here.receive(Deadline(5))
    else:  # a large frame is read by its exact size; later bytes are noticed before the next send
        here.receive(Deadline(5))
        assert not here.silent()


def test_silence_and_what_breaks_it(ends):
    here, there = ends
    assert here.silent()
    there.sock.sendall(b"x")
    assert not here.silent() and not here.silent()  # silent() does not consume the byte
    here.sock.recv(1)
    assert here.silent()
    there.close()
    with pytest.raises(PeerGone):
        here.silent()


def test_many_buffers_are_sent_whole_to_a_slow_reader(ends):
    here, there = ends
    buffers = [header(tree=0, blocks=90_000), *[bytes([n % 256]) * 300 for n in range(300)], b""]
    there.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 5000)
    sender = threading.Thread(target=there.send, args=(buffers, Deadline(20)))
    sender.start()
    assert here.receive(Deadline(20))[3] == b"".join(buffers[1:])
    sender.join()


def test_to_send_to_one_who_is_gone(ends):
    here, there = ends
    there.close()
    with pytest.raises(PeerGone):
        here.send([bytes(10**6)], Deadline(5))


def test_a_deadline_that_has_passed_is_met_at_once(ends):
    here, there = ends
    there.sock.sendall(header() + b"N")
    with pytest.raises(TimeoutError):
        here.receive(Deadline(0))
    with pytest.raises(TimeoutError):
        here.send([b"x"], Deadline(0))


def test_without_a_deadline_it_waits(ends):
    here, there = ends
    threading.Timer(0.05, there.sock.sendall, (header() + b"N",)).start()
    assert here.receive()[2] == b"N"

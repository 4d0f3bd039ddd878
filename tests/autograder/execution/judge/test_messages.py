"""Messages between the worker, the template and its judges."""

import os
import socket
import threading
from pathlib import Path

import pytest

from autograder.execution.judge.messages import packed, receive


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


@pytest.mark.parametrize("message", [None, {}, ["é", 1.5, {"a": None}], "x" * 3_000_000])
def test_a_message_arrives_whole(ends, message):
    here, there = ends
    sender = threading.Thread(target=there.sendall, args=(packed(message) + packed("next"),))
    sender.start()
    assert receive(here) == (message, []) and receive(here) == ("next", [])
    sender.join()


def test_what_is_no_json_is_written_as_text():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(packed({"folder": Path("/x")}))
        assert receive(ours)[0] == {"folder": "/x"}


def test_a_message_that_comes_in_pieces_arrives(ends):
    here, there = ends
    data = packed([1, 2, 3])
    sender = threading.Thread(target=lambda: [there.sendall(data[n : n + 1]) for n in range(len(data))])
    sender.start()
    assert receive(here)[0] == [1, 2, 3]
    sender.join()


def test_file_descriptors_come_with_it(ends):
    here, there = ends
    reading, writing = os.pipe()
    socket.send_fds(there, [packed("take")], [writing])
    os.close(writing)
    message, [theirs] = receive(here, 1)
    os.write(theirs, b"x")
    os.close(theirs)
    assert message == "take" and os.read(reading, 2) == b"x"
    os.close(reading)


def test_a_file_descriptor_that_was_not_asked_for_is_not_taken(ends):
    here, there = ends
    reading, writing = os.pipe()
    socket.send_fds(there, [packed("take")], [writing])
    os.close(writing)
    assert receive(here) == ("take", []) and os.read(reading, 1) == b""  # the other end is closed everywhere
    os.close(reading)


@pytest.mark.parametrize("size", [0, 3, 8, 9])
def test_an_end_before_the_end_of_a_message(ends, size):
    here, there = ends
    there.sendall(packed("text")[:size])
    there.close()
    with pytest.raises(EOFError):
        receive(here)

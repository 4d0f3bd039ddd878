"""File descriptors that bubblewrap inherits, and the last output of a process."""

import contextlib
import os
import time
from types import SimpleNamespace

import pytest

from autograder.execution.sandbox.descriptors import Inherited, LastWords


def is_open(descriptor):
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def test_what_was_kept_is_closed_at_the_end_and_what_was_lent_is_not():
    kept, lent = os.pipe()
    with contextlib.ExitStack() as stack:
        inherited = Inherited(stack)
        assert inherited.all == []
        assert inherited.keep(kept) == kept
        inherited.lend(lent)
        assert inherited.all == [kept, lent]
    assert not is_open(kept) and is_open(lent)
    inherited.close()  # closing twice is harmless
    os.close(lent)


def test_a_file_in_memory_stands_at_its_beginning():
    with contextlib.ExitStack() as stack:
        inherited = Inherited(stack)
        descriptor = inherited.holding(b"content")
        assert inherited.all == [descriptor] and os.read(descriptor, 100) == b"content"
    assert not is_open(descriptor)


@pytest.mark.parametrize(
    ("printed", "most", "kept"),
    [
        (b"abc", 3, "abc"),
        (b"abcd", 3, "bcd"),
        (b" a\xff\n", 9, "a\ufffd"),
        (b"", 9, ""),
        (b"x" * 3000, None, "x" * 2000),
    ],
)
def test_the_last_that_was_printed_is_kept(printed, most, kept):
    words = LastWords() if most is None else LastWords(most)
    assert words.text() == ""
    theirs = os.dup(words.end)
    words.listen()
    words.listen()  # the second call does nothing
    assert not is_open(words.end)  # otherwise the reader would wait for its own end
    for start in range(0, len(printed), 1000):
        os.write(theirs, printed[start : start + 1000])
    os.close(theirs)
    assert words.text() == kept


def test_of_a_process_that_goes_on_what_it_has_printed_so_far_is_told():
    words = LastWords()
    theirs = os.dup(words.end)
    words.listen()
    listening, words._thread = words._thread, SimpleNamespace(join=lambda timeout: None)  # no waiting
    os.write(theirs, b"so far")
    end = time.monotonic() + 60
    while words.text() != "so far":
        assert time.monotonic() < end
    os.close(theirs)
    listening.join()

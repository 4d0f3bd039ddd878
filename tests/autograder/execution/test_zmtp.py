"""The limits of the wire: a message beyond a limit is dropped, and the conversation continues with the next one.

The numbers here are copied from docs/security.md, not imported from the code.
"""

import asyncio
import contextlib
import socket
import struct
import threading

import pytest

from autograder.execution.zmtp import Wire, WireError

MOST = 1000  # bytes of a message, chosen by these tests
FRAMES = 64  # per message
AT_ONCE = 256 * 1024  # bytes taken by one read
MORE, LONG, COMMAND = 1, 2, 4
GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"NULL".ljust(52, b"\0")
READY = b"\x04\x06\x05READY"


def frame(content=b"", flags=0):
    if len(content) > 255:
        return struct.pack(">BQ", flags | LONG, len(content)) + content
    return bytes([flags, len(content)]) + content


def message(*contents):
    return b"".join(frame(content, MORE if i + 1 < len(contents) else 0) for i, content in enumerate(contents))


@contextlib.asynccontextmanager
async def connected(folder, said, greeting=GREETING + READY):
    """A Wire to a peer that greets, sends these bytes, and is then silent until the Wire closes."""

    def peer():
        with server.accept()[0] as client, contextlib.suppress(OSError):
            client.sendall(greeting + said)
            while client.recv(1000):
                pass

    wire = Wire(b"SUB", MOST)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "peer"))
        server.listen()
        thread = threading.Thread(target=peer)
        thread.start()
        try:
            async with asyncio.timeout(20):
                await wire.connect(str(folder / "peer"))
                yield wire
        finally:
            wire.close()
            thread.join()
            (folder / "peer").unlink()


def heard(folder, said, most_buffered=None):
    """The messages that a Wire reads from these bytes."""

    async def conversation():
        found = []
        async with connected(folder, said + message(b"the end")) as wire:
            while [b"the end"] not in found:
                found += wire.messages()
                assert most_buffered is None or len(wire._buffer) <= most_buffered
                if [b"the end"] not in found:
                    await wire.read()
        return found[:-1]

    return asyncio.run(conversation())


def test_a_message_as_long_as_is_allowed_comes_and_one_byte_more_does_not(tmp_path):
    exactly, beyond = bytes(MOST), bytes(MOST + 1)
    assert heard(tmp_path, message(exactly) + message(beyond) + message(b"next")) == [[exactly], None, [b"next"]]


def test_the_frames_of_a_message_count_together(tmp_path):
    exactly, beyond = (b"x" * 400, b"x" * 600), (b"x" * 400, b"x" * 600, b"x")
    assert heard(tmp_path, message(*exactly) + message(*beyond) + message(b"next")) == [[*exactly], None, [b"next"]]


def test_a_message_has_no_more_frames_than_allowed_however_short(tmp_path):
    exactly, beyond = [b""] * FRAMES, [b""] * (FRAMES + 1)
    assert heard(tmp_path, message(*exactly) + message(*beyond) + message(b"next")) == [exactly, None, [b"next"]]


def test_what_is_passed_over_is_not_kept(tmp_path):
    large = struct.pack(">BQ", LONG, 4_000_000) + bytes(4_000_000)
    assert heard(tmp_path, large + message(*[b"x" * 900] * 2000), most_buffered=MOST) == [None, None]


def test_one_reading_takes_in_so_much(tmp_path):
    async def conversation():
        loop, asked = asyncio.get_running_loop(), []
        receive = loop.sock_recv
        async with connected(tmp_path, bytes(1_000_000)) as wire:
            loop.sock_recv = lambda peer, size: asked.append(size) or receive(peer, size)
            await wire.read()
        return asked

    assert asyncio.run(conversation()) == [AT_ONCE]


def test_commands_are_passed_over_up_to_the_length_of_a_message(tmp_path):
    assert heard(tmp_path, frame(bytes(MOST), COMMAND) + message(b"next")) == [[b"next"]]
    with pytest.raises(WireError, match=f"it sent a command of {MOST + 1:,} bytes; the limit is {MOST:,}"):
        heard(tmp_path, frame(bytes(MOST + 1), COMMAND))


@pytest.mark.parametrize(
    "greeting",
    [b"HTTP/1.1 400 Bad Request\r\n".ljust(64), GREETING[:10] + b"\x02" + GREETING[11:], b"\xfe" + GREETING[1:]],
    ids=["another protocol", "an older version", "no signature"],
)
def test_who_speaks_another_protocol_is_not_talked_to(tmp_path, greeting):
    async def conversation():
        async with connected(tmp_path, b"", greeting):
            pass

    with pytest.raises(WireError, match="does not speak ZMTP 3"):
        asyncio.run(conversation())


def test_an_end_is_told(tmp_path):
    async def conversation():
        async with connected(tmp_path, b"") as wire:
            wire._socket.shutdown(socket.SHUT_WR)  # the peer then hangs up
            while True:
                await wire.read()

    with pytest.raises(WireError, match="the connection ended"):
        asyncio.run(conversation())

"""The client's side of ZeroMQ's wire protocol (ZMTP 3.0, https://rfc.zeromq.org/spec/23/), over a Unix socket.

libzmq is not used, because it does not limit what a peer may send. It keeps all parts of a message that never ends:
with all of its limits set, a hostile kernel made the grader use 799 MB. It also reconnects by itself when a peer
disconnects.

Here, messages have a maximum size: a larger message is read and dropped. There is one connection, which is made once.
A ZMTP frame is one part of a message; it is unrelated to the frames of execution/judge/frames.py.
"""

import asyncio
import socket
import struct
from collections.abc import Iterator

# signature (in its middle a length that version 3 does not use), version 3.0, mechanism, role of client, filler
_GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32)
_MORE, _LONG, _COMMAND = 1, 2, 4  # flags of a frame
_AT_ONCE = 1 << 18  # bytes of one read
MOST_FRAMES = 64  # of a message


class WireError(Exception):
    """The peer does not speak ZMTP, or the connection has ended."""


class Wire:
    """A connection to a bound ZeroMQ socket.

    Parameters
    ----------
    kind
        Socket type of this end: b"DEALER" or b"SUB".
    most
        Maximum size of a message, in bytes.
    """

    def __init__(self, kind: bytes, most: int):
        self.kind, self.most = kind, most
        self._socket: socket.socket | None = None
        self._buffer = bytearray()
        self._frames: list[bytes] = []  # the frames so far of the message that is arriving
        self._size = 0  # their size in bytes
        self._skip = 0  # bytes of the present frame that must still be dropped
        self._more = False  # whether another frame follows the dropped one
        self._too_large = False

    async def connect(self, path: str) -> None:
        """Connect and do the handshake. Raises OSError if nothing listens at this path, and WireError."""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(self._socket, path)
        name = b"Socket-Type"
        ready = b"\x05READY" + bytes([len(name)]) + name + struct.pack(">I", len(self.kind)) + self.kind
        await loop.sock_sendall(self._socket, _GREETING + bytes([_COMMAND, len(ready)]) + ready)
        while len(self._buffer) < len(_GREETING):
            await self.read()
        if self._buffer[0] != 0xFF or self._buffer[10] < 3:
            raise WireError("it does not speak ZMTP 3")
        del self._buffer[: len(_GREETING)]
        if self.kind == b"SUB":
            await self.send([b"\x01"])

    async def send(self, frames: list[bytes]) -> None:
        """Send a message. Raises WireError."""
        out = bytearray()
        for index, frame in enumerate(frames):
            out += struct.pack(">BQ", _LONG | (_MORE if index + 1 < len(frames) else 0), len(frame)) + frame
        try:
            await asyncio.get_running_loop().sock_sendall(self._connected(), out)
        except OSError as error:
            raise WireError(str(error)) from None

    async def read(self) -> None:
        """Wait for data, from which `messages` yields complete messages. Raises WireError if the connection ended."""
        try:
            part = await asyncio.get_running_loop().sock_recv(self._connected(), _AT_ONCE)
        except OSError as error:
            raise WireError(str(error)) from None
        if not part:
            raise WireError("the connection ended")
        self._buffer += part

    def messages(self) -> Iterator[list[bytes] | None]:
        """Yield the complete messages: lists of frames, or None for a message with too many bytes or frames."""
        place, buffer = 0, self._buffer
        try:
            while True:
                if self._skip:
                    step = min(self._skip, len(buffer) - place)
                    place, self._skip = place + step, self._skip - step
                    if self._skip:
                        return
                    if not self._more:
                        yield self._message()
                    continue
                header = 9 if len(buffer) > place and buffer[place] & _LONG else 2
                if len(buffer) - place < header:
                    return
                flags = buffer[place]
                length = struct.unpack_from(">Q", buffer, place + 1)[0] if flags & _LONG else buffer[place + 1]
                if flags & _COMMAND:
                    if length > self.most:
                        raise WireError(f"it sent a command of {length:,} bytes; the limit is {self.most:,}")
                    if len(buffer) - place < header + length:
                        return
                    place += header + length
                    continue
                if self._too_large or self._size + length > self.most or len(self._frames) == MOST_FRAMES:
                    self._too_large, self._frames, self._more = True, [], bool(flags & _MORE)
                    place, self._skip = place + header, length
                    if not length and not self._more:
                        yield self._message()
                    continue
                if len(buffer) - place < header + length:
                    return
                self._frames.append(bytes(buffer[place + header : place + header + length]))
                self._size += length
                place += header + length
                if not flags & _MORE:
                    yield self._message()
        finally:
            del buffer[:place]

    def _connected(self) -> socket.socket:
        if self._socket is None:
            raise WireError("it is not connected")
        return self._socket

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()

    def _message(self) -> list[bytes] | None:
        message = None if self._too_large else self._frames
        self._frames, self._size, self._too_large, self._more = [], 0, False, False
        return message

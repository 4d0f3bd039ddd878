"""ZeroMQ's wire protocol, version 3.0, from the client's side, over a Unix socket.

libzmq keeps whatever a peer sends, without end where a message never does, and connects again by itself where a peer
goes away. A kernel that runs a student's code is no peer to allow that. Here a message has a limit, and what is
longer is passed over; there is one connection, made once. https://rfc.zeromq.org/spec/23/
"""

import asyncio
import socket
import struct

_GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32)
_MORE, _LONG, _COMMAND = 1, 2, 4
_AT_ONCE = 1 << 18  # bytes
MOST_FRAMES = 64  # of a message


class WireError(Exception):
    """The peer does not speak ZMTP, or is gone."""


class Wire:
    """A connection to a bound ZeroMQ socket. `kind` is what this end is: b"DEALER" or b"SUB"."""

    def __init__(self, kind: bytes, most: int):
        self.kind, self.most = kind, most
        self._socket: socket.socket | None = None
        self._buffer = bytearray()
        self._frames: list[bytes] = []
        self._size = self._skip = 0
        self._more = False
        self._too_large = False

    async def connect(self, path: str) -> None:
        """Connect and shake hands. Raises OSError while nobody listens there, WireError."""
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
            raise WireError("it speaks no ZMTP 3")
        del self._buffer[: len(_GREETING)]
        if self.kind == b"SUB":
            await self.send([b"\x01"])

    async def send(self, frames: list[bytes]) -> None:
        """Send a message. Raises WireError."""
        out = bytearray()
        for index, frame in enumerate(frames):
            out += struct.pack(">BQ", _LONG | (_MORE if index + 1 < len(frames) else 0), len(frame)) + frame
        try:
            await asyncio.get_running_loop().sock_sendall(self._socket, out)
        except OSError as error:
            raise WireError(str(error)) from None

    async def read(self) -> None:
        """Wait for bytes; `messages` has then what they complete. Raises WireError when there are no more."""
        try:
            part = await asyncio.get_running_loop().sock_recv(self._socket, _AT_ONCE)
        except OSError as error:
            raise WireError(str(error)) from None
        if not part:
            raise WireError("the connection ended")
        self._buffer += part

    def messages(self):
        """Yield the messages that have come: lists of frames, or None for one of more bytes or frames than allowed."""
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
                        raise WireError("it sends commands without end")
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

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()

    def _message(self):
        message = None if self._too_large else self._frames
        self._frames, self._size, self._too_large, self._more = [], 0, False, False
        return message

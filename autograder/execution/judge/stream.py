"""Frames over a Unix stream socket. A deadline of None waits for ever."""

import socket
from collections.abc import Iterable
from typing import TYPE_CHECKING

from autograder.execution.judge.frames import CALLBACK_ERROR, HEADER, MAGIC, FrameLimits, ProtocolError

if TYPE_CHECKING:
    from autograder.execution.own_time import Deadline

_FIRST = 1 << 16  # bytes asked for at once: nearly every frame comes whole


class PeerGone(Exception):
    """The other side closed its end, or ended."""


class FrameStream:
    """One end of a connection: sends and receives whole frames.

    A frame is answered before the next one is sent, so there is never more than one on its way. What comes beyond
    its end is a violation, not the beginning of the next.

    Attributes
    ----------
    received : int
        Bytes that have come so far.
    """

    def __init__(self, sock: socket.socket, limits: FrameLimits = FrameLimits()):  # noqa: B008 (a tuple)
        self.sock, self.limits = sock, limits
        self.buffer = bytearray(_FIRST)
        self.received = 0

    def send(self, buffers: Iterable[bytes | memoryview], deadline: "Deadline | None" = None) -> None:
        """Send the buffers of one frame. Raises TimeoutError (the other side does not read) or PeerGone."""
        views = [memoryview(buffer) for buffer in buffers]
        try:
            while views:
                self._wait_until(deadline)
                sent = self.sock.sendmsg(views)
                while views and sent >= len(views[0]):
                    sent -= len(views.pop(0))
                if sent:
                    views[0] = views[0][sent:]
        except ConnectionError:
            raise PeerGone from None

    def receive(self, deadline: "Deadline | None" = None) -> tuple[int, int, bytes, memoryview]:
        """The next frame.

        Returns
        -------
        kind : int
            REQUEST and so on.
        number : int
            Of the request.
        tree, blocks
            What a `Decoder` takes.

        Raises
        ------
        TimeoutError, PeerGone, ProtocolError
        """
        have = 0
        while have < HEADER.size:
            have += self._into(memoryview(self.buffer)[have:], deadline, started=have > 0)
        magic, kind, number, tree_size, block_size = HEADER.unpack_from(self.buffer)
        if magic != MAGIC or not 0 < kind <= CALLBACK_ERROR:
            raise ProtocolError("what came is no frame")
        size = tree_size + block_size
        if size > self.limits.frame_bytes:
            most = self.limits.frame_bytes
            raise ProtocolError(f"a frame has {size / 1e6:,.0f} MB; the limit is {most / 1e6:,.0f} MB")
        total = HEADER.size + size
        if have > total:
            raise ProtocolError("more came than was asked for")
        if total <= _FIRST:
            while have < total:
                have += self._into(memoryview(self.buffer)[have:], deadline, started=True)
            if have > total:
                raise ProtocolError("more came than was asked for")
            body: bytes | bytearray = bytes(memoryview(self.buffer)[HEADER.size : total])
        else:
            body = bytearray(size)
            body[: have - HEADER.size] = memoryview(self.buffer)[HEADER.size : have]
            while have < total:
                have += self._into(memoryview(body)[have - HEADER.size :], deadline, started=True)
        view = memoryview(body)
        return kind, number, bytes(view[:tree_size]), view[tree_size:]

    def silent(self) -> bool:
        """Whether nothing has come that `receive` has not returned. Raises PeerGone."""
        self.sock.settimeout(0)
        try:
            if self.sock.recv(1, socket.MSG_PEEK):
                return False
        except BlockingIOError:
            return True
        except ConnectionError:
            pass
        raise PeerGone

    def close(self) -> None:
        self.sock.close()

    def _into(self, view: memoryview, deadline: "Deadline | None", started: bool) -> int:
        self._wait_until(deadline)
        try:
            count = self.sock.recv_into(view)
        except ConnectionError:
            raise PeerGone from None
        if count == 0:
            if started:
                raise ProtocolError("the connection ended in the middle of a frame")
            raise PeerGone
        self.received += count
        return count

    def _wait_until(self, deadline: "Deadline | None") -> None:
        if deadline is None:
            self.sock.settimeout(None)
            return
        left = deadline.left()
        if left <= 0:
            raise TimeoutError
        self.sock.settimeout(left)

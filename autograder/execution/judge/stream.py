"""Frames over a Unix stream socket. With a deadline of None, a call waits without limit."""

import socket
from collections.abc import Iterable
from typing import TYPE_CHECKING

from autograder.execution.judge.frames import CALLBACK_ERROR, HEADER, MAGIC, FrameLimits, ProtocolError

if TYPE_CHECKING:
    from autograder.execution.own_time import Deadline

_FIRST = 1 << 16  # bytes of the first read: nearly every frame fits into one


class PeerGone(Exception):
    """The other side closed its end of the socket, or its process ended."""


class FrameStream:
    """One end of a connection: sends and receives whole frames.

    Each frame is answered before the next one is sent, so at most one frame is in transit. Bytes after its end violate
    the protocol; they are not the beginning of the next frame.

    Attributes
    ----------
    received : int
        How many bytes have arrived so far.
    """

    def __init__(self, sock: socket.socket, limits: FrameLimits = FrameLimits()):  # noqa: B008 (a tuple)
        self.sock, self.limits = sock, limits
        self.buffer = bytearray(_FIRST)
        self.received = 0

    def send(self, buffers: Iterable[bytes | memoryview], deadline: "Deadline | None" = None) -> None:
        """Send the buffers of one frame. Raises TimeoutError if the other side does not read, or PeerGone."""
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
        """Receive the next frame.

        Returns
        -------
        kind : int
            REQUEST, REPLY or another of the kinds in frames.py.
        number : int
            Number of the request.
        tree, blocks
            Arguments for a `Decoder`.

        Raises
        ------
        TimeoutError, PeerGone, ProtocolError
        """
        have = 0
        while have < HEADER.size:
            have += self._into(memoryview(self.buffer)[have:], deadline, started=have > 0)
        magic, kind, number, tree_size, block_size = HEADER.unpack_from(self.buffer)
        if magic != MAGIC or not 0 < kind <= CALLBACK_ERROR:
            raise ProtocolError("the data that arrived are not a frame")
        size = tree_size + block_size
        if size > self.limits.frame_bytes:
            most = self.limits.frame_bytes
            raise ProtocolError(f"a frame has {size / 1e6:,.0f} MB; the limit is {most / 1e6:,.0f} MB")
        total = HEADER.size + size
        if have > total:
            raise ProtocolError("more data arrived than one frame holds")
        if total <= _FIRST:
            while have < total:
                have += self._into(memoryview(self.buffer)[have:], deadline, started=True)
            if have > total:
                raise ProtocolError("more data arrived than one frame holds")
            body: bytes | bytearray = bytes(memoryview(self.buffer)[HEADER.size : total])
        else:
            body = bytearray(size)
            body[: have - HEADER.size] = memoryview(self.buffer)[HEADER.size : have]
            while have < total:
                have += self._into(memoryview(body)[have - HEADER.size :], deadline, started=True)
        view = memoryview(body)
        return kind, number, bytes(view[:tree_size]), view[tree_size:]

    def silent(self) -> bool:
        """Whether `receive` has returned all data that have arrived. Raises PeerGone."""
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

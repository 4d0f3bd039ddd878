"""Frames over a Unix stream socket. With a deadline of None, a call waits without limit."""

import math
import select
import socket
from collections.abc import Iterable
from typing import TYPE_CHECKING

from autograder.execution.judge.frames import CALLBACK_ERROR, HEADER, MAGIC, FrameLimits, ProtocolError

if TYPE_CHECKING:
    from autograder.execution.own_time import Deadline

_FIRST = 1 << 16  # bytes of the first read: nearly every frame fits into one
_LONGEST = 1e6  # seconds of one wait; poll takes no more than an int of milliseconds


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
        self.buffer = memoryview(bytearray(_FIRST))
        self.received = 0
        self._blocks = sock.gettimeout() is None  # whether the socket waits; it does while there is no deadline
        self._looks = {event: _watching(sock, event) for event in (select.POLLIN, select.POLLOUT)}

    def send(self, buffers: Iterable[bytes | memoryview], deadline: "Deadline | None" = None) -> None:
        """Send the buffers of one frame. Raises TimeoutError if the other side does not read, or PeerGone."""
        views = [memoryview(buffer) for buffer in buffers]
        try:
            while views:
                self._prepare(deadline)
                try:
                    sent = self.sock.sendmsg(views)
                except BlockingIOError:
                    self._wait(select.POLLOUT, deadline)
                    continue
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
            have += self._into(self.buffer[have:], deadline, started=have > 0)
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
                have += self._into(self.buffer[have:], deadline, started=True)
            if have > total:
                raise ProtocolError("more data arrived than one frame holds")
            view = memoryview(bytes(self.buffer[HEADER.size : total]))
        else:
            view = memoryview(bytearray(size))
            view[: have - HEADER.size] = self.buffer[HEADER.size : have]
            while have < total:
                have += self._into(view[have - HEADER.size :], deadline, started=True)
        return kind, number, bytes(view[:tree_size]), view[tree_size:]

    def silent(self) -> bool:
        """Whether `receive` has returned all data that have arrived. Raises PeerGone."""
        if not self._looks[select.POLLIN].poll(0):
            return True
        try:
            if self.sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT):
                return False
        except BlockingIOError:
            return True
        except ConnectionError:
            pass
        raise PeerGone

    def close(self) -> None:
        self.sock.close()

    def _into(self, view: memoryview, deadline: "Deadline | None", started: bool) -> int:
        self._prepare(deadline)
        if deadline is not None:
            self._wait(select.POLLIN, deadline)
        try:
            count = self.sock.recv_into(view)
        except BlockingIOError:  # Linux may report data that are not there
            return 0
        except ConnectionError:
            raise PeerGone from None
        if count == 0:
            if started:
                raise ProtocolError("the connection ended in the middle of a frame")
            raise PeerGone
        self.received += count
        return count

    def _prepare(self, deadline: "Deadline | None") -> None:
        """Have the socket wait or not, as the deadline needs it. Raises TimeoutError if it has passed."""
        if self._blocks != (deadline is None):
            self.sock.settimeout(None if deadline is None else 0)
            self._blocks = deadline is None
        if deadline is not None and deadline.left() <= 0:
            raise TimeoutError

    def _wait(self, event: int, deadline: "Deadline | None") -> None:
        """Wait until the socket can be read (select.POLLIN) or written (select.POLLOUT). Raises TimeoutError."""
        left = None if deadline is None else math.ceil(1e3 * min(deadline.left(), _LONGEST))
        if left is not None and left <= 0 or not self._looks[event].poll(left):
            raise TimeoutError


def _watching(sock: socket.socket, event: int) -> select.poll:
    look = select.poll()
    look.register(sock, event)
    return look

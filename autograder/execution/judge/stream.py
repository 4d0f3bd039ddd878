"""Frames over a Unix stream socket, with a deadline (own_time.Deadline, or None)."""

from socket import MSG_PEEK

from autograder.execution.judge.frames import CALLBACK_ERROR, HEADER, MAGIC, Limits, ProtocolError

_FIRST = 1 << 16  # bytes asked for at once: nearly every frame comes whole


class PeerGone(Exception):
    """The other side closed its end, or ended."""


class FrameStream:
    """One end of a connection: sends and receives whole frames.

    A frame is answered before the next one is sent, so there is never more than one on its way. What comes beyond
    its end is a violation, not the beginning of the next.
    """

    def __init__(self, sock, limits=Limits()):  # noqa: B008 (a tuple)
        self.sock, self.limits = sock, limits
        self.buffer = bytearray(_FIRST)
        self.received = 0  # bytes, since the beginning

    def send(self, buffers, deadline=None):
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

    def receive(self, deadline=None):
        """The next frame: (kind, number, tree, blocks).

        Raises TimeoutError, PeerGone, or ProtocolError.
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
            body = bytes(memoryview(self.buffer)[HEADER.size : total])
        else:
            body = bytearray(size)
            body[: have - HEADER.size] = memoryview(self.buffer)[HEADER.size : have]
            while have < total:
                have += self._into(memoryview(body)[have - HEADER.size :], deadline, started=True)
        view = memoryview(body)
        return kind, number, bytes(view[:tree_size]), view[tree_size:]

    def silent(self):
        """Whether nothing has come that was not received yet. Raises PeerGone."""
        self.sock.settimeout(0)
        try:
            if self.sock.recv(1, MSG_PEEK):
                return False
        except BlockingIOError:
            return True
        except ConnectionError:
            pass
        raise PeerGone

    def close(self):
        self.sock.close()

    def _into(self, view, deadline, started):
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

    def _wait_until(self, deadline):
        if deadline is None:
            self.sock.settimeout(None)
            return
        left = deadline.left()
        if left <= 0:
            raise TimeoutError
        self.sock.settimeout(left)

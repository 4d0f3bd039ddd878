"""The file descriptors between the grader and bubblewrap."""

import contextlib
import os
import threading


class Inherited:
    """File descriptors that bubblewrap inherits. When `stack` ends, they are closed here, except for lent ones."""

    def __init__(self, stack: contextlib.ExitStack):
        self._kept: list[int] = []
        self._lent: list[int] = []
        stack.callback(self.close)

    @property
    def all(self) -> list[int]:
        """All file descriptors that bubblewrap must inherit."""
        return [*self._kept, *self._lent]

    def keep(self, descriptor: int) -> int:
        """Add a descriptor, which this object will close. Returns it."""
        self._kept.append(descriptor)
        return descriptor

    def lend(self, descriptor: int) -> None:
        """Add a descriptor that the caller will close."""
        self._lent.append(descriptor)

    def holding(self, content: bytes) -> int:
        """Add a file in memory with this content, positioned at its start. Returns its descriptor."""
        descriptor = self.keep(os.memfd_create("sandbox"))
        with open(descriptor, "wb", closefd=False) as file:
            file.write(content)
        os.lseek(descriptor, 0, os.SEEK_SET)
        return descriptor

    def close(self) -> None:
        while self._kept:
            os.close(self._kept.pop())


class LastWords:
    """The last output that a process printed outside of Jupyter. A pipe carries it: a file could fill the disk.

    Parameters
    ----------
    most
        How many bytes to keep.

    Attributes
    ----------
    end : int
        File descriptor to which the process writes.
    """

    def __init__(self, most: int = 2000):
        self._most, self._text = most, b""
        self._read, self.end = os.pipe()
        self._thread: threading.Thread | None = None

    def listen(self) -> None:
        """Start reading. To be called once the process has inherited its end of the pipe."""
        if self._thread:
            return
        os.close(self.end)
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()

    def text(self) -> str:
        """Return the last output so far or, if the process has ended, the end of its complete output."""
        if self._thread:
            self._thread.join(timeout=1)
        return self._text.decode("utf-8", "replace").strip()

    def _keep(self) -> None:
        with open(self._read, "rb", buffering=0) as pipe:
            while part := pipe.read(65536):
                self._text = (self._text + part)[-self._most :]

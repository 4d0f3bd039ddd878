"""Limits of time that count a notebook's own time: not what it waited for a processor that others had.

Own time is what a clock shows, less the seconds for which something of the notebook's was ready to run and nothing of
it ran. So sleeping counts, and so does waiting for processes of its own; a busy classmate does not. Nothing takes more
than MOST_PATIENCE times its limit by the clock, whatever the reason. Where the system does not tell for how long its
processes wait, own time is the clock's.
"""

import contextlib
import os
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MOST_PATIENCE = 10
USAGE_LOOK_SECONDS = 0.25  # between two looks at the processes of a notebook
_READING = struct.Struct("ddd")


@dataclass(frozen=True)
class Reading:
    """What was found at a moment of the monotonic clock: the seconds that the notebook's processes, together, have
    waited for a processor and had one, since it was begun to look.
    """

    at: float
    waited: float = 0.0
    used: float = 0.0

    def lost_until(self, later: "Reading") -> float:
        """The seconds between two readings for which something of the notebook's waited and nothing of it ran."""
        used, waited = later.used - self.used, later.waited - self.waited
        return max(0.0, min(waited, later.at - self.at - used))


class Readings:
    """Where the last reading stands: in a file, for the judge reads there what the worker writes."""

    def __init__(self, path: str):
        self.path = path
        self._waits: Mapping[object, float] | None = None
        self._last = Reading(time.monotonic())
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def write(self, waits: Mapping[Any, float], used: float) -> None:
        """Add a reading: for how long each thread has waited (those that have ended are missing), and the time used."""
        before = waits if self._waits is None else self._waits  # what was before the first reading does not count
        more = sum(max(0.0, seconds - before.get(thread, 0.0)) for thread, seconds in waits.items())
        self._waits = waits
        self._last = Reading(time.monotonic(), self._last.waited + more, used)
        with contextlib.suppress(OSError):  # on a disk that is full; the last reading is kept
            os.pwrite(self._file, _READING.pack(self._last.at, self._last.waited, self._last.used), 0)

    def last(self) -> Reading:
        found = os.pread(self._file, _READING.size, 0)
        return Reading(*_READING.unpack(found)) if len(found) == _READING.size else self._last

    def close(self) -> None:
        os.close(self._file)


class Clock:
    """Shows the own time since it was made; without readings, the time."""

    def __init__(self, readings: Readings | None = None):
        self.start, self._readings = time.monotonic(), readings
        self._before = readings.last() if readings else None

    def seconds(self) -> float:
        return time.monotonic() - self.start - self.lost()

    def lost(self) -> float:
        """The seconds that others had."""
        return self._before.lost_until(self._readings.last()) if self._before and self._readings else 0.0


class Deadline:
    """The moment at which so many seconds of own time are over, from now on."""

    def __init__(self, seconds: float, readings: Readings | None = None):
        self.seconds, self._clock = seconds, Clock(readings)
        self._end = self._clock.start + seconds

    def left(self) -> float:
        """The seconds until then, as far as is known now; 0 or less when it has come."""
        now = time.monotonic()
        if now >= self._end:
            lost = min(self._clock.lost(), (MOST_PATIENCE - 1) * self.seconds)
            self._end = max(self._end, self._clock.start + self.seconds + lost)
        return self._end - now

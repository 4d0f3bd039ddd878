"""Time limits that count a notebook's own time, without the time for which it waited for a processor in use by others.

Own time is clock time, less the seconds during which some process of the notebook was ready to run and none was
running. So sleeping counts, and so does waiting for the notebook's own processes; waiting for a busy classmate does
not. A limit ends after at most MOST_PATIENCE times its seconds by the clock, whatever the reason. If the system does
not report how long processes wait, own time is clock time.
"""

import contextlib
import os
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MOST_PATIENCE = 10
USAGE_LOOK_SECONDS = 0.25  # between two measurements of a notebook's processes
_READING = struct.Struct("ddd")


@dataclass(frozen=True)
class Reading:
    """A measurement of the notebook's processes.

    Attributes
    ----------
    at
        When it was made, on the monotonic clock.
    waited, used
        For how many seconds all processes together have waited for a processor, since the first reading, and used one.
    """

    at: float
    waited: float = 0.0
    used: float = 0.0

    def lost_until(self, later: "Reading") -> float:
        """Return the seconds between two readings during which a process of the notebook waited and none ran."""
        used, waited = later.used - self.used, later.waited - self.waited
        return max(0.0, min(waited, later.at - self.at - used))


class Readings:
    """The last reading, kept in a file: the worker writes it, and the judge reads it."""

    def __init__(self, path: str):
        self.path = path
        self._waits: Mapping[object, float] | None = None
        self._last = Reading(time.monotonic())
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def write(self, waits: Mapping[Any, float], used: float) -> None:
        """Add a reading: how long each thread that still runs has waited, and the processor time used by all."""
        before = waits if self._waits is None else self._waits  # waiting before the first reading does not count
        more = sum(max(0.0, seconds - before.get(thread, 0.0)) for thread, seconds in waits.items())
        self._waits = waits
        self._last = Reading(time.monotonic(), self._last.waited + more, used)
        with contextlib.suppress(OSError):  # the disk may be full; the file then keeps an earlier reading
            os.pwrite(self._file, _READING.pack(self._last.at, self._last.waited, self._last.used), 0)

    def last(self) -> Reading:
        found = os.pread(self._file, _READING.size, 0)
        return Reading(*_READING.unpack(found)) if len(found) == _READING.size else self._last

    def close(self) -> None:
        os.close(self._file)


class Clock:
    """Measures the own time since the object was made; without readings, clock time."""

    def __init__(self, readings: Readings | None = None):
        self.start, self._readings = time.monotonic(), readings
        self._before = readings.last() if readings else None

    def seconds(self) -> float:
        return time.monotonic() - self.start - self.lost()

    def lost(self) -> float:
        """Return the seconds that other programs' use of the processors cost the notebook."""
        return self._before.lost_until(self._readings.last()) if self._before and self._readings else 0.0


class Deadline:
    """The moment at which, counted from now, `seconds` of own time will have passed."""

    def __init__(self, seconds: float, readings: Readings | None = None):
        self.seconds, self._clock = seconds, Clock(readings)
        self._end = self._clock.start + seconds

    def left(self) -> float:
        """Return the seconds until the deadline, as far as is known now; 0 or less once it has passed."""
        now = time.monotonic()
        if now >= self._end:
            lost = min(self._clock.lost(), (MOST_PATIENCE - 1) * self.seconds)
            self._end = max(self._end, self._clock.start + self.seconds + lost)
        return self._end - now

"""The worker's side of a judge: start one for a notebook, have it run the instructor's cells, end it.

A worker keeps a warm `JudgeTemplate`, a process that has imported what judges need and forks one on request.
"""

import asyncio
import atexit
import contextlib
import json
import os
import signal
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any

from autograder.execution.judge.messages import LENGTH, PART_BYTES, packed
from autograder.execution.own_time import Deadline, Readings
from autograder.python_processes import python

MARGIN_SECONDS = 2.0  # allowed to a judge in addition to the time of the cell
JUDGE_START_SECONDS = 120.0  # allowed to a template that imports everything from a cold disk
STOP_SECONDS = 5.0  # allowed to the student's kernel to return from serving after a cell


LAST_WORDS = 2000  # bytes of a template's printed output that an error quotes


class JudgeDied(Exception):
    """The judge ended or no longer answers; str() says which."""


@dataclass(frozen=True)
class Setting:
    """What a judge is told when it starts.

    Attributes
    ----------
    cells
        The source texts of the cells that the judge will run. Before it forks, the template imports the modules that
        they import, and analyses them, once for all judges. If a module cannot be imported, the cell reports it.
    reserved
        Names that the instructor's cells bind, whether the cells run or not. They are never looked up in the student's
        kernel.
    student_text
        The text of the student's cells. The source of the student's functions must occur in it.
    kernel_pid
        Process id of the student's kernel, which is interrupted when a call takes too long.
    home, work
        The judge's home folder and working folder.
    memory_bytes
        Limit of the judge's address space.
    output_bytes
        How much of a cell's output is kept.
    grace_seconds
        How long the student's kernel may take to return from an interrupted call.
    """

    cells: tuple[str, ...]
    reserved: frozenset[str]
    student_text: str
    kernel_pid: int
    home: str
    work: str
    memory_bytes: int
    output_bytes: int
    grace_seconds: float

    def __post_init__(self) -> None:
        if self.kernel_pid <= 0:  # os.kill would signal a group of processes
            raise ValueError(f"kernel_pid is {self.kernel_pid}, but must be the id of one process (1 or greater).")


@dataclass(frozen=True)
class Ran:
    """The result of a cell.

    Attributes
    ----------
    outputs
        Outputs of nbformat 4; their execution_count is None.
    ok
        Whether the cell ran to its end.
    lost
        Why the student's kernel can no longer be asked for anything, in words; None if it still can.
    during
        What was running when the kernel was lost, as in "your svm_loss_naive"; None if nothing was.
    serving
        Whether the student's kernel is still serving the judge.
    mistakes
        The ids of the mistakes that the error of the cell names, the likeliest first.
    """

    outputs: list[dict]
    ok: bool
    lost: str | None
    during: str | None
    serving: bool
    mistakes: Sequence[str] = ()


@dataclass(frozen=True)
class _TemplateProcess:
    process: subprocess.Popen
    socket: socket.socket  # the worker's end
    log: IO[bytes]  # what the process prints


class JudgeTemplate:
    """A process that forks judges. It is started for the first judge, and started again if it has died.

    Parameters
    ----------
    pythonpath
        Folders to put in front of the module path.
    env
        The complete environment of the process.
    """

    def __init__(self, pythonpath: tuple[str, ...], env: dict[str, str]):
        self.pythonpath, self.env = tuple(map(os.path.abspath, pythonpath)), dict(env)
        self._started: _TemplateProcess | None = None

    @property
    def pid(self) -> int | None:
        """The process id; None while no process runs."""
        process = self._started and self._started.process
        return process.pid if process and process.poll() is None else None

    async def start(self, setting: Setting, channel: socket.socket, readings: Readings | None = None) -> "Judge":
        """Start a judge for the student's kernel at the other end of `channel`, and close `channel` here.

        Parameters
        ----------
        setting
            What the judge is told.
        channel
            This end of the socket that the student's kernel is connected to.
        readings
            If given, time limits count the notebook's own time (own_time.py).

        Raises
        ------
        JudgeDied
            The judge could not be started, or ended immediately.
        """
        control, theirs = socket.socketpair()
        try:
            with channel, theirs:
                request = packed({"cells": setting.cells})
                try:
                    socket.send_fds(self.launch(), [request], [theirs.fileno(), channel.fileno()])
                except ConnectionError:
                    raise JudgeDied(_ENDED) from None
                except OSError as error:
                    raise JudgeDied(f"the judge could not be started: {error}") from None
            control.setblocking(False)
            judge = Judge(self, control, setting.grace_seconds, readings)
            told = {**vars(setting), "reserved": sorted(setting.reserved), "stop_seconds": STOP_SECONDS}
            told["readings"] = readings and readings.path
            del told["cells"]  # only the template needs them
            await judge.greet(told)
        except JudgeDied as error:
            control.close()
            raise JudgeDied(f"{error}\n{self._last_words()}".strip()) from None
        except BaseException:
            control.close()
            raise
        return judge

    def close(self) -> None:
        """End the process and all of its judges."""
        if self._started is None:
            return
        self._started.socket.close()
        self._started.process.kill()
        self._started.process.wait()
        self._started.log.close()
        self._started = None

    def reap(self, pid: int) -> None:
        """Have the template wait for a killed judge. Until it has, no other process can get the judge's process id."""
        if self._started is not None:
            with contextlib.suppress(OSError):
                self._started.socket.sendall(packed({"reap": pid}))

    def launch(self) -> socket.socket:
        """Start the process unless it is running. Returns the socket to it. Raises OSError."""
        if self._started is not None and self.pid is not None:
            return self._started.socket
        self.close()
        ours, theirs = socket.socketpair()
        log = tempfile.TemporaryFile()
        with theirs:
            argv = python("-m", "autograder.execution.judge.template", theirs.fileno(), os.getpid())
            process = subprocess.Popen(
                argv,
                env={**self.env, "PYTHONDONTWRITEBYTECODE": "1"},  # grading must not write into the kit's folder
                cwd=os.sep,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._started = _TemplateProcess(process, ours, log)
        ours.sendall(packed(self.pythonpath))
        return ours

    def _last_words(self) -> str:
        if self._started is None:
            return ""
        log = self._started.log
        size = log.seek(0, os.SEEK_END)
        log.seek(max(0, size - LAST_WORDS))
        return log.read().decode("utf-8", "replace").strip()


_Key = tuple[int, tuple[str, ...], tuple[tuple[str, str], ...]]  # owner's process id, module path, environment
_templates: dict[_Key, JudgeTemplate] = {}


def template(pythonpath: tuple[str, ...], env: dict[str, str]) -> JudgeTemplate:
    """Return this process's template for a module path and an environment, always the same one."""
    key = (os.getpid(), tuple(pythonpath), tuple(sorted(env.items())))
    if key not in _templates:
        _templates[key] = JudgeTemplate(pythonpath, env)
        atexit.register(_close, key)
    return _templates[key]


def _close(key: _Key) -> None:
    if key[0] == os.getpid():  # a fork of the owner must not end it
        _templates.pop(key).close()


def template_pids() -> set[int]:
    """The process ids of the templates of this process."""
    return {t.pid for (owner, *_), t in _templates.items() if owner == os.getpid() and t.pid is not None}


class Judge:
    """A process that runs the instructor's cells of one notebook. `JudgeTemplate.start` makes it."""

    def __init__(
        self, template: JudgeTemplate, control: socket.socket, grace_seconds: float, readings: Readings | None
    ):
        self.pid: int | None = None
        self._template, self._control = template, control
        self._grace_seconds, self._readings = grace_seconds, readings

    async def greet(self, setting: dict) -> None:
        """Send the new process its setting, and receive its process id. Raises JudgeDied."""
        try:
            async with asyncio.timeout(JUDGE_START_SECONDS):
                await self._send(setting)
                hello = await self._receive()
        except TimeoutError:
            raise JudgeDied(f"the judge did not start within {JUDGE_START_SECONDS:g} s") from None
        self.pid = hello["pid"]
        if hello["failed"]:
            self.end()
            raise JudgeDied(f"the judge could not start: {hello['failed']}")

    async def run(
        self,
        source: str,
        seconds: float,
        test: bool = True,
        alone: bool = False,
        mark: int | None = None,
        output_bytes: int | None = None,
    ) -> Ran:
        """Run a cell. It may take `seconds`, plus a few more for the student's kernel to return from a call.

        Parameters
        ----------
        source
            IPython source text.
        seconds
            How long the cell may run.
        test
            Whether the cell is a test. If another cell fails, the names that it should have bound anew are unbound.
        alone
            Whether the cell runs without the student's kernel, which then need not serve.
        mark
            If given, the student's kernel marks the end of the cell with this number and continues to serve.
        output_bytes
            How many bytes of output to keep, if fewer than the setting's.

        Raises
        ------
        JudgeDied
            The judge failed, and has been killed.
        """
        if self.pid is None:
            raise JudgeDied(_ENDED)
        try:
            asked = {"source": source, "seconds": seconds, "test": test, "alone": alone, "mark": mark}
            await self._send({**asked, "output_bytes": output_bytes})
            return Ran(**await self._answer(seconds))
        except (JudgeDied, asyncio.CancelledError):
            self.end()
            raise

    async def _answer(self, seconds: float) -> dict[str, Any]:
        assert self.pid is not None  # checked in `run`
        answer = asyncio.ensure_future(self._receive())
        try:
            if not await self._done(answer, seconds + self._grace_seconds + MARGIN_SECONDS):
                os.kill(self.pid, signal.SIGINT)
                if not await self._done(answer, STOP_SECONDS + MARGIN_SECONDS):
                    raise JudgeDied(f"the cell did not end within {seconds:g} s and did not react to an interrupt")
            return answer.result()
        finally:
            answer.cancel()
            await asyncio.wait([answer])  # nothing may be reading from the socket when it is closed

    async def _done(self, future: asyncio.Future, seconds: float) -> bool:
        deadline = Deadline(seconds, self._readings)
        while not future.done() and (left := deadline.left()) > 0:
            await asyncio.wait([future], timeout=left)
        return future.done()

    def end(self) -> None:
        """Kill the process and the processes that it started."""
        if self.pid is None:
            return
        pid, self.pid = self.pid, None
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(OSError):
                kill(pid, signal.SIGKILL)
        self._template.reap(pid)
        self._control.close()

    async def _send(self, message: object) -> None:
        try:
            await asyncio.get_running_loop().sock_sendall(self._control, packed(message))
        except OSError:
            raise JudgeDied(_ENDED) from None

    async def _receive(self) -> dict[str, Any]:
        (size,) = LENGTH.unpack(await self._exactly(LENGTH.size))
        return json.loads(await self._exactly(size))

    async def _exactly(self, size: int) -> bytes:
        loop, data = asyncio.get_running_loop(), bytearray()
        while len(data) < size:
            try:
                part = await loop.sock_recv(self._control, min(size - len(data), PART_BYTES))
            except OSError:
                part = b""
            if not part:
                raise JudgeDied(_ENDED)
            data += part
        return bytes(data)


_ENDED = "the judge ended (out of memory, a crash, or an exit?)"

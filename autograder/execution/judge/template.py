"""The process that judges are forked from. It has already imported the modules that they need.

    python -P -m autograder.execution.judge.template FD PARENT

FD is a socket to the worker whose process id is PARENT. The worker sends {"cells": [...]} with two more sockets, one to
the worker and one to a student's kernel. The template then forks a judge and gives it both sockets.
"""

import contextlib
import ctypes
import functools
import gc
import importlib
import os
import random
import resource
import signal
import socket
import sys
import tempfile
import traceback
import types
from typing import Any, NoReturn

import numpy as np

from autograder.execution.judge.connection import StudentConnection
from autograder.execution.judge.errors import ChannelError, StudentError
from autograder.execution.judge.exceptions import error_types
from autograder.execution.judge.messages import packed, receive
from autograder.execution.judge.names import StudentNames
from autograder.execution.judge.shell import JudgeShell, make_shell
from autograder.execution.own_time import Readings
from autograder.notebook.bound_names import binds_unknown, bound_names, imported_modules

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main(descriptor: int, parent: int) -> None:
    """Fork judges until the worker has ended."""
    _end_with(parent)
    worker = socket.socket(fileno=descriptor)
    pythonpath, _ = receive(worker)
    sys.path[:0] = pythonpath
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    for display in ("DISPLAY", "WAYLAND_DISPLAY"):
        os.environ.pop(display, None)
    shell = make_shell()
    _warm_up(shell)
    prepared: set[str] = set()
    judges: set[int] = set()
    settled = False
    while True:
        try:
            request, descriptors = receive(worker, 2)
        except (EOFError, OSError):
            break
        if "reap" in request:
            if request["reap"] in judges:
                os.waitpid(request["reap"], 0)
                judges.remove(request["reap"])
            continue
        new = set(request["cells"]) - prepared
        prepared |= new
        for cell in new:
            _prepare(shell, cell)
        if new or not settled:
            settled = True
            gc.collect()
            gc.freeze()  # otherwise garbage collection in a judge would copy the pages that it shares with the template
        judge = os.fork()
        if judge == 0:
            worker.close()
            _judge(shell, len(pythonpath), *descriptors)
        judges.add(judge)
        for number in descriptors:
            os.close(number)
    for judge in judges:
        with contextlib.suppress(OSError):
            os.killpg(judge, signal.SIGKILL)


def _warm_up(shell: JudgeShell) -> None:
    """Import what judges need: for a traceback (by a cell that fails), the usual magics, and NumPy's random numbers."""
    with contextlib.suppress(ImportError, AttributeError):
        # a traceback makes a lexer for each of its frames, and each lexer would make the pattern of each list of words
        words: Any = importlib.import_module("pygments.lexer").words
        words.get = functools.cache(words.get)
    shell.run("[0][1]")
    shell.reset()
    for magics in ("execution", "pylab"):
        _import(f"IPython.core.magics.{magics}")
    np.random.seed()  # NumPy imports this part of itself only now


def _prepare(shell: JudgeShell, cell: str) -> None:
    """Import the modules that an instructor's cell imports, compile it, and cache what judges ask about its text."""
    shell.prepare(cell)
    bound_names(cell)
    binds_unknown(cell)
    for name in imported_modules(cell):
        _import(name)


def _import(name: str) -> None:
    package, _, last = name.rpartition(".")
    if hasattr(sys.modules.get(package), last):  # an attribute that is not a module, or an imported module
        return
    with contextlib.suppress(Exception, SystemExit):
        importlib.import_module(name)
        if name.partition(".")[0] == "matplotlib":  # drawing a figure also needs the backend
            importlib.import_module("matplotlib_inline.backend_inline")


def _judge(shell: JudgeShell, course_paths: int, control_descriptor: int, channel_descriptor: int) -> NoReturn:
    """Run a judge's process to its end. course_paths: how many folders of the course begin the module path."""
    template = os.getppid()
    try:
        _end_with(template)
        os.setsid()
        quiet = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(quiet, stream)
        os.close(quiet)
        for number in (control_descriptor, channel_descriptor):
            os.set_inheritable(number, False)
        control, channel = socket.socket(fileno=control_descriptor), socket.socket(fileno=channel_descriptor)
        setting = types.SimpleNamespace(**receive(control)[0])
        sys.path.insert(course_paths, setting.work)  # a notebook can import the modules beside it
        cells: _Cells | None = None
        failed: str | None = None
        try:
            cells = _Cells(shell, setting, channel)
        except Exception as error:
            failed = f"{type(error).__name__}: {error}"
        control.sendall(packed({"pid": os.getpid(), "failed": failed}))
        while True:
            request, _ = receive(control)
            assert cells is not None, failed
            control.sendall(packed(cells.run(**request)))
    except (EOFError, ConnectionError):
        os._exit(0)
    except BaseException:
        os._exit(1)


class _Cells:
    """Runs the instructor's cells of one notebook."""

    def __init__(self, shell: JudgeShell, setting: types.SimpleNamespace, channel: socket.socket):
        self.shell, self.setting = shell, setting
        self.running = self.interrupted = False
        os.environ.update(HOME=setting.home, TMPDIR=setting.home)
        tempfile.tempdir = None
        os.chdir(setting.work)
        if shell.history_manager is not None:
            shell.history_manager.dir_hist[:] = [os.getcwd()]
        random.seed()
        np.random.seed()
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        memory = setting.memory_bytes if most == resource.RLIM_INFINITY else min(setting.memory_bytes, most)
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        signal.signal(signal.SIGINT, self._interrupt)
        self.connection = StudentConnection(
            channel,
            interrupt=lambda: os.kill(setting.kernel_pid, signal.SIGINT),
            grace_seconds=setting.grace_seconds,
            notebook_text=setting.student_text,
            readings=setting.readings and Readings(setting.readings),
        )
        self.names = StudentNames(self.connection, setting.reserved)
        shell.namespace.update(__builtins__=self.names, __was_changed__=self.connection.was_changed)

    def run(
        self, source: str, seconds: float, test: bool, alone: bool, mark: int | None, output_bytes: int | None
    ) -> dict[str, Any]:
        """Run a cell; the arguments are those of `Judge.run`. Returns the fields of a `Ran`."""
        before = {name: self.shell.namespace.get(name) for name in bound_names(source)}
        self.connection.refusing = "it ended its kernel the last time" if alone else None
        most = self.setting.output_bytes
        outputs = self.shell.keep_outputs(most if output_bytes is None else min(most, output_bytes))
        self.names.forget()
        self.connection.forget()
        self.connection.begin(seconds)
        # without this cell's own exception classes: student code can know only their names
        self.connection.error_types = error_types(self.shell.namespace)
        self.interrupted, ok = False, False
        try:
            self.running = True
            ok = self.shell.run(source)
            self.running = False
        except KeyboardInterrupt:  # it arrived after the end of the cell
            self.running = False
        if self.interrupted:
            ok = False
            outputs.drop_errors("KeyboardInterrupt")
            why = f"did not finish within {seconds:g} s"
            outputs.error("TimeLimit", why, [f"TimeLimit: {why}"])
        if not ok and binds_unknown(source):
            self.names.closed = True
        if not ok and not test:  # a test must not use the old values in place of the new ones
            for name, value in before.items():
                kept = self.shell.namespace.get(name)
                if kept is value and not isinstance(value, types.ModuleType):
                    self.shell.namespace.pop(name, None)
        serving = not alone and self._end_cell(mark)
        return {
            "outputs": outputs.finished(),
            "ok": ok,
            "lost": self.connection.over,
            "during": self.connection.during,
            "serving": serving,
            "mistakes": self.shell.mistakes,
        }

    def _end_cell(self, mark: int | None) -> bool:
        """Have the student's kernel continue to serve for the next cell, or stop. Returns whether it continues."""
        connection, seconds = self.connection, self.setting.stop_seconds
        if mark is not None and not connection.interrupted:
            with contextlib.suppress(ChannelError, StudentError):
                connection.mark(mark, seconds)
            if not connection.over and not connection.interrupted:
                return True
        with contextlib.suppress(ChannelError, StudentError):
            connection.stop(seconds)
        return False

    def _interrupt(self, *_: object) -> None:
        if self.running:
            self.interrupted = True
            raise KeyboardInterrupt


def _end_with(parent: int) -> None:
    """Have Linux kill this process when its parent ends. On other systems it ends when its socket is closed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]), int(sys.argv[2]))
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
        if sys.__stderr__ is not None:
            sys.__stderr__.flush()
        os._exit(1)
    os._exit(0)

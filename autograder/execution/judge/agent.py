"""The judge's counterpart in a student's kernel: runs what it is asked to, and sends values back.

It needs only the standard library and NumPy; `bundle.agent_source` makes one file of it and of the modules it imports.
The student can do whatever they like to it, so nothing it says is trusted.
"""

import builtins
import gc
import inspect
import os
import socket
import sys
import textwrap
import threading
import tracemalloc
import types
import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.execution.judge.decoder import Decoder
from autograder.execution.judge.exceptions import cleaned, described, error_types, named_type, type_name
from autograder.execution.judge.frames import (
    CALLBACK,
    CALLBACK_ERROR,
    CALLBACK_REPLY,
    ERROR,
    MOST_TYPE_NAME,
    REPLY,
    REQUEST,
    Callback,
    EncodeError,
    Encoder,
    FrameLimits,
    Handle,
    ProtocolError,
)
from autograder.execution.judge.not_while_grading import nothing_outside
from autograder.execution.judge.stream import FrameStream, PeerGone

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

MARK = "application/x-cs231n-mark"  # of an output that separates those of two of the judge's cells
NUMPY = os.path.dirname(np.__file__) + os.sep
MOST_HANDLES = 100_000  # objects are kept until the kernel ends; only a test with a loop makes more

Answer = tuple[object, int | None]  # of an operation: its result, and the peak of memory where that was asked for
_agent: "Agent | None" = None


def prepare_shell(shell: "InteractiveShell") -> None:
    """Prepare a kernel's shell for a student's cells: what it must not do, and where it finds modules."""
    nothing_outside(shell)
    _import_from_here()
    # Python 3.12 and later warn of a fork in a process with threads, but these are the kernel's, not the student's
    warnings.filterwarnings("ignore", r"This process \(pid=\d+\) is multi-threaded", DeprecationWarning)


def _import_from_here() -> None:
    """Have cells find modules in the working folder before installed packages, as they do in Jupyter.

    IPython does not do this in a Python that is started with -P, as every kernel of ours is.
    """
    if "" not in sys.path:
        names = map(os.path.basename, sys.path)
        places = (place for place, name in enumerate(names) if name in ("site-packages", "dist-packages"))
        sys.path.insert(next(places, 0), "")


def connect(descriptor: int, limits: FrameLimits = FrameLimits()) -> None:  # noqa: B008 (a tuple)
    """Take over the socket to the judge, a file descriptor: once in a kernel, before any cell of the student's."""
    global _agent
    sock = socket.socket(fileno=descriptor)
    sock.set_inheritable(False)
    _agent = Agent(sock, limits)


def serve(namespace: dict[str, Any]) -> None:
    """Serve the judge until it says stop. namespace: the one that the student's cells run in."""
    assert _agent is not None, "connect was not called"
    _agent.serve(namespace)


class Agent:
    """Serves requests that come over a connected socket, in the thread that calls `serve`."""

    def __init__(self, sock: socket.socket, limits: FrameLimits = FrameLimits()):  # noqa: B008 (a tuple)
        self.stream, self.limits = FrameStream(sock, limits), limits
        self.namespace: dict[str, Any] = {}
        self.stopped = False
        self.objects: list[object] = []  # those that the judge has a handle of
        self.numbers: dict[int, int] = {}  # their places in `objects`, by id
        self.error_types: dict[tuple[str, type[Exception] | None], type[Exception]] = {}
        self.running: int | None = None  # number of the innermost request
        self.thread: int | None = None  # the thread that serves

    def serve(self, namespace: dict[str, Any]) -> None:
        """Answer requests until one says stop, or the judge is gone."""
        self.namespace, self.stopped, self.thread = namespace, False, threading.get_ident()
        while not self.stopped:
            try:
                kind, number, tree, blocks = self.stream.receive()
            except KeyboardInterrupt:  # meant for a call that has just ended
                continue
            except (PeerGone, ProtocolError, OSError):
                return
            if kind != REQUEST:
                return
            self._answer(number, tree, blocks)

    def call_back(self, function: "JudgeFunction", arguments: tuple, named: dict[str, Any]) -> Any:
        """Have the judge run a function of the instructor's, while a request of the judge's is being served."""
        if self.running is None or threading.get_ident() != self.thread:
            raise RuntimeError(f"{function!r} can be called only by the function that was given it, while that runs")
        self._send(CALLBACK, self.running, (function.number, arguments, named))
        while True:
            kind, number, tree, blocks = self.stream.receive()
            if kind == REQUEST:  # the instructor's function calls one of the student's
                self._answer(number, tree, blocks)
                continue
            value = Decoder(tree, blocks, self._found, self.limits).value()
            if kind == CALLBACK_REPLY:
                return value
            if kind != CALLBACK_ERROR:
                raise ProtocolError("the judge sent something out of turn")
            names, message = value
            raise named_type(names, FromCheck, self.error_types, error_types(self.namespace))(message)

    def _answer(self, number: int, tree: bytes, blocks: memoryview) -> None:
        decoder = Decoder(tree, blocks, self._found, self.limits, remember=True)
        around, self.running = self.running, number
        try:
            name, *arguments = decoder.value()
            result, peak = _OPERATIONS[name](self, *arguments)
            # arguments travel back only when asked for; otherwise the judge is told only which were changed
            reply = (result, peak, decoder.changed())
            try:
                self._send(REPLY, number, reply)
            except EncodeError:
                if name != "fetch":
                    raise
                self._send(REPLY, number, (_Opaque(result), peak, []))
        except BaseException as error:
            self._send(ERROR, number, self._described(error, decoder))
        finally:
            self.running = around

    def _described(self, error: BaseException, decoder: Decoder) -> tuple[list[str], str, str, list[int]]:
        try:
            changed = decoder.changed()
        except BaseException:  # even looking at an argument fails by now
            changed = []
        if isinstance(error, EncodeError):
            return ["UnusableResult"], f"the result {error}", "", changed
        try:
            names, message, text = described(error, hide=_OWN_FILES)
        except BaseException:
            names, message, text = ["Exception"], "an error whose type is broken", ""
        return names, message, text, changed

    def _send(self, kind: int, number: int, value: object) -> None:
        encoder = Encoder(self._opaque, self.limits)
        encoder.put(value)
        self.stream.send(encoder.frame(kind, number))

    def _opaque(self, value: Any) -> Handle | Callback:
        if type(value) is JudgeFunction:
            return Callback(value.number, value.__name__)
        if type(value) is _Opaque:
            value = value.value
        number = self.numbers.get(id(value))
        if number is None:
            number = len(self.objects)
            if number >= MOST_HANDLES:
                raise EncodeError(f"is one of more than {MOST_HANDLES:,} objects")
            self.objects.append(value)  # kept, so that no later object gets its id
            self.numbers[id(value)] = number
        return Handle(number, _kind_of(value), cleaned(type_name(type(value)), MOST_TYPE_NAME))

    def _found(self, name: Handle | Callback) -> Any:
        if isinstance(name, Callback):
            return JudgeFunction(self, name)
        return self.objects[name.number]

    def _fetch(self, name: str) -> tuple[Any, None]:
        if name not in self.namespace:
            raise NameError(f"name '{name}' is not defined")
        return self.namespace[name], None

    def _call(self, target: Any, arguments: tuple, named: dict[str, Any], measure: bool) -> Answer:
        function = self._fetch(target)[0] if type(target) is str else target
        if not measure:
            return function(*arguments, **named), None
        already = tracemalloc.is_tracing()
        if not already:
            tracemalloc.start()
        try:
            tracemalloc.reset_peak()
            before, _ = tracemalloc.get_traced_memory()
            result = function(*arguments, **named)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            if not already:
                tracemalloc.stop()
        return result, peak - before

    def _call_and_watch(self, function: Callable[..., object], arguments: tuple) -> Answer:
        """(result, lines that Python executed, names of the modules whose functions ran), NumPy's own aside.

        cs231n_lib/checks/watched_call.py holds the same lines on purpose: neither can import the other.
        """
        lines = 0
        modules: set[str] = set()

        def watch(frame: types.FrameType, event: str, _: object) -> "Callable | None":
            nonlocal lines
            if event == "call":
                if frame.f_code.co_filename.startswith(NUMPY):  # whose work depends on its caches
                    return None
                modules.add(str(frame.f_globals.get("__name__")))
            lines += event == "line"
            return watch

        before, of_threads, collecting = sys.gettrace(), threading.gettrace(), gc.isenabled()
        gc.disable()  # a finalizer that it runs in the middle of the call executes lines, too
        threading.settrace(watch)
        sys.settrace(watch)  # last, or it would watch threading.settrace
        try:
            result = function(*arguments)
            ended = sys.gettrace() is not watch
        finally:
            sys.settrace(before)
            threading.settrace(of_threads)
            if collecting:
                gc.enable()
        if ended:
            raise RuntimeError("the function called sys.settrace, so that its work cannot be watched")
        return (result, lines, sorted(modules)), None

    def _call_and_show(self, function: Callable[..., object], arguments: tuple) -> Answer:
        return (function(*arguments), arguments), None

    def _next(self, iterator: Iterator) -> Answer:
        try:
            return (True, next(iterator)), None
        except StopIteration:
            return (False, None), None

    def _set_attribute(self, target: object, name: str, value: object) -> Answer:
        setattr(target, name, value)
        return None, None

    def _delete_attribute(self, target: object, name: str) -> Answer:
        delattr(target, name)
        return None, None

    def _set_item(self, target: Any, key: object, value: object) -> Answer:
        target[key] = value
        return None, None

    def _delete_item(self, target: Any, key: object) -> Answer:
        del target[key]
        return None, None

    def _mark(self, number: int) -> Answer:
        """Publish a mark that separates what was printed and shown until now from what will be."""
        shell = sys.modules["IPython"].get_ipython()
        shell.events.trigger("post_execute")  # which shows the figures that were drawn
        shell.display_pub.publish({MARK: str(number)})
        return None, None

    def _stop(self) -> Answer:
        self.stopped = True
        return None, None


class FromCheck(Exception):
    """An exception that a function of the instructor's raised."""

    def __init__(self, message: str):
        Exception.__init__(self, message)  # that of another base may take more arguments


class JudgeFunction:
    """A function of the instructor's: a call goes to the judge and waits for what it returns."""

    def __init__(self, agent: Agent, name: Callback):
        self._agent, self.number, self.__name__ = agent, name.number, name.name

    def __call__(self, *arguments: object, **named: object) -> Any:
        return self._agent.call_back(self, arguments, named)

    def __repr__(self) -> str:
        return f"<function {self.__name__} of the check>"


class _Opaque:
    """A value that crosses as a handle, though it is data, because it is too large or is to stay here."""

    def __init__(self, value: object):
        self.value = value


def sources(function: Any) -> list[tuple[str, str]]:
    """[(name, source text)] of a function, followed by the functions of its module that it uses, even indirectly.

    It is empty when the text of the function itself is not available.
    """
    function = getattr(function, "__func__", function)
    waiting: list[tuple[str, Any]] = [(getattr(function, "__name__", ""), function)]
    found: list[tuple[str, str]] = []
    seen: set[int] = set()
    while waiting:
        name, function = waiting.pop(0)
        if id(function) in seen:
            continue
        seen.add(id(function))
        try:
            found.append((name, textwrap.dedent(inspect.getsource(function))))
        except (OSError, TypeError):
            if not found:
                return []
            continue
        if type(function) is types.FunctionType:
            waiting += _used_by(function)
    return found


def _used_by(function: types.FunctionType) -> list[tuple[str, types.FunctionType]]:
    codes = [function.__code__]
    names: list[str] = []
    while codes:
        code = codes.pop()
        names += code.co_names
        codes += [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
    around = {name: function.__globals__[name] for name in names if name in function.__globals__}
    around |= inspect.getclosurevars(function).nonlocals
    defaults = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
    around |= {value.__name__: value for value in defaults if type(value) is types.FunctionType}
    helpers = [(name, value) for name, value in around.items() if type(value) is types.FunctionType]
    return [(name, helper) for name, helper in helpers if helper.__module__ == function.__module__]


def _kind_of(value: object) -> str:
    kind = type(value)
    if issubclass(kind, type):
        return "class"
    if kind is types.ModuleType:
        return "module"
    return "function" if callable(value) else "object"


_OWN_FILES = {f.__code__.co_filename for f in (Agent.serve, Decoder.value, Encoder.put, FrameStream.receive)}
_OPERATIONS: dict[str, Callable[..., Answer]] = {
    "fetch": Agent._fetch,
    "call": Agent._call,
    "call_and_show": Agent._call_and_show,
    "call_and_watch": Agent._call_and_watch,
    "next": Agent._next,
    "mark": Agent._mark,
    "stop": Agent._stop,
    "has": lambda agent, name: (name in agent.namespace, None),
    "contains": lambda agent, target, value: (value in target, None),
    "set_attribute": Agent._set_attribute,
    "delete_attribute": Agent._delete_attribute,
    "set_item": Agent._set_item,
    "delete_item": Agent._delete_item,
    "attribute": lambda agent, target, name: (builtins.getattr(target, name), None),
    "item": lambda agent, target, key: (target[key], None),
    "iterator": lambda agent, target: (_Opaque(iter(target)), None),
    "length": lambda agent, target: (len(target), None),
    "source": lambda agent, target: (sources(target), None),
}

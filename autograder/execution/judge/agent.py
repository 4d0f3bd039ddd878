"""The judge's counterpart in a student's kernel: it performs what the judge requests, and sends values back.

It needs only the standard library and NumPy; `bundle.agent_source` makes one file of it and the modules it imports.
Student code can change it at will, so the judge trusts nothing that it sends.
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
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
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

MARK = "application/x-cs231n-mark"  # MIME type of the output that separates the outputs of two of the judge's cells
NUMPY = os.path.dirname(np.__file__) + os.sep
NUMPY_CALLS = 8  # calls of NumPy's functions that count as one line; their number varies, as NumPy caches what it can
LONG_CODE = 256  # bytes of code that count as one more line, for a long line that a program wrote
MOST_HANDLES = 100_000  # objects are kept until the kernel ends; only a test with a loop creates more

Answer = tuple[object, int | None]  # an operation's result, and the peak of memory if the judge asked for it
_agent: "Agent | None" = None


def prepare_shell(shell: "InteractiveShell") -> None:
    """Prepare a kernel's shell for a student's cells: refuse what grading does not allow, and set the module path."""
    nothing_outside(shell)
    _look_at_cells_once(shell)
    _import_from_here()
    # Python 3.12 and later warn about a fork in a process with threads, but the threads here are the kernel's own
    warnings.filterwarnings("ignore", r"This process \(pid=\d+\) is multi-threaded", DeprecationWarning)


def _look_at_cells_once(shell: Any) -> None:
    """Have a shell do once per cell what ipykernel asks of it, and IPython then asks again."""
    transform, should_run_async = shell.transform_cell, shell.should_run_async
    last: tuple[str, list[list[Any]], str] | None = None

    def transform_cell(raw_cell: str) -> str:
        nonlocal last
        manager = shell.input_transformer_manager
        kinds = (manager.cleanup_transforms, manager.line_transforms, manager.token_transformers)
        now = [list(kind) for kind in (*kinds, shell.input_transformers_post)]  # a cell may add some
        if last is None or last[:2] != (raw_cell, now):
            last = raw_cell, now, transform(raw_cell)
        return last[2]

    def may_run_async(raw_cell: str, *, transformed_cell: str | None = None, **how: Any) -> bool:
        text = raw_cell if transformed_cell is None else transformed_cell
        # without these keywords it need not be compiled to find out
        return ("await" in text or "async" in text) and should_run_async(
            raw_cell, transformed_cell=transformed_cell, **how
        )

    shell.transform_cell, shell.should_run_async = transform_cell, may_run_async


def _import_from_here() -> None:
    """Have cells find modules in the working folder before installed packages, as they do in Jupyter.

    IPython does not do this if Python was started with -P, as every kernel of the grader is.
    """
    if "" not in sys.path:
        names = map(os.path.basename, sys.path)
        places = (place for place, name in enumerate(names) if name in ("site-packages", "dist-packages"))
        sys.path.insert(next(places, 0), "")


def connect(descriptor: int, limits: FrameLimits = FrameLimits()) -> None:  # noqa: B008 (a tuple)
    """Take over the socket to the judge, a file descriptor. To be called once, before any of the student's cells."""
    global _agent
    sock = socket.socket(fileno=descriptor)
    sock.set_inheritable(False)
    _agent = Agent(sock, limits)


def serve(namespace: dict[str, Any]) -> None:
    """Serve the judge until it sends "stop". namespace: the one in which the student's cells run."""
    assert _agent is not None, "connect was not called"
    _agent.serve(namespace)


class Agent:
    """Serves requests that arrive over a connected socket, in the thread that calls `serve`."""

    def __init__(self, sock: socket.socket, limits: FrameLimits = FrameLimits()):  # noqa: B008 (a tuple)
        self.stream, self.limits = FrameStream(sock, limits), limits
        self.namespace: dict[str, Any] = {}
        self.stopped = False
        self.objects: list[object] = []  # the objects to which the judge has a handle
        self.numbers: dict[int, int] = {}  # id of an object -> its index in `objects`
        self.error_types: dict[tuple[str, type[Exception] | None], type[Exception]] = {}
        self.running: int | None = None  # number of the innermost request
        self.thread: int | None = None  # the thread that serves

    def serve(self, namespace: dict[str, Any]) -> None:
        """Answer requests until one says "stop" or the judge has ended."""
        self.namespace, self.stopped, self.thread = namespace, False, threading.get_ident()
        while not self.stopped:
            try:
                kind, number, tree, blocks = self.stream.receive()
            except KeyboardInterrupt:  # it was meant for a call that has just ended
                continue
            except (PeerGone, ProtocolError, OSError):
                return
            if kind != REQUEST:
                return
            self._answer(number, tree, blocks)

    def call_back(self, function: "JudgeFunction", arguments: tuple, named: dict[str, Any]) -> Any:
        """Have the judge run one of the instructor's functions, while the agent serves a request of the judge."""
        if self.running is None or threading.get_ident() != self.thread:
            raise RuntimeError(f"{function!r} can be called only while the function that received it is running")
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
        except BaseException:  # the call may have broken its arguments
            changed = []
        if isinstance(error, EncodeError):
            return ["UnusableResult"], f"the result {error}", "", changed
        try:
            names, message, text = described(error, hide=_OWN_FILES)
        except BaseException:
            names, message, text = ["Exception"], "an error that cannot be described, because its type is broken", ""
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
                raise EncodeError(f"exceeds the limit of {MOST_HANDLES:,} objects that the checks may hold")
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
        return _watch(function, arguments), None

    def _call_and_show(self, function: Callable[..., object], arguments: tuple) -> Answer:
        return (function(*arguments), arguments), None

    def _lending(self, lent: dict[str, object], operation: str, target: Any, *arguments: object) -> Answer:
        """Perform an operation while `target` finds the functions `lent` under the names of the notebook's own."""
        names: dict[str, object] = getattr(target, "__globals__", self.namespace)
        before = {name: names[name] for name in lent if name in names}
        names.update(lent)
        try:
            return _OPERATIONS[operation](self, target, *arguments)
        finally:
            for name in lent:
                names.pop(name, None)
            names.update(before)

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
        """Publish a mark that separates the outputs of the test that has ended from those of the next one."""
        shell = sys.modules["IPython"].get_ipython()
        shell.events.trigger("post_execute")  # shows the figures drawn so far
        shell.display_pub.publish({MARK: str(number)})
        return None, None

    def _stop(self) -> Answer:
        self.stopped = True
        return None, None


class FromCheck(Exception):
    """An exception that one of the instructor's functions raised."""

    def __init__(self, message: str):
        Exception.__init__(self, message)  # the __init__ of another base may need more arguments


class JudgeFunction:
    """One of the instructor's functions. A call sends the arguments to the judge and waits for the result."""

    def __init__(self, agent: Agent, name: Callback):
        self._agent, self.number, self.__name__ = agent, name.number, name.name

    def __call__(self, *arguments: object, **named: object) -> Any:
        return self._agent.call_back(self, arguments, named)

    def __repr__(self) -> str:
        return f"<function {self.__name__} of the check>"


class _Opaque:
    """A value that is sent as a handle although it is plain data, because it is too large or must stay here."""

    def __init__(self, value: object):
        self.value = value


def _watch(function: Callable[..., Any], args: Sequence[Any]) -> tuple[Any, int, list[str], tuple[str, int]]:
    """Return (result, lines that Python executed, names of the modules that ran, (most called function, its calls)).

    cs231n_lib/checks/watched_call.py holds the same lines on purpose: neither can import the other.
    """
    lines, calls_of_numpy, modules, calls = 0, 0, set(), Counter[Any]()

    def watch(frame: types.FrameType, event: str, _: object) -> Any:
        nonlocal lines, calls_of_numpy
        if event == "call":
            code, names = frame.f_code, frame.f_globals
            module = str(names.get("__name__"))
            if code.co_filename.startswith(NUMPY) and names is getattr(sys.modules.get(module), "__dict__", None):
                calls_of_numpy += 1
                return None
            modules.add(module)
            lines += len(code.co_code) // LONG_CODE
            if not code.co_flags & inspect.CO_GENERATOR:  # a generator's frame is called for each item
                calls[code] += 1
        lines += event == "line"
        return watch

    before, of_threads, collecting = sys.gettrace(), threading.gettrace(), gc.isenabled()
    gc.disable()  # a collection during the call would run finalizers, whose lines would count
    threading.settrace(watch)
    sys.settrace(watch)  # last, or it would watch threading.settrace
    try:
        result = function(*args)
        ended = sys.gettrace() is not watch
    finally:
        sys.settrace(before)
        threading.settrace(of_threads)
        if collecting:
            gc.enable()
    if ended:
        raise RuntimeError("The function called sys.settrace, so its work cannot be watched. Remove that call.")
    name, most = max(
        ((code.co_name, count) for code, count in calls.items()), key=lambda item: item[1], default=("", 0)
    )
    return result, lines + calls_of_numpy // NUMPY_CALLS, sorted(modules), (name, most)


def sources(function: Any) -> list[tuple[str, str]]:
    """Return [(name, source text)] of a function and of the functions of its module that it uses, even indirectly.

    The list is empty if the source text of the function itself is not available.
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
    "lending": Agent._lending,
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

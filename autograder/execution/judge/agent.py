"""The judge's counterpart in a student's kernel: runs what it is asked to, and sends values back.

It needs nothing but the standard library and NumPy; `bundle.agent_source` makes one file of it and of the modules
it imports. The student can do to it whatever they like: nothing it says is trusted.
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

import numpy as np

from autograder.execution.judge.decoder import Decoder
from autograder.execution.judge.exceptions import cleaned, described, error_types, named_type, type_name
from autograder.execution.judge.frames import (
    CALLBACK,
    CALLBACK_ERROR,
    CALLBACK_REPLY,
    ERROR,
    REPLY,
    REQUEST,
    Callback,
    EncodeError,
    Encoder,
    Handle,
    Limits,
    ProtocolError,
)
from autograder.execution.judge.not_while_grading import nothing_outside
from autograder.execution.judge.stream import FrameStream, PeerGone

MARK = "application/x-cs231n-mark"  # between what came of one cell of the judge's and what came of the next
NUMPY = os.path.dirname(np.__file__) + os.sep
MOST_HANDLES = 100_000  # objects are kept until the kernel ends; a test that makes more makes them in a loop

_agent = None


def prepare(shell):
    """See to what a student's cells must not get, before the first of them. shell: the kernel's, of IPython."""
    nothing_outside(shell)
    _import_from_here()
    # which Python 3.12 and later say of a process with threads: these are the kernel's, not the student's
    warnings.filterwarnings("ignore", r"This process \(pid=\d+\) is multi-threaded", DeprecationWarning)


def _import_from_here():
    """Have cells find modules in the working folder, as they do in Jupyter: before the packages that are installed.

    IPython itself leaves it out in a Python that is started with -P, as every kernel of ours is.
    """
    if "" not in sys.path:
        names = map(os.path.basename, sys.path)
        places = (place for place, name in enumerate(names) if name in ("site-packages", "dist-packages"))
        sys.path.insert(next(places, 0), "")


def connect(descriptor, limits=Limits()):  # noqa: B008 (a tuple)
    """Take over the socket to the judge, a file descriptor. Once in a kernel, before any cell of the student's."""
    global _agent
    sock = socket.socket(fileno=descriptor)
    sock.set_inheritable(False)
    _agent = Agent(sock, limits)


def serve(namespace):
    """Serve the judge until it says stop; `namespace` is the one that the student's cells run in."""
    _agent.serve(namespace)


class Agent:
    """Serves requests that come over a connected socket, in the thread that calls `serve`."""

    def __init__(self, sock, limits=Limits()):  # noqa: B008 (a tuple)
        self.stream, self.limits = FrameStream(sock, limits), limits
        self.namespace, self.stopped = {}, False
        self.objects, self.numbers, self.error_types = [], {}, {}
        self.running, self.thread = None, None  # number of the innermost request, and the thread that serves

    def serve(self, namespace):
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

    def call_back(self, function, arguments, named):
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

    def _answer(self, number, tree, blocks):
        decoder = Decoder(tree, blocks, self._found, self.limits, remember=True)
        around, self.running = self.running, number
        try:
            name, *arguments = decoder.value()
            result, peak = _OPERATIONS[name](self, *arguments)
            # arguments travel back only when asked for; else, that they were changed is all the judge is told
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

    def _described(self, error, decoder):
        try:
            changed = decoder.changed()
        except BaseException:  # an argument that cannot even be looked at any more
            changed = []
        if isinstance(error, EncodeError):
            return ["UnusableResult"], f"the result {error}", "", changed
        try:
            names, message, text = described(error, hide=_OWN_FILES)
        except BaseException:
            names, message, text = ["Exception"], "an error whose type is broken", ""
        return names, message, text, changed

    def _send(self, kind, number, value):
        encoder = Encoder(self._opaque, self.limits)
        encoder.put(value)
        self.stream.send(encoder.frame(kind, number))

    def _opaque(self, value):
        if type(value) is JudgeFunction:
            return Callback(value.number, value.__name__)
        if type(value) is _Opaque:
            value = value.value
        number = self.numbers.get(id(value))
        if number is None:
            number = len(self.objects)
            if number >= MOST_HANDLES:
                raise EncodeError(f"is one of more than {MOST_HANDLES:,} objects")
            self.objects.append(value)  # kept, so that its id is no other object's later
            self.numbers[id(value)] = number
        return Handle(number, _kind_of(value), cleaned(type_name(type(value)), 60))

    def _found(self, name):
        if type(name) is Callback:
            return JudgeFunction(self, name)
        return self.objects[name.number]

    def _fetch(self, name):
        if name not in self.namespace:
            raise NameError(f"name '{name}' is not defined")
        return self.namespace[name], None

    def _call(self, target, arguments, named, measure):
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

    def _call_and_watch(self, function, arguments):
        """(result, lines that Python executed, names of the modules whose functions ran), NumPy's own aside."""
        lines, modules = 0, set()

        def watch(frame, event, _):
            nonlocal lines
            if event == "call":
                if frame.f_code.co_filename.startswith(NUMPY):  # which notes what it finds out about a shape, say
                    return None
                modules.add(str(frame.f_globals.get("__name__")))
            lines += event == "line"
            return watch

        before, of_threads, collecting = sys.gettrace(), threading.gettrace(), gc.isenabled()
        gc.disable()  # what it ends by the way, in the midst of the call, executes lines, too
        sys.settrace(watch)
        threading.settrace(watch)
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

    def _call_and_show(self, function, arguments):
        return (function(*arguments), arguments), None

    def _next(self, iterator):
        try:
            return (True, next(iterator)), None
        except StopIteration:
            return (False, None), None

    def _set_attribute(self, target, name, value):
        setattr(target, name, value)
        return None, None

    def _delete_attribute(self, target, name):
        delattr(target, name)
        return None, None

    def _set_item(self, target, key, value):
        target[key] = value
        return None, None

    def _delete_item(self, target, key):
        del target[key]
        return None, None

    def _mark(self, number):
        """Have what is printed and shown from now on told from what was until now."""
        shell = sys.modules["IPython"].get_ipython()
        shell.events.trigger("post_execute")  # which shows the figures that were drawn
        shell.display_pub.publish({MARK: str(number)})
        return None, None

    def _stop(self):
        self.stopped = True
        return None, None


class FromCheck(Exception):
    """An exception that a function of the instructor's raised."""

    def __init__(self, message):
        Exception.__init__(self, message)  # not that of another type, which may ask for more


class JudgeFunction:
    """A function of the instructor's: a call goes to the judge and waits for what it returns."""

    def __init__(self, agent, name):
        self._agent, self.number, self.__name__ = agent, name.number, name.name

    def __call__(self, *arguments, **named):
        return self._agent.call_back(self, arguments, named)

    def __repr__(self):
        return f"<function {self.__name__} of the check>"


class _Opaque:
    """A value that goes as an object, though it is data: there is too much of it."""

    def __init__(self, value):
        self.value = value


def sources(function):
    """[(name, source text)] of a function and, behind it, of those of its module that it uses, however indirectly.

    Empty when the text of the function itself cannot be had.
    """
    function = getattr(function, "__func__", function)
    waiting, found, seen = [(getattr(function, "__name__", ""), function)], [], set()
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


def _used_by(function):
    codes, names = [function.__code__], []
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


def _kind_of(value):
    kind = type(value)
    if issubclass(kind, type):
        return "class"
    if kind is types.ModuleType:
        return "module"
    return "function" if callable(value) else "object"


_OWN_FILES = {f.__code__.co_filename for f in (Agent.serve, Decoder.value, Encoder.put, FrameStream.receive)}
_OPERATIONS = {
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

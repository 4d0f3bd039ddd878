"""The judge's end of the connection: it sends one request at a time, and gets a value or an error's description."""

import random
import socket
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, NoReturn
from weakref import WeakValueDictionary

import numpy as np

from autograder.execution.judge import proxies
from autograder.execution.judge.decoder import Decoder, generator_bytes
from autograder.execution.judge.errors import (
    CannotCross,
    JudgeError,
    StudentDied,
    StudentError,
    StudentProtocolError,
    StudentTimeout,
)
from autograder.execution.judge.exceptions import BUILTIN, cleaned, described, named_type
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
from autograder.execution.judge.stream import FrameStream, PeerGone
from autograder.execution.own_time import Deadline, Readings
from autograder.notebook.outcomes import SELF_SPEAKING

CALL_BYTES = 1_000_000_000  # received at most during one call by the judge, including its callbacks
MOST_NESTED = 20  # calls inside callbacks inside calls
MOST_CALLBACKS = 1_000  # different functions that one cell passes to student code
MOST_ADVANCED = 256  # random generators remembered because a student's function drew from a copy
_numbers = random.SystemRandom()


def _ended(*_: object, **__: object) -> NoReturn:
    raise RuntimeError("the check that passed this function has ended")


class StudentConnection:
    """Calls into a student's kernel over a connected Unix stream socket.

    Parameters
    ----------
    sock
        The judge's end of the socket.
    seconds
        How long the calls may take together, including callbacks. `begin` sets a new limit.
    interrupt
        Function that interrupts the student's kernel. It is called when a call has taken too long. If the kernel
        answers within `grace_seconds` after that, the connection stays open. Otherwise, or if no function is given,
        the connection ends.
    grace_seconds
        How long an interrupted kernel has to answer.
    notebook_text
        The source of the student's cells. If given, a function has a `__source__` only if its text occurs there.
    readings
        If given, time limits count the notebook's own time (own_time.py).
    limits
        How large a frame may be, in either direction.

    Attributes
    ----------
    over : str or None
        Why no more requests are possible; None while they are.
    during : str or None
        What was running when the connection ended.
    refusing : str or None
        Why requests are refused for the moment; None if they are not.
    interrupted : bool
        Whether the student's kernel was interrupted in this cell.
    error_types : dict
        {name: exception type} in addition to the built-in types: a student's error of such a name is raised as a
        subclass of it.
    lent : dict
        {handle of a student's function: {name: function}}: the instructor's functions that it finds, while a check
        calls it, under names of the notebook; see `checks.lend`.
    """

    def __init__(
        self,
        sock: socket.socket,
        seconds: float = 30,
        interrupt: Callable[[], None] | None = None,
        grace_seconds: float = 5,
        notebook_text: str | None = None,
        readings: Readings | None = None,
        limits: FrameLimits = FrameLimits(),  # noqa: B008 (a tuple)
    ):
        self.stream, self.limits = FrameStream(sock, limits), limits
        self.interrupt, self.grace_seconds = interrupt, grace_seconds
        self.notebook_text, self.readings = notebook_text, readings
        self.over: str | None = None
        self.during: str | None = None
        self.objects: WeakValueDictionary[Handle, proxies.StudentObject] = WeakValueDictionary()
        self.refusing: str | None = None
        self.interrupted = False
        self._callbacks: dict[int, Callable] = {}  # the instructor's functions that this cell passed to student code
        self._given = 0  # how many functions all cells have passed so far
        self._fetching = False
        self.error_types: dict[str, type[Exception]] = {}
        self.lent: dict[Handle, dict[str, Callable]] = {}
        self._changed: list[object] = []
        # random generators from whose copies a student's function drew, each with its own, unchanged state
        self._advanced: deque[tuple[np.random.Generator, bytes]] = deque(maxlen=MOST_ADVANCED)
        self._running = 0  # depth of nested requests
        self._thread, self._lock = 0, threading.Lock()  # the thread of the running requests
        self._bytes_before = 0  # bytes received before the outermost running request began
        self._made_errors: dict[tuple[str, type[Exception] | None], type[Exception]] = {}
        self._raised_by_check: BaseException | None = None
        self.begin(seconds)

    def begin(self, seconds: float) -> None:
        """Give all calls from now on `seconds` together. The time between calls counts too."""
        self.seconds, self._deadline = seconds, Deadline(seconds, self.readings)

    def request(self, operation: tuple, what: str) -> tuple[object, int | None]:
        """Have the student's kernel perform an operation.

        Parameters
        ----------
        operation
            The operation's name, one of the agent's `_OPERATIONS`, and its arguments.
        what
            How messages name the object, as in "your svm_loss_naive".

        Returns
        -------
        value : object
            Plain data and proxies in any structure: the student's kernel may send anything.
        peak : int or None
            Peak of the memory that the call allocated, in bytes, if the operation measures it.

        Raises
        ------
        StudentError
            The operation raised an exception in the student's kernel.
        ChannelError
            No answer came.
        CannotCross
            An argument cannot be sent, an earlier call drew from a copy of a random generator that is passed again, or
            a request of another thread is running.
        """
        if self.over or self.refusing:
            raise StudentDied(f"{what} was not run: {self.over or self.refusing}")
        encoder = Encoder(self._number, self.limits)
        try:
            encoder.put(operation)
        except EncodeError as error:
            raise CannotCross(f"the check passes {what} an argument that cannot be sent: it {error}") from None
        if self._advanced:
            self._refuse_advanced(encoder.mutable)
        number, at_first = _numbers.getrandbits(63), self._deadline.left()
        if at_first <= 0:
            raise StudentTimeout(f"{what} was not run: the {self.seconds:g} s that this check may take had passed")
        self._enter(what)
        self._fetching = operation[0] == "fetch"
        try:
            if not self.stream.silent():
                raise ProtocolError("it sent something that the judge had not asked for")
            self.stream.send(encoder.frame(REQUEST, number), self._deadline)
            kind, value, failed = self._reply(number)
            return self._result(kind, value, failed, encoder.mutable)
        except StudentError:  # it may also be a TimeoutError
            raise
        except TimeoutError:
            why = f"{what} did not return within {self.seconds:g} s"
            if at_first < self.seconds / 2:  # earlier calls took longer
                why = f"the {self.seconds:g} s that this check may take ran out while {what} was running"
            if not self._recovered(number):
                self._give_up(why, what)
            raise StudentTimeout(why) from None
        except PeerGone:
            why = f"your kernel ended while {what} was running (out of memory, a crash, or exit?)"
            self._give_up(why, what)
            raise StudentDied(why) from None
        except ProtocolError as error:
            why = f"the connection to your code failed while {what} was running: {error}"
            self._give_up(why, what)
            raise StudentProtocolError(why) from None
        except JudgeError:
            raise
        except BaseException as error:  # for example, the judge was interrupted: an answer may still arrive
            if error is not self._raised_by_check:
                self._give_up(f"{what} was interrupted", what)
            raise
        finally:
            self._running -= 1

    def stop(self, seconds: float = 5) -> None:
        """Let the agent's `serve` end, so that the student's kernel can run other cells. The connection stays."""
        self._tell(("stop",), seconds)

    def mark(self, number: int, seconds: float = 5) -> None:
        """Mark the end of cell `number` among the kernel's outputs; the kernel continues to serve."""
        self._tell(("mark", number), seconds)

    def _tell(self, operation: tuple, seconds: float) -> None:
        self._callbacks.clear()  # the cell has ended, so student code may no longer call its functions
        if self._running and threading.get_ident() != self._thread:
            self._give_up("a thread of the check was still calling your code when its cell ended")
        if not self.over:
            self.begin(seconds)
            self.request(operation, "your kernel")

    def close(self) -> None:
        """End the connection."""
        self._give_up("the connection was closed")

    def was_changed(self, value: object) -> bool:
        """Whether a student's function changed its copy of this array, list or dict, an argument of a recent call."""
        return any(value is changed for changed in self._changed)

    def forget(self) -> None:
        """Begin a new cell: forget which arguments were changed, and allow no more calls of functions passed so far."""
        self.interrupted = False
        self._changed.clear()
        self._callbacks.clear()

    def _enter(self, what: str) -> None:
        with self._lock:
            thread = threading.get_ident()
            if self._running and thread != self._thread:
                raise CannotCross(
                    f"the check calls {what} from one thread while another thread waits for an answer from your code"
                )
            if not self._running:
                self._thread, self._bytes_before = thread, self.stream.received
            self._running += 1

    def _refuse_advanced(self, arguments: list[Any]) -> None:
        for value in arguments:
            if type(value) is np.random.Generator and any(
                value is generator and generator_bytes(value) == state for generator, state in self._advanced
            ):
                raise CannotCross("this check passes one generator to two calls; make a new default_rng(seed) for each")

    def _note_changed(self, arguments: list[Any]) -> None:
        self._changed.extend(arguments)
        generators = [value for value in arguments if type(value) is np.random.Generator]
        self._advanced.extend((value, generator_bytes(value)) for value in generators)

    def _reply(self, number: int) -> tuple[int, object, BaseException | None]:
        """Receive the reply to this request. Returns its kind, its value, and the error of a callback, or None."""
        failed: BaseException | None = None
        self._raised_by_check = None
        while True:
            kind, its_number, tree, blocks = self.stream.receive(self._deadline)
            if self.stream.received - self._bytes_before > CALL_BYTES:
                raise ProtocolError(f"it sent more than {CALL_BYTES / 1e6:,.0f} MB in one call")
            if its_number != number or kind not in (REPLY, ERROR, CALLBACK):
                raise ProtocolError("it sent something out of turn")
            value: object = Decoder(tree, blocks, self._found, self.limits).value()
            if kind == CALLBACK:
                came = self._call_back(number, value)
                if not isinstance(failed, (AssertionError, JudgeError)):  # no later error may replace these two
                    failed = came or failed
                continue
            if isinstance(failed, (AssertionError, JudgeError)):  # even if the student's code swallowed it
                self._raised_by_check = failed
                raise failed
            return kind, value, failed

    def _call_back(self, number: int, value: object) -> BaseException | None:
        """Run one of the instructor's functions for the student's code. Returns the error that it raised, or None."""
        if type(value) is not tuple or [type(part) for part in value] != [int, tuple, dict]:
            raise ProtocolError("a call of a function of the check is malformed")
        function = self._callbacks.get(value[0], _ended)
        if not 0 <= value[0] < self._given or not all(type(name) is str for name in value[2]):
            raise ProtocolError("it called a function that it was never given")
        encoder, kind = Encoder(self._number, self.limits), CALLBACK_REPLY
        failed: BaseException | None = None
        try:
            if self._running > MOST_NESTED:
                raise RecursionError("functions of the check and of the notebook call each other too deeply")
            encoder.put(function(*value[1], **value[2]))
        except (Exception, JudgeError) as error:
            failed, encoder, kind = error, Encoder(self._number, self.limits), CALLBACK_ERROR
            names, message, _ = described(error)
            encoder.put((names, message))
        if self.over:  # the function called the student's code in turn, and that call ended the connection
            raise failed or StudentDied(self.over)
        self.stream.send(encoder.frame(kind, number), self._deadline)
        return failed

    def _result(
        self, kind: int, value: object, failed: BaseException | None, arguments: list[Any]
    ) -> tuple[object, int | None]:
        if type(value) is not tuple or len(value) != (3 if kind == REPLY else 4):
            raise ProtocolError("an answer is malformed")
        changed = value[2] if kind == REPLY else value[3]
        if type(changed) is not list or not all(type(i) is int and 0 <= i < len(arguments) for i in changed):
            raise ProtocolError("an answer is malformed")
        self._note_changed([arguments[i] for i in set(changed)])
        if kind == REPLY:
            result, peak, _ = value
            if peak is not None and (type(peak) is not int or peak < 0):
                raise ProtocolError("an answer is malformed")
            return result, peak
        names, message, text, _ = value
        if type(names) is not list or not names or not all(type(t) is str for t in (*names, message, text)):
            raise ProtocolError("an error is malformed")
        if failed is not None and names[0] == type(failed).__name__ and names[0] not in BUILTIN:
            # the student's code passed on the error of an instructor's function; its type is not built in
            self._raised_by_check = failed
            raise failed
        if names[0] in SELF_SPEAKING:  # a student's error must not look like an error of the grader
            names[0] = f"your {names[0]}"
        made = named_type(names, StudentError, self._made_errors, self.error_types)
        raise made(cleaned(message), cleaned(text))

    def _recovered(self, number: int) -> bool:
        """Interrupt the student's kernel. Returns whether it then answers the request; the late answer is dropped."""
        if self.interrupt is None:
            return False
        end = Deadline(self.grace_seconds, self.readings)
        self.interrupted = True
        try:
            self.interrupt()
            kind, its_number, _, _ = self.stream.receive(end)
        except (TimeoutError, PeerGone, ProtocolError, OSError):
            return False
        return its_number == number and kind in (REPLY, ERROR)

    def _give_up(self, why: str, what: str | None = None) -> None:
        if not self.over:
            self.over, self.during = why, what
            self.stream.close()

    def _number(self, value: Any) -> Handle | Callback:
        """Return the Handle or Callback by which a frame names a value that is not plain data."""
        handle = getattr(type(value), "_student_handle", None)
        if handle is not None:
            if value._student_connection is not self:
                raise EncodeError("belongs to a kernel that has ended")
            return value._student_handle
        if not callable(value):
            raise EncodeError(f"is or holds an object of type {type(value).__name__}, which cannot be passed on")
        name = getattr(value, "__name__", None)
        name = name if type(name) is str else type(value).__name__
        for number, known in self._callbacks.items():
            if known is value:
                return Callback(number, name)
        if len(self._callbacks) >= MOST_CALLBACKS:
            raise EncodeError(f"exceeds the limit of {MOST_CALLBACKS:,} functions in one cell")
        number, self._given = self._given, self._given + 1
        self._callbacks[number] = value
        return Callback(number, name)

    def _found(self, name: Handle | Callback) -> object:
        """Return the object that a Handle or Callback in a frame names."""
        if isinstance(name, Callback):
            if not 0 <= name.number < self._given:
                raise ProtocolError("it sent a function that it was never given")
            if self._fetching or name.number not in self._callbacks:
                raise StudentError("this is a function of a check, not one of the notebook's")
            return self._callbacks[name.number]
        return proxies.proxy(self, Handle(name.number, name.kind, cleaned(name.type_name, MOST_TYPE_NAME)))

"""Student processes that write to the judge's socket themselves and break the protocol."""

import os
import time

import numpy as np
import pytest

from autograder.execution.judge.errors import StudentDied, StudentError, StudentProtocolError, StudentTimeout
from autograder.execution.judge.exceptions import BUILTIN, named_type
from autograder.execution.students_text import STUDENTS_PREFIX

pytestmark = pytest.mark.slow

# what the process sends instead of the answer to a call of f
DISTURBING = {
    "garbage": "sock.sendall(os.urandom(5000))",
    "a web page": "sock.sendall(b'HTTP/1.1 200 OK' * 9)",
    "a pickle": "sock.sendall(__import__('pickle').dumps([1, 2, 3]) * 20)",
    "out of turn": "sock.sendall(answer(1) + answer(2))",
    "an answer to another question": "sock.sendall(frame((1, None, []), its_number=number + 1))",
    "an answer to question 0": "sock.sendall(frame((1, None, []), its_number=0))",
    "a question": "sock.sendall(frame(('fetch', 'hidden'), REQUEST))",
    "an answer to a callback that was none": "sock.sendall(frame(1, CALLBACK_REPLY))",
    "a callback of a number that was never given": "sock.sendall(frame((7, (), {}), CALLBACK))",
    "a callback of a name": "sock.sendall(frame(('os.system', ('id',), {}), CALLBACK))",
    "a callback of nothing": "sock.sendall(frame(None, CALLBACK))",
    "a function that was never given": "sock.sendall(answer(Callback(140000000000000, 'f')))",
    "a truncated frame": "sock.sendall(answer(np.ones(100))[:-9]); sock.close()",
    "a truncated header": "sock.sendall(answer(1)[:11]); sock.close()",
    "an announcement of more than there may be": "sock.sendall(HEADER.pack(MAGIC, REPLY, number, 2**62, 2**62))",
    "no three parts": "sock.sendall(frame((1, None)))",
    "a list for a tuple": "sock.sendall(frame([1, None, []]))",
    "changes of arguments that there are not": "sock.sendall(frame((1, None, [99])))",
    "changes before the first": "sock.sendall(frame((1, None, [-1])))",
    "changes that are no numbers": "sock.sendall(frame((1, None, [True])))",
    "memory below nothing": "sock.sendall(frame((1, -5, [])))",
    "memory that is a text": "sock.sendall(frame((1, 'none', [])))",
    "an error of three parts": "sock.sendall(frame((['ValueError'], 'x', ''), ERROR))",
    "an error without a name": "sock.sendall(frame(([], 'x', '', []), ERROR))",
    "an error named by a number": "sock.sendall(frame(([1], 'x', '', []), ERROR))",
    "an error with an array for a message": "sock.sendall(frame((['ValueError'], np.ones(3), '', []), ERROR))",
    "an error named by an array": "sock.sendall(frame((np.ones(3), 'x', '', []), ERROR))",
}


@pytest.mark.parametrize("name", DISTURBING)
def test_what_may_not_come_ends_the_connection_with_a_reason(hostile, name):
    fake = hostile(f"receive()\n{DISTURBING[name]}\ntime.sleep(60)")
    with pytest.raises(StudentProtocolError, match="failed while your f was running") as caught:
        fake.call()
    assert isinstance(caught.value, StudentProtocolError) and len(caught.value._render_traceback_()) == 1
    with pytest.raises(StudentDied, match="your f was not run: the connection to your code failed"):
        fake.call()


def test_an_answer_before_the_question_is_noticed(hostile):
    fake = hostile("number = 1\nsock.sendall(answer(1) * 3)\ntime.sleep(60)")
    deadline = time.monotonic() + 20
    while fake.connection.stream.silent() and time.monotonic() < deadline:
        time.sleep(0.01)
    with pytest.raises(StudentProtocolError, match="the judge had not asked for"):
        fake.call()


def test_an_answer_that_comes_twice_is_noticed_at_the_next_question(hostile):
    fake = hostile("receive()\nsock.sendall(answer(1))\ntime.sleep(0.3)\nsock.sendall(answer(2))\ntime.sleep(60)")
    assert fake.call() == 1
    deadline = time.monotonic() + 20
    while fake.connection.stream.silent() and time.monotonic() < deadline:
        time.sleep(0.01)
    with pytest.raises(StudentProtocolError):
        fake.call()


@pytest.mark.parametrize(
    "script",
    [
        "receive()\ntime.sleep(60)",
        "time.sleep(60)",
        "receive()\nsock.sendall(answer(1)[:20])\ntime.sleep(60)",
        "receive()\nfor b in answer(np.ones(10**5)):\n    sock.sendall(bytes([b]))\n    time.sleep(0.01)",
        "receive()\nwhile True: time.sleep(0.1)",
    ],
    ids=["never", "never reads", "half", "drop by drop", "busy"],
)
def test_an_answer_that_never_comes_meets_the_deadline(hostile, script):
    fake = hostile(script, seconds=1)
    start = time.monotonic()
    with pytest.raises(StudentTimeout, match="^your f did not return within 1 s$"):
        fake.call()
    assert time.monotonic() - start < 5


def test_endless_callbacks_meet_the_deadline(hostile):
    fake = hostile(
        """
operation = receive()
function = operation[2][0]
while True:
    sock.sendall(frame((function.number, (), {}), CALLBACK))
    stream.receive()
""",
        seconds=1,
    )
    called = []
    with pytest.raises(StudentTimeout):
        fake.call(lambda: called.append(1))
    assert called


@pytest.mark.parametrize("end", [lambda connection: connection.mark(3), lambda connection: connection.stop()])
def test_a_function_of_a_cell_is_not_called_at_its_end(hostile, end):
    fake = hostile("""
_, _, (function,), *_ = receive()
sock.sendall(answer(1))
receive()
sock.sendall(frame((function.number, (), {}), CALLBACK))
receive()
sock.sendall(answer(None))
time.sleep(60)
""")
    called = []
    assert fake.call(lambda: called.append(1)) == 1
    end(fake.connection)
    assert called == [] and fake.connection.over is None


def test_callbacks_that_bring_too_much_end(hostile, monkeypatch):
    monkeypatch.setattr("autograder.execution.judge.connection.CALL_BYTES", 5_000_000)
    fake = hostile(
        """
function = receive()[2][0]
while True:
    sock.sendall(frame((function.number, (np.zeros(10**5),), {}), CALLBACK))
    stream.receive()
"""
    )
    kept = []
    with pytest.raises(StudentProtocolError, match="more than 5 MB in one call"):
        fake.call(kept.append)
    assert len(kept) <= 7


def test_an_interrupt_that_is_ignored_ends_the_connection(hostile):
    fake = hostile("receive()\ntime.sleep(60)", seconds=0.5, interrupt=lambda: None, grace_seconds=0.5)
    with pytest.raises(StudentTimeout):
        fake.call()
    assert fake.connection.over


@pytest.mark.parametrize("script", ["receive()\nos._exit(0)", "os._exit(0)", "receive()\nos.kill(os.getpid(), 9)"])
def test_a_kernel_that_ends_says_so(hostile, script):
    fake = hostile(script)
    with pytest.raises(StudentDied, match="your kernel ended while your f was running"):
        fake.call()
    with pytest.raises(StudentDied, match="your f was not run"):
        fake.call()


def test_two_that_write_to_one_socket_only_spoil_their_own(hostile):
    fake = hostile(
        """
if os.fork() == 0:
    while True:
        sock.sendall(os.urandom(100))
receive()
sock.sendall(answer(1))
time.sleep(60)
"""
    )
    try:
        with pytest.raises((StudentProtocolError, StudentDied)):
            fake.call()
            fake.call()
    finally:
        fake.connection.close()  # the forked writer ends once nothing reads from it


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("Handle(2**64 - 1, 'function', 'function')", "function"),
        ("Handle(0, 'class', 'type')", "type"),
        ("Handle(0, 'module', 'ndarray')", "ndarray"),
        ("Handle(0, 'object', '<script>' * 9)", "_script_"),
        ("Handle(0, 'object', '')", "unnamed"),
    ],
)
def test_a_forged_object_is_just_a_name(hostile, value, says):
    fake = hostile(f"receive()\nsock.sendall(answer({value}))\ntime.sleep(60)")
    got = fake.call()
    assert says in type(got).__name__ and "of the notebook>" in repr(got) and not isinstance(got, (type, np.ndarray))


@pytest.mark.parametrize("name", ["KeyboardInterrupt", "SystemExit", "GeneratorExit", "StopIteration", "BaseException"])
def test_no_error_steers_the_judge(hostile, name):
    fake = hostile(f"receive()\nsock.sendall(frame(([{name!r}], 'x', '', []), ERROR))\ntime.sleep(60)")
    with pytest.raises(StudentError) as caught:
        fake.call()
    assert isinstance(caught.value, Exception) and not isinstance(caught.value, (StopIteration, KeyboardInterrupt))


def test_every_builtin_exception_can_be_claimed():
    for name in BUILTIN:
        error = named_type([name], StudentError, {})("a message", "a traceback")
        assert isinstance(error, BUILTIN[name]) and str(error) == "a message" and repr(error)
        assert type(error).__name__ == name and error._render_traceback_() == [f"{STUDENTS_PREFIX}a traceback"]


@pytest.mark.parametrize(
    ("script", "ask"),
    [
        ("'x'", len),
        ("-1", len),
        ("True", len),
        ("2**70", len),
        ("1", lambda f: next(iter(f))),
        ("None", lambda f: next(iter(f))),
        ("[('f', 1)]", lambda f: f.__source__),
        ("{'f': 'def f(): pass'}", lambda f: f.__source__),
        ("1", lambda f: f.__with_arguments__(2)),
        ("(1, [2])", lambda f: f.__with_arguments__(2)),
        ("(1, ())", lambda f: f.__with_arguments__(2)),
        ("1", lambda f: f.__work__(2)),
        ("(1, 2)", lambda f: f.__work__(2)),
        ("(1, 'many', [])", lambda f: f.__work__(2)),
        ("(1, 2, [3])", lambda f: f.__work__(2)),
    ],
)
def test_answers_of_another_kind_than_the_question(hostile, script, ask):
    fake = hostile(
        f"receive()\nsock.sendall(answer(Handle(1, 'function', 'function')))\nreceive()\n"
        f"sock.sendall(answer({script}))\ntime.sleep(60)"
    )
    with pytest.raises(StudentProtocolError):
        ask(fake.call())


@pytest.mark.parametrize("step", ["(1, 2)", "None", "(True,)", "[True, 1]", "np.ones(2)"])
def test_steps_of_an_iteration_of_another_kind(hostile, step):
    fake = hostile(
        f"receive()\nsock.sendall(answer(Handle(1, 'object', 'generator')))\n"
        f"receive()\nsock.sendall(answer(Handle(1, 'object', 'generator')))\n"
        f"receive()\nsock.sendall(answer({step}))\ntime.sleep(60)"
    )
    with pytest.raises(StudentProtocolError):
        next(iter(fake.call()))


def test_nothing_of_a_forged_agent_is_run_here(hostile, tmp_path):
    marker = tmp_path / "ran"
    fake = hostile(f'receive()\nsock.sendall(answer(\'__import__("os").system("touch {marker}")\'))\ntime.sleep(60)')
    assert type(fake.call()) is str and not os.path.exists(marker)

"""A kernel that sends malformed or huge messages: the grader's time and memory and the notebook's size stay bounded."""

import asyncio
import contextlib
import functools
import json
import socket
import struct
import types

import nbformat
import pytest
from jupyter_client.session import Session
from nbformat.v4 import new_notebook
from small_notebooks import LIMITS, error, instructor, run, student, test_cell, text

from autograder.execution import own_time
from autograder.execution.kernel_client import Gone, KernelClient, NoReply
from autograder.notebook.cell_outputs import Outputs
from autograder.notebook.limits import Limits

# finds the kernel's own bound sockets and signs messages with its key
SOCKETS = """
import gc, os, time, zmq
from jupyter_client.session import Session
kernel = get_ipython().kernel
parent, ident = kernel.get_parent("shell"), [b"x"]
bound = {}
for thing in gc.get_objects():
    if isinstance(thing, zmq.Socket) and not thing.closed and thing.socket_type in (zmq.ROUTER, zmq.XPUB, zmq.PUB):
        bound[thing.getsockopt(zmq.LAST_ENDPOINT).decode().strip(chr(0))[-1]] = thing
shell, iopub = bound["1"], bound["2"]
session = Session(key=kernel.session.key)
def parts(kind, content, ident=ident):
    return session.serialize(session.msg(kind, content, parent=parent), ident=ident)
def say(kind, content):
    iopub.send_multipart(parts(kind, content))
def raw(kind, content):
    frames = parts(kind, {})
    return [*frames[:-1], content]
"""


RESULT = "say('execute_result', {'data': {'text/plain': chr(0x1F600) * 900}, 'metadata': {}, 'execution_count': 1})"
BEYOND = 12_000  # bytes beyond a cell's limit: one error, one result, one note
LARGE = {
    "keys": "io = say('display_data', {'data': {'k' * 3_000_000: ''}, 'metadata': {}})",
    "update": "display(1, display_id='x')\nsay('update_display_data', {'data': {'text/plain': 'y' * 3_000_000}, "
    "'metadata': {}, 'transient': {'display_id': 'x'}})",
    "many": "for _ in range(1000): say('display_data', {'data': {}, 'metadata': {}})",
    "errors": "for _ in range(50): say('error', {'ename': 'E' * 9000, 'evalue': 'x' * 9000, "
    "'traceback': ['y' * 9000] * 9})",
    "metadata": "say('display_data', {'data': {'text/plain': ''}, "
    "'metadata': {'text/plain': {'width': 'z' * 900_000}}})",
    "results": f"def more():\n    for _ in range(60): {RESULT}\nmore()",
    "results of a thread": "import threading; one = threading.Thread(target=more); one.start(); one.join()",
    "results of a child": "if os.fork() == 0: more(); os._exit(0)\nos.wait()",
    "errors with notes": "e = ValueError('x' * 9000)\nfor k in range(300): e.add_note('n' * 9000)\nraise e",
    "errors in a group": "raise ExceptionGroup('g' * 900, [ValueError('x' * 900) for _ in range(300)])",
    "warnings": "import warnings\nfor k in range(300): warnings.warn(f'{k}' * 900)",
    "ids": "for k in range(20): say('display_data', {'data': {'text/plain': ''}, 'metadata': {}, 'transient': "
    "{'display_id': str(k) * 90_000}})",
    "comms": "for k in range(20): say('comm_open', {'comm_id': str(k), 'target_name': 'x' * 90_000, 'data': {}})",
    "questions": "for k in range(20): say('input_request', {'prompt': 'x' * 90_000, 'password': False})",
    "count": "say('execute_input', {'code': '', 'execution_count': {'a': 'z' * 900_000}})",
    "reply": "session.send(shell, 'execute_reply', {'status': 'error', 'ename': 'x' * 3_000_000}, parent=parent, "
    "ident=kernel._parent_ident.get('shell') if isinstance(kernel._parent_ident, dict) else None)",
}
MALFORMED = [
    'say("stream", {"name": "stdout", "text": 3})',
    'say("error", {"ename": {"a": 1}, "evalue": 7, "traceback": [3]})',
    'say("execute_result", {"data": {"text/plain": 7}, "metadata": 9, "execution_count": "abc"})',
    'iopub.send_multipart(raw("stream", b\'{"name": "stdout", "text": "\\\\ud800\\\\u0000"}\'))',
    'iopub.send_multipart(raw("stream", b"[" * 100_000))',
    'iopub.send_multipart([b""] * 1000)',
    'shell.send_multipart([b"x", b"<IDS|MSG>"])',
    'kernel.session.send(shell, "execute_reply", {"status": "error", "ename": 3}, parent=parent)',
]


@pytest.fixture(scope="module")
def cells_that_said():
    """A function from one of the messages above to the cell that sent it; one notebook sent them all and finished."""
    messages = [*LARGE.values(), *MALFORMED]
    _, cells = run(
        student("def f():\n    return 2", "f"),
        *(student(SOCKETS + message) for message in messages),
        test_cell("assert f() == 2"),
        isolation="sandbox",
        limits=LIMITS,
    )
    assert error(cells[-1]) is None
    return dict(zip(messages, cells[1:-1], strict=True)).__getitem__


@pytest.mark.slow
@pytest.mark.parametrize("content", LARGE.values(), ids=LARGE)
def test_the_executed_notebook_stays_small(cells_that_said, content):
    cell = cells_that_said(content)
    assert len(json.dumps(cell.outputs)) <= LIMITS.output_bytes + BEYOND
    assert type(cell.execution_count) in (int, type(None))


@pytest.mark.slow
@pytest.mark.parametrize("message", MALFORMED)
def test_what_no_kernel_says_stops_nothing(cells_that_said, message):
    written = nbformat.writes(new_notebook(cells=[cells_that_said(message)]))
    written.encode()  # writing the file encodes it like this


@pytest.mark.slow
@pytest.mark.parametrize(
    "flood",
    [
        "while True: shell.send_multipart(parts('execute_reply', {'status': 'ok', 'n': time.time()}))",
        "while True: say('stream', {'name': 'stdout', 'text': 'x' * 1000})",
        "while True: iopub.send_multipart(raw('stream', b'[],' * 300_000))",
        "while True: iopub.send_multipart([b''] * 10_000, flags=zmq.SNDMORE)",
        "for name in '34':\n    for _ in range(300): bound[name].send_multipart([b'x', bytes(2_000_000)], zmq.NOBLOCK)",
    ],
    ids=["replies", "streams", "structures", "frames", "sockets nobody reads"],
)
def test_a_flood_of_messages_takes_the_cell_s_time_and_no_more(flood):
    executed, cells = run(
        student("def f():\n    return 2", "f"),
        student(SOCKETS + flood),
        test_cell("assert f() == 2"),
        isolation="sandbox",
        limits=Limits(cell_seconds=0.5, notebook_seconds=30, output_bytes=10_000),
    )
    assert error(cells[2]) is None
    assert executed.seconds < 200  # a flood goes on for ever


@pytest.mark.slow
def test_the_outputs_of_a_notebook_have_a_bound_together():
    say_much = "for _ in range(30): say('execute_result', {'data': {'text/plain': 'x' * 5000}, 'metadata': {}})"
    sources = [SOCKETS + say_much, *[say_much + "\ndisplay('y' * 9000)\nraise ValueError('z' * 9000)"] * 29]
    tests = [test_cell("print(f())", f"test{i}") for i in range(30)]
    executed, cells = run(
        student("def f():\n    return 'x' * 9000", "f"),
        *map(student, sources),
        *tests,
        test_cell("print(f())\n0.5", "last"),
        isolation="sandbox",
        limits=Limits(cell_seconds=20, notebook_seconds=100, output_bytes=10_000),
    )
    mine, judged = (sum(len(json.dumps(cell.outputs)) for cell in part) for part in (cells[1:31], cells[31:]))
    assert 190_000 < mine <= 20 * 10_000 + 30 * BEYOND
    assert 190_000 < judged <= 20 * 10_000 + 31 * BEYOND
    assert "x" * 9000 in text(cells[31]) and "x" * 9000 not in text(cells[-1])
    assert [o.data["text/plain"] for o in cells[-1].outputs if o.output_type == "execute_result"] == ["0.5"]
    assert any("bytes of output that are kept of a notebook" in problem for problem in executed.problems)


@pytest.mark.slow
def test_what_went_wrong_is_told_in_few_words():
    setup = "import sys\nsys.stdout.write('')\nraise ValueError('x' * 9000)"
    executed, _ = run(*[instructor(setup, f"setup{i}") for i in range(2)], isolation="sandbox", limits=LIMITS)
    assert all(len(problem) <= 1000 for problem in executed.problems)


@pytest.mark.slow
def test_a_socket_that_a_kernel_puts_in_the_place_of_its_own_is_not_connected_to(tmp_path):
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        server.settimeout(1)
        swap = (
            f"for name, one in bound.items():\n    place = '/run/kernel/k-' + name\n    os.rename(place, place + 'x')\n"
            f"    os.symlink({path!r}, place)\n    one.close(0)\ntime.sleep(1)"
        )
        run(student(SOCKETS + swap), test_cell("pass"), isolation="sandbox", limits=LIMITS)
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.slow
def test_outputs_of_all_kinds_are_kept():
    show = (
        "from IPython.display import display, clear_output\n"
        "print('gone'); clear_output(wait=True)\nprint('out')\nimport sys\nprint('err', file=sys.stderr)\n"
        "handle = display('first', display_id=True)\nhandle.update('second')\n{'a': 1}"
    )
    _, cells = run(instructor("pass"), student(show))
    kinds = [(o.output_type, o.get("name")) for o in cells[1].outputs]
    assert kinds == [("stream", "stdout"), ("stream", "stderr"), ("display_data", None), ("execute_result", None)]
    assert text(cells[1]) == "out\nerr\n'second'{'a': 1}"


async def answer_of_a_kernel(folder, published, outputs, seconds=5, converse=None, lets_reply=None):
    """The result of `execute`, or of converse(client), with a fake kernel that replies to every request.

    published: the messages, (type, content) or bytes, that the kernel sends on its iopub socket for an execute request.
    With the event `lets_reply`, the kernel waits for it before it answers an execute request and any later one.
    """
    session, shell, iopub = Session(key=b"key"), str(folder / "shell"), str(folder / "iopub")
    subscriber, writers = asyncio.get_running_loop().create_future(), []

    def bytes_of(message):
        return b"".join(
            struct.pack(">BQ", 2 | (more > 0), len(frame)) + frame
            for more, frame in zip(range(len(message) - 1, -1, -1), message, strict=True)
        )

    async def shake_hands(reader, writer):
        writers.append(writer)
        await reader.readexactly(64)
        _, length = await reader.readexactly(2)
        await reader.readexactly(length)
        writer.write(b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"NULL".ljust(52, b"\0") + b"\x04\x06\x05READY")

    async def publish(reader, writer):
        await shake_hands(reader, writer)
        subscriber.set_result(writer)
        await reader.read()

    async def reply(reader, writer):
        await shake_hands(reader, writer)
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                frames, more = [], 1
                while more & 1:
                    more, length = struct.unpack(">BQ", await reader.readexactly(9))
                    frames.append(await reader.readexactly(length))
                asked = session.deserialize(frames[1:])
                say = functools.partial(session.msg, parent=asked["header"])
                kind = asked["msg_type"]
                if kind == "execute_request" and lets_reply is not None:
                    await lets_reply.wait()
                writer.write(bytes_of(session.serialize(say(kind.replace("request", "reply"), {"status": "ok"}))))
                said = published if kind == "execute_request" else []
                for each in [*said, ("status", {"execution_state": "idle"})]:
                    known = each if isinstance(each, bytes) else bytes_of(session.serialize(say(*each)))
                    (await subscriber).write(known)

    async with await asyncio.start_unix_server(reply, shell), await asyncio.start_unix_server(publish, iopub):
        client = KernelClient(b"key", lambda: True, 1_000_000)
        try:
            await client.connect(shell, iopub, 10)
            return await (converse(client) if converse else client.execute("", outputs, seconds))
        finally:
            client.close()
            for writer in writers:
                writer.close()
                await writer.wait_closed()


def test_a_reply_in_time_counts_though_taking_in_the_outputs_takes_longer(tmp_path, monkeypatch):
    clock = types.SimpleNamespace(now=0.0)
    monkeypatch.setattr(own_time, "time", types.SimpleNamespace(monotonic=lambda: clock.now))

    class Slow(Outputs):
        def stream(self, name, text):
            super().stream(name, text)
            clock.now += 10

    outputs = Slow(1000)
    printed = [("stream", {"name": "stdout", "text": f"{i}\n"}) for i in range(3)]
    assert asyncio.run(answer_of_a_kernel(tmp_path, printed, outputs))["status"] == "ok"
    assert outputs.finished()[0]["text"].startswith("0\n")


def test_what_came_too_late_can_be_waited_for_and_whether_it_came_is_told(tmp_path):
    outputs, printed = Outputs(1000), [("stream", {"name": "stdout", "text": "late"})]

    async def conversation():
        lets_reply = asyncio.Event()

        async def converse(client):
            with pytest.raises(NoReply):
                await client.execute("", outputs, 0.1)
            assert not await client.go_on(outputs, 0.1)
            lets_reply.set()
            assert await client.go_on(outputs, 10) and outputs.finished()[0]["text"] == "late"

        await answer_of_a_kernel(tmp_path, printed, outputs, converse=converse, lets_reply=lets_reply)

    asyncio.run(conversation())


def test_whether_a_kernel_still_answers_is_told(tmp_path):
    async def conversation():
        lets_reply = asyncio.Event()

        async def converse(client):
            assert await client.answers(10)
            with pytest.raises(NoReply):
                await client.execute("", Outputs(1000), 0.1)
            assert not await client.answers(0.1)
            lets_reply.set()
            assert await client.answers(10)

        await answer_of_a_kernel(tmp_path, [], Outputs(1000), converse=converse, lets_reply=lets_reply)

    asyncio.run(conversation())


def test_a_command_of_a_terabyte_ends_the_conversation_and_nothing_more(tmp_path):
    with pytest.raises(Gone, match=r"it sent a command of 1,000,000,000,000 bytes; the limit is"):
        asyncio.run(answer_of_a_kernel(tmp_path, [struct.pack(">BQ", 4 | 2, 10**12)], Outputs(1000)))


def test_a_message_is_parsed_up_to_so_many_values(tmp_path):
    def printed(signs):
        outputs = Outputs(1_000_000)
        said = ("stream", {"name": "stdout", "text": "," * (signs - 4)})  # the other four are { : , :
        asyncio.run(answer_of_a_kernel(tmp_path, [said], outputs))
        return outputs.finished()[0]["text"]

    assert printed(200_000) == "," * 199_996
    assert "output cut here" in printed(200_001) and "," * 100 not in printed(200_001)

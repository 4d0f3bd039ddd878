"""A kernel that says what no kernel says: the grader keeps its time, its memory, and the size of the notebook."""

import json
import socket

import pytest
from small_notebooks import LIMITS, error, instructor, run, student, test_cell, text

from autograder.course import Limits

# the kernel's own bound sockets, and messages signed with its key
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


def hostile(code, limits=LIMITS, isolation="sandbox"):
    executed, cells = run(
        student("def f():\n    return 2", "f"),
        student(SOCKETS + code),
        test_cell("assert f() == 2"),
        isolation=isolation,
        limits=limits,
    )
    assert error(cells[2]) is None
    return executed, cells


@pytest.mark.parametrize(
    "content",
    [
        "io = say('display_data', {'data': {'k' * 3_000_000: ''}, 'metadata': {}})",
        "display(1, display_id='x')\nsay('update_display_data', {'data': {'text/plain': 'y' * 3_000_000}, "
        "'metadata': {}, 'transient': {'display_id': 'x'}})",
        "for _ in range(5000): say('display_data', {'data': {}, 'metadata': {}})",
        "for _ in range(500): say('error', {'ename': 'E' * 9000, 'evalue': 'x' * 9000, 'traceback': ['y' * 9000] * 9})",
        "say('display_data', {'data': {'text/plain': ''}, 'metadata': {'text/plain': {'width': 'z' * 900_000}}})",
        "say('execute_input', {'code': '', 'execution_count': {'a': 'z' * 900_000}})",
        "session.send(shell, 'execute_reply', {'status': 'error', 'ename': 'x' * 3_000_000}, parent=parent, "
        "ident=kernel._parent_ident.get('shell') if isinstance(kernel._parent_ident, dict) else None)",
    ],
    ids=["keys", "update", "many", "errors", "metadata", "count", "reply"],
)
def test_the_executed_notebook_stays_small(content):
    executed, cells = hostile(content)
    assert len(executed.notebook) < 20 * LIMITS.output_bytes
    assert all(type(cell.execution_count) in (int, type(None)) for cell in cells)


@pytest.mark.parametrize(
    "message",
    [
        'say("stream", {"name": "stdout", "text": 3})',
        'say("error", {"ename": {"a": 1}, "evalue": 7, "traceback": [3]})',
        'say("execute_result", {"data": {"text/plain": 7}, "metadata": 9, "execution_count": "abc"})',
        'iopub.send_multipart(raw("stream", b\'{"name": "stdout", "text": "\\\\ud800\\\\u0000"}\'))',
        'iopub.send_multipart(raw("stream", b"[" * 100_000))',
        'iopub.send_multipart([b""] * 1000)',
        'shell.send_multipart([b"x", b"<IDS|MSG>"])',
        'kernel.session.send(shell, "execute_reply", {"status": "error", "ename": 3}, parent=parent)',
    ],
)
def test_what_no_kernel_says_stops_nothing(message):
    executed, cells = hostile(message)
    json.dumps(executed.notebook).encode()
    executed.notebook.encode()  # as it is written to a file


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
    executed, cells = hostile(flood, Limits(cell_seconds=3, notebook_seconds=30, output_bytes=10_000))
    assert executed.seconds < 25


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

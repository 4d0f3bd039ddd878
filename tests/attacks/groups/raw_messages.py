"""Using the kernel's own sockets and key to send invalid Jupyter messages, or too many of them."""

from attack import attack

SOCKETS = """
import gc, os, time, zmq
from jupyter_client.session import Session
kernel = get_ipython().kernel
parent = kernel.get_parent("shell")
bound = {}
for thing in gc.get_objects():
    if isinstance(thing, zmq.Socket) and not thing.closed and thing.socket_type in (zmq.ROUTER, zmq.XPUB, zmq.PUB):
        bound[thing.getsockopt(zmq.LAST_ENDPOINT).decode().strip(chr(0))[-1]] = thing
shell, iopub = bound["1"], bound["2"]
session = Session(key=kernel.session.key)
def parts(kind, content):
    return session.serialize(session.msg(kind, content, parent=parent), ident=[b"x"])
def say(kind, content):
    iopub.send_multipart(parts(kind, content))
def raw(kind, content):
    return [*parts(kind, {})[:-1], content]
"""


def raw(name, text, **options):
    attack(name, f"{SOCKETS}\n{text}", at_most=True, **options)


raw(
    "replies without end",
    """
while True: shell.send_multipart(parts('execute_reply', {'n': time.time()}))
""",
    reason="within",
)
raw("prints without end, past Jupyter", "while True: say('stream', {'name': 'stdout', 'text': 'x' * 999})")
# either time or memory runs out first
AFTER = "a cell after 'test_running_mean'"
raw("a message without end", "while True: iopub.send_multipart([b''] * 9999, flags=zmq.SNDMORE)", reason=AFTER)
raw("structures without end", "while True: iopub.send_multipart(raw('stream', b'[],' * 300_000))", reason=AFTER)
raw(
    "a quarter of a gigabyte on sockets that nobody reads",
    """
for name in "34":
    for _ in range(65): bound[name].send_multipart([b"x", bytes(2_000_000)], zmq.NOBLOCK)
""",
)
raw("three megabytes in the name of a type", "say('display_data', {'data': {'k' * 3_000_000: ''}, 'metadata': {}})")
raw(
    "three megabytes in an update",
    """
display(1, display_id="x")
say("update_display_data", {"data": {"text/plain": "y" * 3_000_000}, "metadata": {}, "transient": {"display_id": "x"}})
""",
)
raw(
    "hundreds of errors",
    """
for _ in range(300): say("error", {"ename": "E" * 9000, "evalue": "x" * 9000, "traceback": ["y" * 9000] * 9})
""",
)
raw(
    "errors of other types than text",
    """
say("error", {"ename": {"a": 1}, "evalue": 7, "traceback": [3]})
kernel.session.send(shell, "execute_reply", {"status": "error", "ename": 3, "traceback": []}, parent=parent)
""",
)
raw(
    "half a surrogate pair, and a zero character",
    r"""
iopub.send_multipart(raw("stream", b'{"name": "stdout", "text": "\\ud800\\u0000"}'))
""",
)
raw("thousands of brackets", "iopub.send_multipart(raw('stream', b'[' * 100_000))")
raw(
    "a link to a server in the place of each of its sockets",
    """
for name, one in bound.items():
    place = "/run/kernel/k-" + name
    os.rename(place, place + "x"); os.symlink("@SOCKET@", place); one.close(0)
time.sleep(1)
""",
)

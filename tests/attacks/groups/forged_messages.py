"""Forging the kernel's messages to the grader: for cells that are not the student's, or that do not exist."""

from attack import attack

KERNEL = """
import threading, time
kernel = get_ipython().kernel
def say(kind, content, parent=None, socket=None, **named):
    kernel.session.send(socket or kernel.iopub_socket, kind, content, parent=parent or kernel.get_parent(), **named)
def result(text, kind="execute_result"):
    say(kind, {"execution_count": 1, "data": {"text/plain": text}, "metadata": {}, "transient": {"display_id": "x"}})
"""


def in_a_cell(name, text, **options):
    attack(name, f"{KERNEL}\n{text}", **options)


def in_a_test(name, text, **options):
    """Attack during a test: every function of the exercises runs this first."""
    body = "\n".join(f"    {line}" for line in text.strip("\n").splitlines())
    attack(
        name,
        f"""{KERNEL}
def forge():
{body}
# %% softmax_loss
def softmax_loss(W, X, y, reg):
    forge()
    return 0.0, np.zeros_like(W)
# %% label_of
def label_of(scores):
    forge()
    return 0
""",
        **options,
    )


in_a_test("a result of four points", "result('4')\nresult('4.0', 'display_data')")
in_a_test("the outputs are cleared", "say('clear_output', {'wait': False})\nprint('all passed')")
in_a_test("an earlier output becomes four points", "result('4', 'update_display_data')")
in_a_test(
    "an error of another's name",
    """
say("error", {"ename": "TimeLimit", "evalue": "not run: the machine was slow", "traceback": []})
""",
)
in_a_test(
    "the cell is over",
    """
say("status", {"execution_state": "idle"})
say("execute_reply", {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}})
""",
)
in_a_test(
    "an answer on every socket of the kernel",
    """
reply = {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}}
for stream in (getattr(kernel, "shell_stream", None), getattr(kernel, "control_stream", None)):
    if stream: say("execute_reply", reply, socket=stream, ident=kernel.get_parent().get("header", {}).get("session"))
""",
)
in_a_test(
    "standard output is closed and restored",
    """
import sys, os
print("4"); sys.stdout.flush()
sys.stdout.close(); sys.stderr.close()
""",
    at_most=True,
)

in_a_cell(
    "replies for all cells to come",
    """
parent = dict(kernel.get_parent())
for k in range(50):
    parent["header"] = dict(parent["header"], msg_id=parent["header"]["msg_id"].rpartition("_")[0] + f"_{k}")
    say("execute_reply", {"status": "ok", "execution_count": k, "payload": []}, parent, kernel.shell_stream
        if hasattr(kernel, "shell_stream") else None)
    say("status", {"execution_state": "idle"}, parent)
    say("execute_result", {"execution_count": k, "data": {"text/plain": "4"}, "metadata": {}}, parent)
""",
    at_most=True,
)
in_a_cell(
    "results for other cells, from a thread",
    """
def forge():
    for _ in range(300):
        result("4"); result("4", "update_display_data")
        time.sleep(0.02)
threading.Thread(target=forge, daemon=True).start()
""",
)
in_a_cell(
    "malformed messages",
    """
for content in ({}, {"data": 3}, {"name": "x"}, {"name": [], "text": {}}, {"ename": 1}, {"text": None},
                {"data": {"text/plain": {"a": 1}}, "metadata": []}, {"execution_state": []}):
    for kind in ("stream", "display_data", "error", "execute_result", "update_display_data", "clear_output", "status",
                 "comm_open", "comm_msg", "execute_input", "EVIL", ""):
        say(kind, content)
""",
)
in_a_cell(
    "bytes that are not a message",
    """
import os
kernel.iopub_socket.send_multipart([b"x", b"<IDS|MSG>", b"", b"{", b"{", b"{", b"{"])
kernel.iopub_socket.send_multipart([os.urandom(100) for _ in range(20)])
kernel.iopub_socket.send(b"")
""",
)
in_a_cell(
    "messages signed with another key",
    """
kernel.session.key = b"another"
print("unseen")
""",
    points=3,
    at_most=True,
)
in_a_cell(
    "an answer that never comes",
    """
kernel.session.send = lambda *_, **__: None
type(kernel.session).send = lambda *_, **__: None
""",
    at_most=True,
)
in_a_cell(
    "payloads that ask for actions",
    """
ip = get_ipython()
for source in ("ask_exit", "set_next_input", "edit_magic", "page", "load_file"):
    ip.payload_manager.write_payload({"source": source, "text": "4", "keepkernel": False}, single=False)
""",
    at_most=True,
)
in_a_cell(
    "a question that nobody answers",
    """
kernel._allow_stdin = True
kernel.raw_input("grade? ")
""",
    reason="a cell after 'test_running_mean'",
    at_most=True,
)
in_a_cell(
    "an endless wait in the kernel's event loop",
    """
import asyncio
asyncio.get_event_loop().call_later(0.01, lambda: time.sleep(60))
""",
    at_most=True,
)
in_a_cell(
    "a cell that is awaited after it is over",
    """
import asyncio
async def forge():
    for _ in range(100):
        result("4")
        await asyncio.sleep(0.01)
task = asyncio.ensure_future(forge())
""",
)
in_a_cell(
    "a comm and a widget for each cell",
    """
for k in range(300):
    say("comm_open", {"comm_id": str(k), "target_name": "jupyter.widget", "data": {"state": {"EVIL": "x" * 1000}}})
""",
)

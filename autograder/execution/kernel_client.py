"""A client for a Jupyter kernel that the grader does not trust.

Jupyter's own client trusts its kernel about time, memory and the form of messages. This client speaks the same protocol
(https://jupyter-client.readthedocs.io/en/stable/messaging.html), and only on the shell and iopub sockets.
"""

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any

from jupyter_client.session import Session

from autograder.execution.own_time import Deadline, Readings
from autograder.execution.zmtp import Wire, WireError
from autograder.notebook.cell_outputs import Outputs, TakesOutputs

MOST_HEADERS = 100_000  # bytes of a message's header and parent header together
MOST_VALUES = 200_000  # numbers, strings, lists and dicts in a message
LAST_OUTPUT_SECONDS = 5  # for the remaining outputs of a cell, once the kernel has replied
ALIVE_LOOK_SECONDS = 0.2  # between two checks whether the kernel is still alive


class NoReply(Exception):
    """The kernel did not answer in time."""


class Gone(Exception):
    """The kernel has ended or sent something that is not ZMTP; str() says what is wrong, or is empty."""


class KernelClient:
    """A client of one kernel.

    Parameters
    ----------
    key
        The key that signs messages to the kernel.
    alive
        Function that says whether the kernel's process is running.
    most
        The largest message in bytes; larger ones are dropped.
    readings
        If given, time limits count the notebook's own time (own_time.py).
    """

    def __init__(self, key: bytes, alive: Callable[[], bool], most: int, readings: Readings | None = None):
        self.session, self.readings = Session(key=key), readings
        self.alive = alive
        self.shell, self.iopub = Wire(b"DEALER", most), Wire(b"SUB", most)
        self._reading: dict[Wire, asyncio.Future[None]] = {}
        self._number = ""  # id of the last request

    async def connect(self, shell: str, iopub: str, seconds: float) -> None:
        """Connect to these sockets, and wait until the kernel answers on both. Raises NoReply, Gone."""
        end = Deadline(seconds, self.readings)
        for wire, path in ((self.shell, shell), (self.iopub, iopub)):
            while True:
                try:
                    await asyncio.wait_for(wire.connect(path), end.left())
                    break
                except (OSError, TimeoutError):
                    if end.left() <= 0 or not self.alive():
                        raise (NoReply if self.alive() else Gone)("it did not open its sockets in time") from None
                    wire.close()
                    await asyncio.sleep(0.01)
                except WireError as error:
                    raise Gone(str(error)) from None
        heard = False
        while not heard:  # what the kernel publishes before the subscription arrives is lost
            _, heard = await self._converse("kernel_info_request", {}, end, Outputs(0), patience=0.1)

    async def execute(
        self, code: str, outputs: TakesOutputs | None, seconds: float, silent: bool = False
    ) -> dict[str, Any]:
        """Run code in the kernel, and collect its outputs in `outputs`. Returns the content of the reply.

        silent: run the code without an execution number, an entry in the history, and a result.

        Raises NoReply, Gone.
        """
        content: dict[str, Any] = {"code": code, "silent": silent, "store_history": not silent, "user_expressions": {}}
        content |= {"allow_stdin": False, "stop_on_error": False}
        deadline = Deadline(seconds, self.readings)
        reply, _ = await self._converse("execute_request", content, deadline, outputs)
        return reply

    async def go_on(self, outputs: TakesOutputs, seconds: float) -> bool:
        """Wait `seconds` more for a reply that `execute` did not get in time. Returns whether it came. Raises Gone."""
        with contextlib.suppress(NoReply):
            await self._listen("execute_request", self._number, Deadline(seconds, self.readings), outputs)
            return True
        return False

    async def answers(self, seconds: float) -> bool:
        """Whether the kernel answers a simple request within `seconds`."""
        try:
            await self._converse("kernel_info_request", {}, Deadline(seconds, self.readings), None)
        except (NoReply, Gone):
            return False
        return True

    def close(self) -> None:
        for task in self._reading.values():
            task.cancel()
        self.shell.close()
        self.iopub.close()

    async def _converse(
        self,
        kind: str,
        content: dict[str, Any],
        end: Deadline,
        outputs: TakesOutputs | None,
        patience: float = LAST_OUTPUT_SECONDS,
    ) -> tuple[dict[str, Any], bool]:
        message = self.session.msg(kind, content)
        self._number = message["header"]["msg_id"]
        try:
            await asyncio.wait_for(self.shell.send(self.session.serialize(message)), max(0.01, end.left()))
        except (WireError, TimeoutError) as error:
            raise Gone(str(error)) from None
        return await self._listen(kind, self._number, end, outputs, patience)

    async def _listen(
        self,
        kind: str,
        number: str,
        end: Deadline,
        outputs: TakesOutputs | None,
        patience: float = LAST_OUTPUT_SECONDS,
    ) -> tuple[dict[str, Any], bool]:
        """Wait for the reply to a request. Returns its content, and whether the kernel also published that it is idle.

        After its reply, the kernel has `patience` seconds to publish that. Raises NoReply, Gone.
        """
        reply: dict[str, Any] | None = None
        idle, lost = outputs is None, None
        while True:
            try:
                for wire in (self.shell, self.iopub):  # shell first: a reply must not wait behind much output
                    for frames in wire.messages():
                        its_kind, its_content = _parsed(frames, number) or (None, {})
                        if wire is self.shell and its_kind == kind.replace("request", "reply"):
                            reply, end = its_content, Deadline(min(end.left(), patience), self.readings)
                        elif wire is self.iopub and outputs is not None and its_kind is not None:
                            idle = take_in(outputs, its_kind, its_content) or idle
                        if end.left() <= 0:
                            break
            except WireError as error:
                lost = error
            if lost:
                raise Gone("" if not self.alive() else str(lost))
            left = end.left()
            if reply is not None and (idle or left < 0):
                return reply, idle
            if left < 0:
                raise NoReply
            lost = await self._wait(min(ALIVE_LOOK_SECONDS, left))

    async def _wait(self, seconds: float) -> WireError | None:
        """Wait for data, for at most `seconds`. Returns the error if a connection has ended, else None. Raises Gone."""
        for wire in (self.shell, self.iopub):
            if wire not in self._reading:
                self._reading[wire] = asyncio.ensure_future(wire.read())
        done, _ = await asyncio.wait(self._reading.values(), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        lost = None
        for wire in [wire for wire, task in self._reading.items() if task in done]:
            try:
                self._reading.pop(wire).result()
            except WireError as error:
                lost = error
        if not done and not self.alive():
            raise Gone("")
        return lost


def _parsed(frames: list[bytes] | None, number: str) -> tuple[str, dict[str, Any]] | None:
    """Return (type, content) of a message that belongs to the request with this id; None for any other message."""
    if frames is None:
        return "stream", {"name": "stdout", "text": None}  # dropped as too long; its request is unknown
    try:
        start = frames.index(b"<IDS|MSG>") + 2
        header, parent, _, content = frames[start : start + 4]
        if len(header) + len(parent) > MOST_HEADERS:
            return None
        header, parent = json.loads(header), json.loads(parent)
        if not isinstance(parent, dict) or parent.get("msg_id") != number:
            return None
        if sum(content.count(sign) for sign in (b",", b"[", b"{", b":")) > MOST_VALUES:
            return "stream", {"name": "stdout", "text": None}
        kind, content = header["msg_type"], json.loads(content)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return (kind, content) if isinstance(kind, str) and isinstance(content, dict) else None


def take_in(outputs: TakesOutputs, kind: str, content: dict[str, Any]) -> bool:
    """Do as `_put_out`, but count a message that fails to be added as malformed: it must not end the run."""
    try:
        return _put_out(outputs, kind, content)
    except Exception:
        outputs.not_an_output()
        return False


def _put_out(outputs: TakesOutputs, kind: str, content: dict[str, Any]) -> bool:
    """Add what the kernel published to the outputs. Returns True if the message says that the kernel is idle."""
    if kind == "status":
        return content.get("execution_state") == "idle"
    if kind == "stream" and content.get("text", "") is None:
        outputs.too_long()
        return False
    data, metadata = content.get("data"), content.get("metadata") or {}
    if kind == "stream" and content.get("name") in ("stdout", "stderr") and isinstance(content.get("text"), str):
        outputs.stream(content["name"], content["text"])
    elif kind in ("display_data", "update_display_data") and isinstance(data, dict) and isinstance(metadata, dict):
        transient = content.get("transient")
        known_as = transient.get("display_id") if isinstance(transient, dict) else None
        known_as = known_as if isinstance(known_as, str) else None
        outputs.display(data, metadata, known_as, update=kind == "update_display_data")
    elif kind == "execute_result" and isinstance(data, dict) and isinstance(metadata, dict):
        outputs.result(data, metadata)
    elif kind == "error" and isinstance(content.get("traceback"), list):
        outputs.error(str(content.get("ename")), str(content.get("evalue")), [str(s) for s in content["traceback"]])
    elif kind == "clear_output":
        outputs.clear(content.get("wait") is True)
    elif kind in ("stream", "display_data", "update_display_data", "execute_result", "error"):
        outputs.not_an_output()
    return False

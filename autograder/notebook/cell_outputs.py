"""Collect what a cell outputs, in order, as outputs of nbformat 4, up to a limit."""

import base64
import bisect
import json
from collections.abc import Mapping
from typing import Any, Protocol

from autograder.storable import storable

EACH = 300  # extra bytes counted for an output besides its texts: more than its JSON structure takes in a file
VALUE = 100  # extra bytes counted for an item of a list or dict: in a file it is indented on a line of its own
LINE = 10  # extra bytes counted for a line of a text, for the same reason
MOST_NAME = 200  # bytes of an error's name, even if there is no room left, and of a display's id
MOST_ERRORS = 5  # in one cell
# bytes that are kept of a result or an error when there is no room left
MOST_RESULT_TEXT, MOST_ERROR_TEXT, MOST_TRACEBACK = 2_000, 2_000, 6_000
MOST_BEYOND = 12_000  # bytes that a cell keeps beyond its limit: an error, a result, and the note that the rest was cut
MOST_SIDE = 100_000  # width and height of a picture, in pixels
MOST_DEPTH = 50  # nesting depth of lists and dicts

_in_json = json.JSONEncoder().encode


class TakesOutputs(Protocol):
    """The interface that receives a kernel's outputs one by one. `Outputs` documents the methods."""

    def stream(self, name: str, text: str) -> None: ...

    def display(
        self, data: dict[str, Any], metadata: dict[str, Any], display_id: str | None = None, update: bool = False
    ) -> None: ...

    def result(self, data: dict[str, Any], metadata: dict[str, Any]) -> None: ...

    def error(self, name: str, value: str, traceback: list[str]) -> None: ...

    def clear(self, wait: bool = False) -> None: ...

    def too_long(self) -> None: ...

    def not_an_output(self) -> None: ...


class Outputs:
    """The outputs of one cell. Once they take more than `limit` bytes, the rest is dropped, and a note says so.

    The bytes are those of the notebook's JSON text, in which a character beyond ASCII takes six or twelve. The first
    error and the first result (the value of an expression) decide the points, so they are shortened if there is no room
    for them, but never dropped. So a cell keeps at most `limit` + MOST_BEYOND bytes.
    """

    def __init__(self, limit: int):
        self.limit, self.size, self.has_error = limit, 0, False
        self.errors = self.results = 0
        self.malformed = False  # whether something came that is not an output of Jupyter's
        self._outputs: list[dict[str, Any]] = []
        self._displayed: dict[str, dict[str, Any]] = {}
        self._clear_next = False

    def finished(self) -> list[dict[str, Any]]:
        """All outputs; consecutive texts of one stream are a single output."""
        return [{**o, "text": "".join(o["text"])} if o["output_type"] == "stream" else o for o in self._outputs]

    @property
    def kept(self) -> int:
        """The bytes that count towards the notebook's total."""
        return min(self.size, self.limit)

    def stream(self, name: str, text: str) -> None:
        """Add text that the cell printed to "stdout" or "stderr"."""
        room = self.limit - self.size
        if room < 0:
            return
        text = storable(text[: room + 1])  # a character takes at least a byte, so there is no room for more
        new = EACH * (self._last_stream() != name)
        size = new + size_of(text)
        if text := text if size <= room else _cut(text, room - new):
            self._print(name, text)
        self._fits(size)

    def display(
        self, data: dict[str, Any], metadata: dict[str, Any], display_id: str | None = None, update: bool = False
    ) -> None:
        """Add a display such as a picture, or replace an earlier one."""
        earlier = self._displayed.get(display_id) if display_id is not None else None
        if self.size > self.limit or (update and earlier is None):
            return
        data, metadata = _bundle(data, metadata)
        if not self._fits(EACH + size_of(data) + size_of(metadata)):
            return
        if update and earlier is not None:
            earlier.update(data=data, metadata=metadata)
            return
        output = {"output_type": "display_data", "data": data, "metadata": metadata}
        if display_id and len(display_id) <= MOST_NAME:
            self._displayed[display_id] = output
        self._append(output)

    def result(self, data: dict[str, Any], metadata: dict[str, Any]) -> None:
        """Add the value of an expression."""
        if self.size > self.limit and self.results:
            return
        data, metadata = _bundle(data, metadata)
        if not self._fits(EACH + size_of(data) + size_of(metadata)):
            if self.results:
                return
            data, metadata = {"text/plain": _cut(str(data.get("text/plain", "")), MOST_RESULT_TEXT)}, {}
        self._append({"output_type": "execute_result", "execution_count": None, "data": data, "metadata": metadata})
        self.results += 1

    def error(self, name: str, value: str, traceback: list[str]) -> None:
        """Add an error."""
        self.has_error = True
        if self.errors >= (MOST_ERRORS if self.size <= self.limit else 1):
            return
        name, value = _cut(storable(name[:MOST_NAME]), MOST_NAME), storable(value)
        traceback = [storable(line) for line in traceback]
        if not self._fits(EACH + size_of(name) + size_of(value) + size_of(traceback)):
            if self.errors:
                return
            value, traceback = _cut(value, MOST_ERROR_TEXT), _last_lines(traceback)
        self.errors += 1
        self._append({"output_type": "error", "ename": name, "evalue": value, "traceback": traceback})

    def too_long(self) -> None:
        """Note that the cell sent an output that is too large to be read."""
        self._fits(self.limit + 1)

    def not_an_output(self) -> None:
        """Note that something came that is not an output of Jupyter's."""
        self.malformed = True

    def drop_errors(self, name: str) -> None:
        """Remove the errors of this name."""
        self._outputs = [o for o in self._outputs if o["output_type"] != "error" or o["ename"] != name]
        self.errors = sum(o["output_type"] == "error" for o in self._outputs)

    def clear(self, wait: bool = False) -> None:
        """Remove all outputs except errors, now or, with `wait`, when the next one comes. Their bytes still count."""
        self._clear_next = wait
        if not wait:
            self._outputs = [o for o in self._outputs if o["output_type"] == "error"]
            self._displayed.clear()
            self.results = 0

    @property
    def _note(self) -> str:
        return f"\n[output cut here: {self.limit:,} bytes of a cell's output are kept]\n"

    def _fits(self, size: int) -> bool:
        """Count these bytes and return whether they fit. The first bytes that do not fit add a note."""
        before, self.size = self.size, self.size + size
        if before <= self.limit < self.size:
            self._print(self._last_stream() or "stdout", self._note)
        return self.size <= self.limit

    def _last_stream(self) -> str | None:
        """The name of the last output's stream; None if that output is of another type or about to be cleared."""
        last = self._outputs[-1] if self._outputs and not self._clear_next else {}
        return last.get("name")

    def _print(self, name: str, text: str) -> None:
        if self._last_stream() == name:
            self._outputs[-1]["text"].append(text)
        else:
            self._append({"output_type": "stream", "name": name, "text": [text]})

    def _append(self, output: dict[str, Any]) -> None:
        if self._clear_next:
            self.clear()
        self._outputs.append(output)


def size_of(value: object) -> int:
    """The bytes counted for a part of an output: at least as many as it takes in a notebook's file."""
    if isinstance(value, str):
        return len(_in_json(value)) + LINE * (value.count("\n") + value.count("\r"))
    if isinstance(value, dict):
        return sum(VALUE + size_of(key) + size_of(part) for key, part in value.items())
    return sum(VALUE + size_of(part) for part in value) if isinstance(value, list) else len(str(value))


def _cut(text: str, most: int) -> str:
    """The longest beginning of a text that counts at most `most` bytes."""
    if len(text) <= most and size_of(text) <= most:
        return text
    text = text[: max(0, most)]
    return text[: max(0, bisect.bisect_right(range(len(text) + 1), most, key=lambda end: size_of(text[:end])) - 1)]


def _last_lines(traceback: list[str]) -> list[str]:
    kept: list[str] = []
    room = MOST_TRACEBACK
    for line in reversed(traceback):
        line = _cut(line, MOST_ERROR_TEXT)
        room -= VALUE + size_of(line)
        if room < 0:
            break
        kept.insert(0, line)
    return kept


def _bundle(data: Mapping[Any, Any], metadata: object) -> tuple[dict[str, Any], dict[str, Any]]:
    """The data by MIME type as nbformat requires it, and the part of the metadata that gives the size of pictures."""
    shown = {storable(str(kind)): _plain(str(kind), value) for kind, value in data.items()}
    sizes: dict[str, Any] = {}
    for kind in shown:
        size = metadata.get(kind) if isinstance(metadata, dict) else None
        if isinstance(size, dict):
            size = {key: size[key] for key in ("width", "height") if _is_side(size.get(key))}
            sizes |= {kind: size} if size else {}
    return shown, sizes


def _is_side(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value <= MOST_SIDE


def _plain(kind: str, value: object) -> Any:
    """The value in a form that JSON can hold; bytes, such as a picture's, become base64."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        value = "".join(value)
    value = _shallow(value)
    return value if isinstance(value, str) or _is_json(kind) else json.dumps(value, ensure_ascii=False)


def _is_json(kind: str) -> bool:
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def _shallow(value: object, depth: int = 0) -> Any:
    """The JSON value with storable texts, nested at most MOST_DEPTH deep."""
    if isinstance(value, dict | list | tuple) and depth == MOST_DEPTH:
        return "[nested too deeply to be kept]"
    if isinstance(value, dict):
        return {storable(str(key)): _shallow(part, depth + 1) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_shallow(part, depth + 1) for part in value]
    return value if value is None or isinstance(value, bool | int | float) else storable(str(value))

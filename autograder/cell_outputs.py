"""What a cell puts out, in the order it does, as outputs of nbformat 4."""

import base64
import json

from .text import storable

MOST_ERROR_TEXT = 2_000  # characters of an error's value, and of each line of its traceback, if there is too much
MOST_ERROR_LINES = 20
MOST_ERRORS = 5  # in one cell
LEAST_SIZE = 50  # that a display counts, however little is in it


class Outputs:
    """The outputs of one cell. Of more than `limit` characters the rest is dropped, with a note.

    What decides about points, errors and the value of the last expression, is shortened, but never dropped.
    """

    def __init__(self, limit: int):
        self.limit, self.size, self.has_error = limit, 0, False
        self.errors = 0
        self.malformed = False  # something was no output of Jupyter's
        self._outputs: list[dict] = []
        self._displayed: dict[str, dict] = {}
        self._clear_next = False

    def finished(self) -> list[dict]:
        """All outputs; what a stream printed in one go is one of them."""
        for output in self._outputs:
            if output["output_type"] == "stream" and type(output["text"]) is list:
                output["text"] = "".join(output["text"])
        return self._outputs

    def stream(self, name: str, text: str) -> None:
        """Add what was printed to "stdout" or "stderr"."""
        kept = storable(text[: max(0, self.limit - self.size)])
        if kept:
            self._print(name, kept)
        if self._too_much(len(text)):
            self._print(name if kept else "stdout", self._note)

    def display(self, data: dict, metadata: dict, display_id: str | None = None, update: bool = False) -> None:
        """Add a picture, say, or put it in the place of an earlier one."""
        data, metadata = _bundle(data, metadata)
        if update and display_id not in self._displayed:
            return
        if self._too_much(max(_size(data), LEAST_SIZE)):
            self._print("stdout", self._note)
        if self.size > self.limit:
            return
        if update:
            self._displayed[display_id].update(data=data, metadata=metadata)
            return
        output = {"output_type": "display_data", "data": data, "metadata": metadata}
        if display_id:
            self._displayed[display_id] = output
        self._append(output)

    def result(self, data: dict, metadata: dict) -> None:
        """Add the value of an expression."""
        data, metadata = _bundle(data, metadata)
        if self._too_much(_size(data)):
            self._print("stdout", self._note)
        if self.size > self.limit:  # it may decide about points, so it is shortened but never dropped
            data, metadata = {"text/plain": str(data.get("text/plain", ""))[:MOST_ERROR_TEXT]}, {}
        self._append({"output_type": "execute_result", "execution_count": None, "data": data, "metadata": metadata})

    def error(self, name: str, value: str, traceback: list[str]) -> None:
        """Add an error."""
        self.has_error = True
        self.errors += 1
        if self.errors > MOST_ERRORS:
            return
        name, value, traceback = storable(name[:200]), storable(value), [storable(line) for line in traceback]
        self._too_much(len(name) + len(value) + _size(traceback))
        if self.size > self.limit:
            value = value[:MOST_ERROR_TEXT]
            traceback = [line[:MOST_ERROR_TEXT] for line in traceback[-MOST_ERROR_LINES:]]
        self._append({"output_type": "error", "ename": name, "evalue": value, "traceback": traceback})

    def too_long(self) -> None:
        """Say that something was put out that is too large to look at."""
        if self._too_much(self.limit + 1):
            self._print("stdout", self._note)

    def not_an_output(self) -> None:
        """Note that something came which is no output of Jupyter's."""
        self.malformed = True

    def drop_errors(self, name: str) -> None:
        """Take out the errors of this name."""
        self._outputs = [o for o in self._outputs if o["output_type"] != "error" or o["ename"] != name]

    def clear(self, wait: bool = False) -> None:
        """Remove all outputs but errors, now or when the next one comes."""
        self._clear_next = wait
        if not wait:
            self._outputs = [o for o in self._outputs if o["output_type"] == "error"]
            self._displayed.clear()

    @property
    def _note(self):
        return f"\n[output cut here: {self.limit:,} bytes of a cell's output are kept]\n"

    def _too_much(self, size):
        """Whether these are the first characters that there is no room for."""
        before, self.size = self.size, self.size + size
        return before <= self.limit < self.size

    def _print(self, name, text):
        last = self._outputs[-1] if self._outputs and not self._clear_next else None
        if last and last["output_type"] == "stream" and last["name"] == name:
            last["text"].append(text)
        else:
            self._append({"output_type": "stream", "name": name, "text": [text]})

    def _append(self, output):
        if self._clear_next:
            self.clear()
        self._outputs.append(output)


def _bundle(data, metadata):
    """Data by type as nbformat wants it, and of the metadata the size of pictures."""
    shown = {storable(str(kind)): _plain(str(kind), value) for kind, value in data.items()}
    sizes = {}
    for kind in shown:
        size = metadata.get(kind) if isinstance(metadata, dict) else None
        if isinstance(size, dict):
            size = {key: size[key] for key in ("width", "height") if type(size.get(key)) in (int, float)}
            sizes |= {kind: size} if size else {}
    return shown, sizes


def _plain(kind, value):
    """As JSON can hold it; raw bytes, as of a picture, become base64."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        value = "".join(value)
    if isinstance(value, str):
        return storable(value)
    text = storable(json.dumps(value, default=str, ensure_ascii=False))
    return json.loads(text) if kind.endswith("json") else text


def _size(value):
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(len(key) + _size(part) for key, part in value.items())
    return sum(map(_size, value)) if isinstance(value, list) else 8

"""How long the cells of notebooks take where nothing has to be started, imported, sent or guarded.

Reads JSON from stdin: {"warm": [source, ...], "notebooks": [[source, ...], ...]}; prints the seconds of each notebook,
a line each. The cells of `warm` are run first, so whatever they import is there. Then every notebook is run in a fork
with an empty namespace, by the shell that runs cells in a kernel too; outputs and tracebacks are made and thrown away.
"""

import json
import os
import sys
import time

from IPython.core.interactiveshell import InteractiveShell


class Shell(InteractiveShell):
    def enable_gui(self, gui: str | None = None) -> None:
        """`%matplotlib inline` asks for it; there is no event loop here."""


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    asked = json.load(sys.stdin)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    shell = Shell.instance()
    if shell.history_manager:
        shell.history_manager.enabled = False
    run(shell, asked["warm"])
    shell.reset()
    for cells in asked["notebooks"]:
        read_end, write_end = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.write(write_end, repr(run(shell, cells)).encode())
            finally:
                os._exit(0)
        os.close(write_end)
        with os.fdopen(read_end) as seconds:
            print(seconds.read(), file=answers, flush=True)
        os.waitpid(child, 0)


def run(shell: Shell, cells: list[str]) -> float:
    """Run cells one after the other, whatever they raise, and return the seconds they took."""
    start = time.perf_counter()
    for source in cells:
        shell.run_cell(source)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()

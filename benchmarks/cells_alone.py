"""Measure how long the cells of notebooks take without starting, importing, sending or isolating anything.

Reads JSON from stdin: {"warm": [source, ...], "notebooks": [[source, ...], ...]}. Prints the seconds of each notebook
on a line of its own. The cells of `warm` run first, so everything that they import is already loaded. Then each
notebook runs in a fork with an empty namespace, in the same shell that runs cells in a kernel. Outputs and tracebacks
are created and discarded.
"""

import json
import os
import sys
import time

from IPython.core.interactiveshell import InteractiveShell


class Shell(InteractiveShell):
    def enable_gui(self, gui: str | None = None) -> None:
        """Do nothing: `%matplotlib inline` calls this, but there is no event loop."""


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
    """Run all cells in order, even after errors, and return the seconds that they took."""
    start = time.perf_counter()
    for source in cells:
        shell.run_cell(source)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()

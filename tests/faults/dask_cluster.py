"""A Dask cluster for one class: a scheduler at a fixed address, and two workers that nannies restart."""

import contextlib
import os
import socket
import subprocess
import sys
from pathlib import Path

from process_tree import Process, descendants


class DaskCluster:
    def __init__(self, folder: Path, scratch: Path):
        self.folder, self.scratch = folder, scratch
        folder.mkdir()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.processes: list[subprocess.Popen] = []

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    @property
    def pids(self) -> list[int]:
        return [process.pid for process in self.processes]

    def start(self) -> None:
        """Start the scheduler and the nannies; grading waits until there are workers."""
        self._start("scheduler", "--port", str(self.port))
        self._start("worker", self.address, "--nthreads", "1", "--nworkers", "2", "--local-directory", self.folder)

    def _start(self, *arguments) -> None:
        with open(self.folder / "log", "ab") as log:
            command = [sys.executable, "-m", "dask", *arguments, "--host", "127.0.0.1", "--no-dashboard"]
            own = {"DASK_TEMPORARY_DIRECTORY": str(self.folder), "TMPDIR": str(self.scratch)}
            env = {**os.environ, **own, "PYTHONWARNINGS": "ignore"}
            self.processes.append(
                subprocess.Popen(command, env=env, cwd=self.folder, stdout=log, stderr=log, process_group=0)
            )

    def workers(self) -> list[Process]:
        """The worker processes. The parent of each is its nanny; its descendants run the notebooks."""
        nannies = self.processes[-1].pid if self.processes else -1
        return [p for p in descendants(nannies) if p.parent == nannies and "spawn_main" in p.command]

    def stop(self) -> None:
        for process in self.processes[::-1]:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=10)
            process.kill()
            process.wait()
        self.processes.clear()

    def kill_scheduler(self) -> None:
        """Kill the scheduler. Its workers notice that and end."""
        self.processes[0].kill()
        self.processes[0].wait()
        self.stop()

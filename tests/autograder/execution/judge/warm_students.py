"""Student processes for the judge, forked from one process that has imported NumPy and the agent.

The first process gets only the agent's source text from this checkout, and an environment of its own.
"""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

from autograder.execution.judge.bundle import AGENT_MODULE, agent_source

# reads a folder, a script and a descriptor from its socket, and forks a process that runs the script in the folder
FIRST = f"""
import gc, json, os, socket, sys
import numpy, {AGENT_MODULE}

def answer(channel):
    request, descriptors, *_ = socket.recv_fds(channel, 1 << 20, 1)
    if not request:
        sys.exit()
    asked = json.loads(request)
    if "end" in asked:
        os.kill(asked["end"], 9)
        os.waitpid(asked["end"], 0)
        channel.send(b"ended")
        return None
    if pid := os.fork():
        for descriptor in descriptors:
            os.close(descriptor)
        channel.send(str(pid).encode())
        return None
    channel.close()
    os.chdir(asked["folder"])
    sys.path.insert(0, asked["folder"])
    sys.argv = ["main.py", str(descriptors[0])]
    return asked["script"]

channel = socket.socket(fileno=int(sys.argv[1]))
gc.freeze()
while True:
    if (script := answer(channel)) is not None:
        del channel
        exec(compile(script, "main.py", "exec"), {{"__name__": "__main__"}})
        break
"""


class Student:
    """A process that runs a script."""

    def __init__(self, students: "WarmStudents", pid: int):
        self._students, self.pid = students, pid

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def end(self) -> None:
        """Kill the process and wait for its end."""
        self._students.ask(end=self.pid)


class WarmStudents:
    """The first process. `start` forks a student's process from it."""

    def __init__(self, folder: Path):
        (folder / f"{AGENT_MODULE}.py").write_text(agent_source())
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-s", "-c", FIRST, str(theirs.fileno())],
                cwd=folder,
                pass_fds=[theirs.fileno()],
                env={"PYTHONPATH": str(folder), "PATH": os.environ["PATH"], "OPENBLAS_NUM_THREADS": "1"},
                stderr=subprocess.DEVNULL,
            )

    def start(self, script: str, folder: Path, theirs: socket.socket) -> Student:
        """Run the script in a process of its own, in `folder`; its first argument is its descriptor of the socket."""
        return Student(self, int(self.ask([theirs.fileno()], script=script, folder=str(folder))))

    def ask(self, descriptors=(), **request) -> bytes:
        socket.send_fds(self._channel, [json.dumps(request).encode()], descriptors)
        return self._channel.recv(100)

    def close(self) -> None:
        self._channel.close()
        self._process.wait(20)

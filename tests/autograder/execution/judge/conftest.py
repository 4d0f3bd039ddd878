"""Student kernels for the judge: real processes that get only the agent's source text from this checkout."""

import socket
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder.execution.judge.connection import StudentConnection
from autograder.execution.judge.names import StudentNames

sys.path.insert(0, str(Path(__file__).parent))  # so that tests can import the modules beside them

from warm_students import WarmStudents  # noqa: E402

HONEST = """
import socket, sys
import _cs231n_agent as agent
sock = socket.socket(fileno=int(sys.argv[1]))
namespace = {"__name__": "__main__"}
with open("cells.py") as file:
    exec(compile(file.read(), "cells.py", "exec"), namespace)
while True:
    agent.Agent(sock).serve(namespace)
    if sock.fileno() < 0 or not sock.recv(1, socket.MSG_PEEK):
        break
"""
HOSTILE = """
import os, socket, sys, time
from _cs231n_agent import *
sock = socket.socket(fileno=int(sys.argv[1]))
stream = FrameStream(sock)
number = None

class Forger(Encoder):
    def put(self, value, depth=0):
        self._opaque(value) if type(value) in (Handle, Callback) else super().put(value, depth)

def frame(value, kind=REPLY, its_number=None):
    encoder = Forger(lambda value: value)
    encoder.put(value)
    return b"".join(encoder.frame(kind, number if its_number is None else its_number))

def receive():
    global number
    _, number, tree, blocks = stream.receive()
    return Decoder(tree, blocks, lambda name: name).value()

def answer(value):
    return frame((value, None, []))
"""


@pytest.fixture(scope="session")
def warm_students(tmp_path_factory):
    students = WarmStudents(tmp_path_factory.mktemp("students"))
    yield students
    students.close()


@pytest.fixture
def start(warm_students, tmp_path):
    """start(script, **options of StudentConnection) runs a script in a process; its first argument names a socket."""
    folder = tmp_path / "sandbox"
    folder.mkdir()
    started = []

    def run(script, **options):
        ours, theirs = socket.socketpair()
        with theirs:
            process = warm_students.start(script, folder, theirs)
        connection = StudentConnection(ours, **{"seconds": 20, **options})
        started.append((connection, process))
        return SimpleNamespace(connection=connection, process=process, folder=folder)

    yield run
    for connection, process in started:
        connection.close()
        process.end()


@pytest.fixture
def student(start, tmp_path):
    """student(cells, **options) runs the cells beside an agent; the result's `names` are what the cells define."""

    def run(cells, **options):
        (tmp_path / "sandbox" / "cells.py").write_text(cells)
        running = start(HONEST, **options)
        running.names = _Names(running.connection)
        return running

    return run


@pytest.fixture
def hostile(start):
    """hostile(script, **options) runs a script that has the socket and may send anything."""

    def run(script, **options):
        running = start(HOSTILE + script, **options)

        def call(*arguments):
            running.connection.begin(running.connection.seconds)
            return running.connection.request(("call", "f", arguments, {}, False), "your f")[0]

        running.call = call
        return running

    return run


class _Names:
    def __init__(self, connection):
        self._names = StudentNames(connection)

    def __getattr__(self, name):
        self._names.forget()
        return self._names[name]

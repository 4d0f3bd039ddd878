"""What /proc says of processes, without a sandbox."""

import os
import socket
import sys

import pytest

from autograder.execution.sandbox.usage import listening

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has this /proc")


def test_only_sockets_in_the_folder_that_accept_connections_count(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as other:
        server.bind(str(folder / "server"))
        other.bind(str(folder / "bound"))
        assert listening(os.getpid(), str(folder)) == 0
        server.listen()
        assert listening(os.getpid(), str(folder)) == 1
        assert listening(os.getpid(), str(tmp_path / "ru")) == 0  # no folder's name, only how one begins
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(folder / "server"))
            assert listening(os.getpid(), str(folder)) == 1


def test_a_process_that_is_gone_listens_nowhere():
    assert listening(2**22 + 1, "/") == 0

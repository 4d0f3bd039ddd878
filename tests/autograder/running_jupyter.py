"""A Jupyter server on this machine, for tests that open its pages in a browser."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from types import SimpleNamespace

TOKEN = "of-the-test"


@contextlib.contextmanager
def started(application, home, folder):
    """`jupyter APPLICATION` in `folder` with its own configuration below `home`: its `address` and the file `log`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = SimpleNamespace(address=f"http://127.0.0.1:{port}", log=home / "log")
    command = [sys.executable, "-m", "jupyter", application, "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"]
    command += ["--ServerApp.port_retries=0", "--ServerApp.open_browser=False", f"--IdentityProvider.token={TOKEN}"]
    command += ["--ServerApp.allow_root=True"]
    folders = {f"JUPYTER_{kind}_DIR": str(home / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
    env = {**os.environ, **folders, "HOME": str(home)}
    with open(server.log, "w") as log:
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)
    try:
        _wait_for(f"{server.address}/api", process, server.log)
        yield server
    finally:
        process.terminate()  # the server then ends its kernels
        process.wait(60)


def _wait_for(url, process, log):
    end = time.monotonic() + 120
    while True:
        try:
            return urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            assert process.poll() is None and time.monotonic() < end, log.read_text()[-3000:]
            time.sleep(0.1)

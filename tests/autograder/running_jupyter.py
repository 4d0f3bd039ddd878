"""A Jupyter server on this machine, for tests that open its pages in a browser."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from types import SimpleNamespace

TOKEN = "of-the-test"
NBGRADERS = [
    f"nbgrader.server_extensions.{name}"
    for name in ("assignment_list", "course_list", "formgrader", "validate_assignment")
]


@contextlib.contextmanager
def started(application, home, folder, without):
    """`jupyter APPLICATION` in `folder` with its own configuration below `home`: its `address` and the file `log`.

    `without` names the server's extensions that are installed but not needed; each takes time to load.
    """
    (home / "CONFIG").mkdir(exist_ok=True)
    off = {"ServerApp": {"jpserver_extensions": dict.fromkeys(without, False)}}
    (home / "CONFIG" / "jupyter_server_config.json").write_text(json.dumps(off))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = SimpleNamespace(address=f"http://127.0.0.1:{port}", log=home / "log")
    command = [sys.executable, "-m", "jupyter", application, "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"]
    command += ["--ServerApp.port_retries=0", "--ServerApp.open_browser=False", f"--IdentityProvider.token={TOKEN}"]
    command += ["--ServerApp.allow_root=True"]
    folders = {f"JUPYTER_{kind}_DIR": str(home / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
    env = {**os.environ, **folders, "HOME": str(home)}
    env["PATH"] = os.path.dirname(sys.executable)  # JupyterLab would start a node that it finds, for its settings
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

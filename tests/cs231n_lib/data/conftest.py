import io
import pickle
import re
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from cs231n_lib.data import registry, resume

ROWS = 20
NAMES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]


class Python2Pickler(pickle._Pickler):
    """Writes bytes as Python 2 wrote its strings, because Python 2 made the official files."""

    dispatch = dict(pickle._Pickler.dispatch)

    def save_bytes(self, value):
        short = len(value) < 256
        self.write(
            pickle.SHORT_BINSTRING + struct.pack("<B", len(value))
            if short
            else pickle.BINSTRING + struct.pack("<i", len(value))
        )
        self.write(value)
        self.memoize(value)

    dispatch[bytes] = save_bytes


def _python2_pickle(values):
    file = io.BytesIO()
    Python2Pickler(file, protocol=2).dump(values)
    return file.getvalue()


def _write_cifar10(folder, dumps=_python2_pickle, rows=ROWS, seed=0):
    """Write a small data set in the official layout. Returns its images (6 * rows, 32, 32, 3) and labels."""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, size=(6 * rows, 32, 32, 3), dtype=np.uint8)
    labels = rng.integers(0, 10, size=6 * rows)
    folder.mkdir(parents=True)
    for i, name in enumerate([*(f"data_batch_{n}" for n in range(1, 6)), "test_batch"]):
        part = slice(i * rows, (i + 1) * rows)
        pixels = np.ascontiguousarray(images[part].transpose(0, 3, 1, 2)).reshape(rows, 3072)
        batch = {
            b"data": pixels,
            b"labels": labels[part].tolist(),
            b"batch_label": b"a batch",
            b"filenames": [b"image.png"] * rows,
        }
        (folder / name).write_bytes(dumps(batch))
    meta = {b"label_names": [name.encode() for name in NAMES], b"num_cases_per_batch": rows, b"num_vis": 3072}
    (folder / "batches.meta").write_bytes(dumps(meta))
    return images, labels


@pytest.fixture
def python2_pickle():
    return _python2_pickle


@pytest.fixture
def write_cifar10():
    return _write_cifar10


@pytest.fixture
def data_folder(tmp_path, monkeypatch):
    """An empty folder for data sets, used by this test only."""
    monkeypatch.delenv("CS231N_DATASET", raising=False)
    monkeypatch.setenv("CS231N_DATA", str(tmp_path / "kept"))
    return tmp_path / "kept"


@pytest.fixture
def small_cifar10(data_folder):
    """A small CIFAR-10, ready to be loaded, as (images, labels)."""
    return _write_cifar10(data_folder / "cifar-10-batches-py")


@pytest.fixture
def described():
    return registry.entry("cifar10")


class Server(ThreadingHTTPServer):
    """Serves `content` on the loopback interface; the n-th answer is cut off after cuts[n] bytes."""

    def __init__(self, content, ranges=True, cuts=(), statuses=(), tells_length=True):
        super().__init__(("127.0.0.1", 0), Handler)
        self.content, self.ranges, self.tells_length = content, ranges, tells_length
        self.cuts, self.statuses = list(cuts), list(statuses)
        self.asked = []  # the Range headers, in order
        self.url = f"http://127.0.0.1:{self.server_port}/set.tar.gz"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        server.asked.append(self.headers.get("Range"))
        if server.statuses and (status := server.statuses.pop(0)) != 200:
            self.send_error(status)
            return
        body, start = server.content, 0
        asked = re.match(r"bytes=(\d+)-", self.headers.get("Range") or "")
        if asked and server.ranges:
            start = int(asked[1])
            if start >= len(body):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(body)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        else:
            self.send_response(200)
        if server.tells_length:
            self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        cut = server.cuts.pop(0) if server.cuts else len(body)
        self.wfile.write(body[start : start + cut])
        self.close_connection = True

    def log_message(self, *args):
        pass


@pytest.fixture
def serve(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(resume, "PAUSE_SECONDS", 0)
    servers = []

    def start(content, **behaviour):
        server = Server(content, **behaviour)
        servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()

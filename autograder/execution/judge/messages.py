"""Messages between the worker, the template and its judges, which are all trusted. A message is a length, then JSON."""

import json
import socket
import struct
from typing import Any

LENGTH = struct.Struct("<Q")
PART_BYTES = 1 << 20  # received at once


def packed(message: object) -> bytes:
    """Return the bytes of one message."""
    body = json.dumps(message, default=str).encode()
    return LENGTH.pack(len(body)) + body


def receive(sock: socket.socket, descriptors: int = 0) -> tuple[Any, list[int]]:
    """Read from a blocking socket. Returns the message and at most `descriptors` file descriptors. Raises EOFError."""
    head, fds, _, _ = socket.recv_fds(sock, LENGTH.size, descriptors)
    head += _exactly(sock, LENGTH.size - len(head))
    return json.loads(_exactly(sock, *LENGTH.unpack(head))), fds


def _exactly(sock: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        part = sock.recv(min(size - len(data), PART_BYTES))
        if not part:
            raise EOFError
        data += part
    return bytes(data)

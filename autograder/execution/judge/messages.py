"""Messages between the worker, the template and its judges, all of which are trusted: a length, then JSON."""

import json
import socket
import struct
from typing import Any

LENGTH = struct.Struct("<Q")
PART_BYTES = 1 << 20  # that are received at once


def packed(message: object) -> bytes:
    """The bytes of one message."""
    body = json.dumps(message, default=str).encode()
    return LENGTH.pack(len(body)) + body


def receive(sock: socket.socket, descriptors: int = 0) -> tuple[Any, list[int]]:
    """(message, file descriptors that came with it, at most so many) from a blocking socket. Raises EOFError."""
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

"""Messages between the worker, the template and its judges, all of which are trusted: JSON behind its length."""

import json
import socket
import struct

LENGTH = struct.Struct("<Q")


def packed(message) -> bytes:
    """The bytes of one message."""
    body = json.dumps(message, default=str).encode()
    return LENGTH.pack(len(body)) + body


def receive(sock: socket.socket, descriptors: int = 0):
    """(message, file descriptors that came with it) from a blocking socket. Raises EOFError."""
    head, fds, _, _ = socket.recv_fds(sock, LENGTH.size, descriptors)
    head += _exactly(sock, LENGTH.size - len(head))
    return json.loads(_exactly(sock, *LENGTH.unpack(head))), fds


def _exactly(sock, size):
    data = bytearray()
    while len(data) < size:
        part = sock.recv(min(size - len(data), 1 << 20))
        if not part:
            raise EOFError
        data += part
    return bytes(data)

"""Connecting to servers on this machine, by every kind of address, and to the internet."""

from attack import attack

attack(
    "a server on the loopback",
    """
import socket
socket.create_connection(("127.0.0.1", @PORT@), timeout=2).sendall(b"x")
""",
    reason="ConnectionRefusedError",
)

attack(
    "a server on the loopback by its other names",
    """
import socket
for host in ("localhost", "0.0.0.0", "127.0.0.2", "::1", "host.docker.internal", "10.0.2.2", "169.254.169.254"):
    try: socket.create_connection((host, @PORT@), timeout=0.3).sendall(b"x")
    except OSError: pass
""",
)

attack(
    "a server by its IPv6 address",
    """
import socket
socket.create_connection(("::1", @PORT6@), timeout=2).sendall(b"x")
""",
    reason="Connection refused",
)

attack(
    "a datagram",
    """
import socket
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for host in ("127.0.0.1", "255.255.255.255", "224.0.0.1"):
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        sock.sendto(b"x", (host, @UDP@))
    except OSError: pass
""",
)

attack(
    "a socket by its path",
    """
import socket
for path in ("@SOCKET@", "/proc/1/root@SOCKET@", "/var/run/docker.sock", "/run/dbus/system_bus_socket"):
    try: socket.socket(socket.AF_UNIX).connect(path)
    except OSError as error: last = error
raise last
""",
    reason="FileNotFoundError",
)

attack(
    "a socket by its abstract name",
    """
import socket
socket.socket(socket.AF_UNIX).connect("@ABSTRACT@")
""",
    reason="ConnectionRefusedError",
)

attack(
    "a name and a page of the world",
    """
import socket, urllib.request
try: socket.getaddrinfo("example.com", 80)
except OSError as error: print(error)
urllib.request.urlopen("http://192.0.2.1/", timeout=2)
""",
    reason="nreachable",
)

attack(
    "raw packets and odd kinds of sockets",
    """
import socket
for family in ("AF_PACKET", "AF_NETLINK", "AF_VSOCK", "AF_BLUETOOTH", "AF_ALG", "AF_CAN", "AF_INET", "AF_TIPC"):
    for kind in (socket.SOCK_RAW, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
        try: sock = socket.socket(getattr(socket, family), kind, 1)
        except (OSError, AttributeError): continue
        try: sock.sendto(b"x" * 64, ("127.0.0.1", @UDP@))
        except (OSError, TypeError, AttributeError): pass
""",
)

attack(
    "a server of its own for others to find",
    """
import socket, threading
servers = [socket.create_server(("0.0.0.0", @PORT@)), socket.create_server(("127.0.0.1", 0))]
path = socket.socket(socket.AF_UNIX); path.bind("/tmp/PLANTED"); path.listen()
abstract = socket.socket(socket.AF_UNIX); abstract.bind("\\0@MARK@"); abstract.listen()
""",
)

attack(
    "links in the place of the kernel's sockets",
    """
import glob, os
for path in glob.glob("/run/kernel/k-*"):
    os.unlink(path)
    os.symlink("@SOCKET@", path)
for number in range(3, 60):
    try:
        if "socket" in os.readlink(f"/proc/self/fd/{number}"): os.close(number)
    except OSError: pass
""",
    at_most=True,
)

attack(
    "descriptors sent over the channel",
    """
import array, os, socket
for number in range(3, 60):
    try:
        sock = socket.socket(fileno=os.dup(number))
        sock.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))])
    except OSError: pass
""",
    at_most=True,
)

import pytest

from autograder.sandbox import seccomp

pytestmark = pytest.mark.skipif(seccomp.program() is None, reason="the system calls of this machine are not known")

TRY = """
import ctypes, platform
libc = ctypes.CDLL(None, use_errno=True)
column = ["x86_64", "aarch64"].index(platform.machine())
def refused(row, *arguments):
    arguments = [ctypes.c_long(value) for value in arguments]
    return libc.syscall(ctypes.c_long(row[column]), *arguments) == -1 and ctypes.get_errno()
"""


def test_system_calls_that_no_notebook_needs_are_refused(run):
    look = f"print([name for name, row in {seccomp.FORBIDDEN!r}.items() if refused(row, -1, -1, -1, -1, -1) != 1])"
    assert run(TRY + look) == ["[]"]


def test_no_namespace_can_be_made(run):
    look = f"""
for flag in range(32):
    if 1 << flag & {seccomp.NAMESPACES}:
        print(refused({seccomp.CLONE!r}, 1 << flag, 0, 0, 0, 0), end=" ")
print(refused({seccomp.CLONE3!r}, 0, 0))"""
    assert run(TRY + look) == ["1 " * 8 + "38"]  # EPERM, and ENOSYS


def test_there_are_sockets_of_the_usual_families_only(run):
    look = """
import socket
open_ = set()
for family in range(50):
    for kind in (1, 2, 3, 5):
        for make in (socket.socket, socket.socketpair):
            try:
                make(family, kind)
                open_.add(family)
            except OSError:
                pass
print(open_ - {1, 2, 10, 16}, 1 in open_)"""
    assert run(look) == ["set() True"]


def test_memory_that_no_limit_counts_cannot_be_had_and_the_usual_can(run):
    shared = "import mmap\nmmap.mmap(-1, 4096)"
    private = "print(len(mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)))"
    between = "import multiprocessing\nprint(multiprocessing.Array('d', 3)[:])"
    (refused, *allowed) = run(shared, private, between)
    assert refused.startswith("PermissionError") and allowed == ["4096", "[0.0, 0.0, 0.0]"]

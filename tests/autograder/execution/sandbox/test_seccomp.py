"""What the filter of system calls refuses: listed here, evaluated on the filter itself, and tried in a sandbox."""

import errno
import platform
import struct

import pytest

from autograder.execution.sandbox import seccomp

# name: (number on x86_64, number on aarch64), from asm/unistd_64.h and asm-generic/unistd.h. Add every call that is
# added to the filter; never remove one. docs/security.md gives the reasons.
REFUSED = {
    # namespaces, mounts, other roots
    "chroot": (161, 51), "fsconfig": (431, 431), "fsmount": (432, 432), "fsopen": (430, 430), "fspick": (433, 433),
    "mount": (165, 40), "mount_setattr": (442, 442), "move_mount": (429, 429), "open_tree": (428, 428),
    "open_tree_attr": (467, 467), "pivot_root": (155, 41), "setns": (308, 268), "umount2": (166, 39),
    "unshare": (272, 97),
    # other processes, and files opened without their names
    "kcmp": (312, 272), "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "pidfd_getfd": (438, 438),
    "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "ptrace": (101, 117),
    # activity elsewhere on the machine
    "cachestat": (451, 451), "fanotify_init": (300, 262), "mincore": (27, 232), "perf_event_open": (298, 241),
    "sync": (162, 81), "syncfs": (306, 267), "syslog": (103, 116),
    # another processor, or a larger share of one
    "ioprio_set": (251, 30), "sched_setaffinity": (203, 122), "sched_setattr": (314, 274),
    # memory that no limit counts
    "io_setup": (206, 0), "memfd_create": (319, 279), "memfd_secret": (447, 447), "mq_open": (240, 180),
    "msgget": (68, 186), "semget": (64, 190), "shmget": (29, 194), "userfaultfd": (323, 282),
    # keys, programs that the operating system's kernel runs, other kernels
    "add_key": (248, 217), "bpf": (321, 280), "io_uring_setup": (425, 425), "kexec_load": (246, 104),
    "keyctl": (250, 219), "request_key": (249, 218),
}  # fmt: skip
ABSENT = {"inotify_init": (253, 26), "inotify_init1": (294, 26)}  # aarch64 has only the latter
PRETENDED = {"setsid": (112, 157)}  # not done, but answered with success
CLONE3 = 435  # without it glibc uses clone, whose flags a filter can read
CLONE, MMAP, SOCKET, SOCKETPAIR = {"x86_64": (56, 9, 41, 53), "aarch64": (220, 222, 198, 199)}.get(
    platform.machine(), (None,) * 4
)
NAMESPACES = {
    "time": 0x80, "mount": 0x20000, "cgroup": 0x2000000, "uts": 0x4000000, "ipc": 0x8000000, "user": 0x10000000,
    "pid": 0x20000000, "net": 0x40000000,
}  # fmt: skip
FAMILIES = {1, 2, 10, 16}  # AF_UNIX, AF_INET, AF_INET6, AF_NETLINK
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

known = pytest.mark.skipif(
    platform.machine() not in ARCHITECTURES, reason="the system call numbers of this machine are not listed here"
)
TRY = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def refused(number, *arguments):
    arguments = [ctypes.c_long(value) for value in arguments]
    return libc.syscall(ctypes.c_long(number), *arguments) == -1 and ctypes.get_errno()
"""


def answer(program, number, *arguments, architecture=None):
    """Interpret a classic BPF filter for one system call.

    Returns the errno of a refused call, 0 for an allowed one, "done" for a call that is skipped and reported as done.
    """
    architecture = architecture or ARCHITECTURES[platform.machine()]
    data = struct.pack("<iIQ6Q", number, architecture, 0, *arguments, *[0] * (6 - len(arguments)))
    accumulator = place = 0
    while True:
        code, if_true, if_false, value = struct.unpack_from("<HBBI", program, 8 * place)
        place += 1
        if code == 0x20:  # load a word
            accumulator = struct.unpack_from("<I", data, value)[0]
        elif code == 0x06:  # return
            assert value == 0x7FFF0000 or value >> 16 == 0x0005, "neither SECCOMP_RET_ALLOW nor SECCOMP_RET_ERRNO"
            return 0 if value == 0x7FFF0000 else value & 0xFFFF or "done"
        else:
            holds = {0x15: accumulator == value, 0x35: accumulator >= value, 0x45: accumulator & value != 0}[code]
            place += if_true if holds else if_false


@pytest.mark.parametrize(("machine", "column"), [("x86_64", 0), ("aarch64", 1)])
def test_the_filter_refuses_these_calls_and_no_others(machine, column, monkeypatch):
    monkeypatch.setattr(platform, "machine", lambda: machine)
    program = seccomp.program()
    answers = {number: answer(program, number, 1) for number in range(1000)}  # the argument 1 is always allowed
    expected = {numbers[column]: errno.EPERM for numbers in REFUSED.values()} | {CLONE3: errno.ENOSYS}
    expected |= {numbers[column]: errno.ENOSYS for numbers in ABSENT.values()}
    expected |= {numbers[column]: "done" for numbers in PRETENDED.values()}
    assert {number: refusal for number, refusal in answers.items() if refusal} == expected


@known
def test_the_filter_looks_at_arguments():
    program = seccomp.program()
    assert {answer(program, CLONE, flag) for flag in NAMESPACES.values()} == {errno.EPERM}
    assert answer(program, CLONE, 0x3D0F00) == answer(program, CLONE, 0x1200011) == 0  # flags of threads and forks
    for call in (SOCKET, SOCKETPAIR):
        assert {family for family in range(100) if answer(program, call, family) == 0} == FAMILIES
        assert answer(program, call, 40) == errno.EPERM  # AF_VSOCK
    shared, private, anonymous = 1, 2, 0x20
    kinds = (shared | anonymous, shared | private | anonymous, shared, private | anonymous)
    assert [answer(program, MMAP, 0, 4096, 3, kind) for kind in kinds] == [errno.EPERM, errno.EPERM, 0, 0]


BY_ARGUMENTS = {  # fcntl, rt_sigaction, setsockopt, clone, mmap, socket, socketpair
    "x86_64": (72, 13, 54, 56, 9, 41, 53),
    "aarch64": (25, 134, 208, 220, 222, 198, 199),
}


@pytest.mark.parametrize("machine", BY_ARGUMENTS)
def test_on_each_machine_the_arguments_decide_of_these_calls(machine, monkeypatch):
    monkeypatch.setattr(platform, "machine", lambda: machine)
    program = seccomp.program()
    fcntl, sigaction, setsockopt, clone, mmap, *sockets = BY_ARGUMENTS[machine]

    def answers(number, arguments):
        """{last argument: answer} for the calls that are not let through."""
        found = {given[-1]: answer(program, number, *given) for given in arguments}
        return {last: refusal for last, refusal in found.items() if refusal}

    onlookers = {1024: errno.EPERM, 1026: errno.EPERM, 1040: errno.EPERM}  # F_SETLEASE, F_NOTIFY, F_SETDELEG
    assert answers(fcntl, [(5, command) for command in range(2000)]) == onlookers
    buffers = dict.fromkeys([7, 8, 32, 33], "done")  # SO_SNDBUF, SO_RCVBUF, and their variants for root
    assert answers(setsockopt, [(5, 1, name) for name in range(100)]) == buffers  # 1: SOL_SOCKET
    other_levels = [level for level in range(300) if level != 1]
    assert {answer(program, setsockopt, 5, level, name) for level in other_levels for name in buffers} == {0}
    for action in (0x7F00_0000_1000, 0x7F00_0000_0000, 0x1000):  # pointers, also with a 32-bit half that is 0
        assert [signal for signal in range(65) if answer(program, sigaction, signal, action)] == [17]
        assert answer(program, sigaction, 17, action) == "done"
    assert answer(program, sigaction, 17, 0) == 0  # only queries the handler of SIGCHLD
    assert answers(clone, [(1 << bit,) for bit in range(32)]) == dict.fromkeys(NAMESPACES.values(), errno.EPERM)
    assert answers(mmap, [(0, 1, 3, flags) for flags in (0x01, 0x02, 0x20, 0x22)]) == {}
    assert answers(mmap, [(0, 1, 3, 0x21)]) == {0x21: errno.EPERM}
    for call in sockets:
        assert set(range(100)) - answers(call, [(family,) for family in range(100)]).keys() == FAMILIES


@known
def test_calls_by_other_numbers_are_refused():
    program, here = seccomp.program(), ARCHITECTURES[platform.machine()]
    for other in {0x40000003, 0x40000028, *ARCHITECTURES.values()} - {here}:  # 32-bit x86 and ARM as well
        assert answer(program, 1, architecture=other) == errno.EPERM
    assert answer(program, 0x40000000) == answer(program, 0x40000000 | 165) == errno.ENOSYS  # x32


def test_an_unknown_machine_has_no_filter(monkeypatch):
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    assert seccomp.program() is None


@pytest.mark.slow
@known
def test_system_calls_that_no_notebook_needs_are_refused_in_the_sandbox(run):
    numbers = {name: row[list(ARCHITECTURES).index(platform.machine())] for name, row in REFUSED.items()}
    look = f"print([name for name, n in {numbers}.items() if refused(n, -1, -1, -1, -1, -1) != {errno.EPERM}])"
    assert run(TRY + look) == ["[]"]


@pytest.mark.slow
@known
def test_no_namespace_can_be_made(run):
    look = f"""
print(*(refused({CLONE}, flag, 0, 0, 0, 0) for flag in {[*NAMESPACES.values()]}))
print(refused({CLONE3}, 0, 0))"""
    assert run(TRY + look) == ["1 1 1 1 1 1 1 1\n38"]  # EPERM, and ENOSYS


@pytest.mark.slow
@known
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


@pytest.mark.slow
@known
def test_memory_that_no_limit_counts_cannot_be_had_and_the_usual_can(run):
    shared = "import mmap\nmmap.mmap(-1, 4096)"
    private = "print(len(mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)))"
    between = "import multiprocessing\nprint(multiprocessing.Array('d', 3)[:])"
    (refused, *allowed) = run(shared, private, between)
    assert refused.startswith("PermissionError") and allowed == ["4096", "[0.0, 0.0, 0.0]"]

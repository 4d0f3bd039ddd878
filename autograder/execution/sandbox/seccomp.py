"""The system calls that are forbidden to student code, as a filter for seccomp.

Most of these calls reach parts of the operating system that no notebook needs and in which most of its security holes
were found. Others take memory that no limit of a process counts (memfd_create, System V shared memory, mappings shared
without a file), bypass the network namespace (sockets to a virtual machine's host, Bluetooth), leave the processor to
which the kernel was bound, or show what the rest of the machine does (inotify, leases, mincore).

Some calls do nothing but report success, because well-behaved libraries fail if they are refused: setting the size of a
socket's buffers, starting a session, changing the action on SIGCHLD. A parent that ignores SIGCHLD would hide the
processor time of its children. A new session would get its own share of the processor (sched_autogroup_enabled).

The filter does not use pyseccomp, because that needs libseccomp.so, which bubblewrap does not bring with it. libseccomp
also knows only the calls in its own table: version 2.5.4 (Debian 12) has no open_tree_attr.
"""

import errno
import platform
import struct

# name: (number on x86_64, number on aarch64), from Linux's syscall tables
FORBIDDEN = {
    "add_key": (248, 217),
    "bpf": (321, 280),
    "cachestat": (451, 451),
    "chroot": (161, 51),
    "fanotify_init": (300, 262),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "io_setup": (206, 0),
    "io_uring_setup": (425, 425),
    "ioprio_set": (251, 30),
    "kcmp": (312, 272),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "mincore": (27, 232),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "mq_open": (240, 180),
    "msgget": (68, 186),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "open_tree_attr": (467, 467),
    "perf_event_open": (298, 241),
    "pidfd_getfd": (438, 438),
    "pivot_root": (155, 41),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "request_key": (249, 218),
    "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274),
    "semget": (64, 190),
    "setns": (308, 268),
    "shmget": (29, 194),
    "sync": (162, 81),
    "syncfs": (306, 267),
    "syslog": (103, 116),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
}
# if these calls do not exist, libraries such as watchfiles poll instead
ABSENT = {"inotify_init": (253, 26), "inotify_init1": (294, 26)}  # aarch64 has only the latter
PRETENDED = {"setsid": (112, 157)}
CLONE, CLONE3, MMAP, SOCKET_CALLS = (56, 220), (435, 435), (9, 222), ((41, 198), (53, 199))  # socket, socketpair
NAMESPACES = 0x7E020080  # the CLONE_NEW... flags of clone
SHARED, ANONYMOUS = 0x01, 0x20  # MAP_... flags of mmap
FCNTL, ONLOOKERS = (72, 25), (1024, 1026, 1040)  # F_SETLEASE, F_NOTIFY, F_SETDELEG report what others do to a file
SIGACTION, SIGCHLD = (13, 134), 17
SET_OPTION, SOCKET_LEVEL, BUFFERS = (54, 208), 1, (7, 8, 32, 33)  # setsockopt, SOL_SOCKET, SO_SNDBUF and the like
FAMILIES = (1, 2, 10, 16)  # AF_UNIX, AF_INET, AF_INET6, AF_NETLINK (with which ZeroMQ lists network interfaces)
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column of the tables above, AUDIT_ARCH_...
X32 = 0x40000000  # x86_64 has a second set of numbers for the same calls, which begins here

LOAD, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # of classic BPF
ALLOW, REFUSE = 0x7FFF0000, 0x00050000  # SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO
NUMBER, ARCHITECTURE = 0, 4  # offsets in struct seccomp_data
FIRST_ARGUMENT, SECOND_ARGUMENT, THIRD_ARGUMENT, FOURTH_ARGUMENT = 16, 24, 32, 40  # offsets of their lower halves


def program() -> bytes | None:
    """Return the filter in Linux's binary form; None on a machine whose system call numbers are not listed here."""
    if platform.machine() not in MACHINES:
        return None
    column, architecture = MACHINES[platform.machine()]
    return b"".join(
        [
            _instruction(LOAD, ARCHITECTURE),
            *(_instruction(JUMP_EQUAL, architecture, 1, 0), _REFUSE),  # 32-bit calls, for example, have other numbers
            _instruction(LOAD, NUMBER),
            *(_instruction(JUMP_AT_LEAST, X32, 0, 1), _UNKNOWN),
            *_case(CLONE3[column], [_UNKNOWN]),  # glibc then uses clone, whose flags a filter can read
            *(
                part
                for table, answer in ((FORBIDDEN, _REFUSE), (ABSENT, _UNKNOWN), (PRETENDED, _PRETEND))
                for row in table.values()
                for part in _case(row[column], [answer])
            ),
            *_cases_by_arguments(column),
            _ALLOW,
        ]
    )


def _cases_by_arguments(column: int) -> list[bytes]:
    """Return the instructions for calls that depend on their arguments. column: the machine's column in the tables."""
    families = [_instruction(JUMP_EQUAL, family, len(FAMILIES) - i) for i, family in enumerate(FAMILIES)]
    return [
        *_case(
            FCNTL[column],
            [
                _instruction(LOAD, SECOND_ARGUMENT),
                *(_instruction(JUMP_EQUAL, what, len(ONLOOKERS) - i) for i, what in enumerate(ONLOOKERS)),
                *(_ALLOW, _REFUSE),
            ],
        ),
        *_case(
            SIGACTION[column],
            [
                _instruction(LOAD, FIRST_ARGUMENT),
                _instruction(JUMP_EQUAL, SIGCHLD, 0, 5),
                _instruction(LOAD, SECOND_ARGUMENT),  # pointer to the new action; null only reads the present action
                _instruction(JUMP_EQUAL, 0, 0, 2),
                _instruction(LOAD, SECOND_ARGUMENT + 4),  # its upper half
                _instruction(JUMP_EQUAL, 0, 1, 0),
                *(_PRETEND, _ALLOW),
            ],
        ),
        *_case(
            SET_OPTION[column],
            [
                _instruction(LOAD, SECOND_ARGUMENT),
                _instruction(JUMP_EQUAL, SOCKET_LEVEL, 0, len(BUFFERS) + 1),
                _instruction(LOAD, THIRD_ARGUMENT),
                *(_instruction(JUMP_EQUAL, name, len(BUFFERS) - i) for i, name in enumerate(BUFFERS)),
                *(_ALLOW, _PRETEND),
            ],
        ),
        *_case(
            CLONE[column],
            [_instruction(LOAD, FIRST_ARGUMENT), _instruction(JUMP_ANY_BIT, NAMESPACES, 0, 1), _REFUSE, _ALLOW],
        ),
        *_case(
            MMAP[column],
            [
                _instruction(LOAD, FOURTH_ARGUMENT),
                _instruction(JUMP_ANY_BIT, SHARED, 0, 2),
                _instruction(JUMP_ANY_BIT, ANONYMOUS, 0, 1),
                *(_REFUSE, _ALLOW),
            ],
        ),
        *(
            part
            for row in SOCKET_CALLS
            for part in _case(row[column], [_instruction(LOAD, FIRST_ARGUMENT), *families, _REFUSE, _ALLOW])
        ),
    ]


def _case(number: int, instructions: list[bytes]) -> list[bytes]:
    """Return these instructions, which end with a return, for the call of this number."""
    return [_instruction(JUMP_EQUAL, number, 0, len(instructions)), *instructions]


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """Return an instruction of classic BPF. A jump skips `if_true` or `if_false` instructions."""
    return struct.pack("=HBBI", code, if_true, if_false, value)


_ALLOW, _REFUSE, _UNKNOWN, _PRETEND = (
    _instruction(RETURN, answer) for answer in (ALLOW, REFUSE | errno.EPERM, REFUSE | errno.ENOSYS, REFUSE)
)

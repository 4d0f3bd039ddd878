"""The system calls that student code does without, as a filter for `bwrap --seccomp`.

They reach parts of the operating system that no notebook needs, and where most of its holes were found, or take
memory that no limit of a process counts (memfd_create, System V shared memory).
"""

import errno
import platform
import struct

# name: number on x86_64, on aarch64 (the kernel's syscall tables)
FORBIDDEN = {
    "add_key": (248, 217),
    "bpf": (321, 280),
    "chroot": (161, 51),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "io_uring_setup": (425, 425),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "mq_open": (240, 180),
    "msgget": (68, 186),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "perf_event_open": (298, 241),
    "pivot_root": (155, 41),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "request_key": (249, 218),
    "semget": (64, 190),
    "setns": (308, 268),
    "shmget": (29, 194),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
}
CLONE, CLONE3 = (56, 220), (435, 435)
NAMESPACES = 0x7E020000  # the CLONE_NEW... flags of clone
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column above, AUDIT_ARCH_...
X32 = 0x40000000  # x86_64's second set of numbers for the same calls

LOAD, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # of classic BPF
ALLOW, REFUSE = 0x7FFF0000, 0x00050000  # SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data


def program() -> bytes | None:
    """The filter in the kernel's form, or None where this machine's system call numbers are not known here."""
    if platform.machine() not in MACHINES:
        return None
    column, architecture = MACHINES[platform.machine()]
    numbers = [row[column] for row in FORBIDDEN.values()]
    return b"".join(
        [
            _instruction(LOAD, ARCHITECTURE),
            _instruction(JUMP_EQUAL, architecture, 1, 0),
            _instruction(RETURN, REFUSE | errno.EPERM),  # such as 32-bit calls, whose numbers are others
            _instruction(LOAD, NUMBER),
            _instruction(JUMP_AT_LEAST, X32, len(numbers) + 5, 0),
            # glibc then takes clone, whose flags a filter can see
            _instruction(JUMP_EQUAL, CLONE3[column], len(numbers) + 5, 0),
            *(_instruction(JUMP_EQUAL, number, len(numbers) - i + 3, 0) for i, number in enumerate(numbers)),
            _instruction(JUMP_EQUAL, CLONE[column], 0, 2),
            _instruction(LOAD, FIRST_ARGUMENT),
            _instruction(JUMP_ANY_BIT, NAMESPACES, 1, 0),
            _instruction(RETURN, ALLOW),
            _instruction(RETURN, REFUSE | errno.EPERM),
            _instruction(RETURN, REFUSE | errno.ENOSYS),
        ]
    )


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)

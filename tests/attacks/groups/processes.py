"""Processes that outlive a cell, a kernel or the sandbox, kill others, or leave files for the next kernel."""

from attack import attack

attack(
    "a daemon",
    """
import os, subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", "@MARK@"], start_new_session=True)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0: os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(60)", "@MARK@"])
    os._exit(0)
""",
)

attack(
    "a process that changes the answers behind the kernel",
    """
import os, time
if os.fork() == 0:
    for name in ("HUP", "TERM", "INT"):
        import signal; signal.signal(getattr(signal, "SIG" + name), signal.SIG_IGN)
    for _ in range(200):
        for fd in range(3, 40):
            try: os.write(fd, b"4")
            except OSError: pass
        time.sleep(0.1)
    os._exit(0)
""",
    at_most=True,
)

attack(
    "a thread that goes on after its cell",
    """
import threading, time
def go():
    while True:
        checks.close = checks.equal = checks.true = checks.gradient = lambda *_, **__: None
        np.testing.assert_allclose = lambda *_, **__: None
        print("4")
        time.sleep(0.01)
threading.Thread(target=go, daemon=True).start()
""",
)

attack(
    "what is done at exit",
    """
import atexit, os, subprocess, sys, weakref
def last(*_):
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", "@MARK@"], start_new_session=True)
    open("/tmp/PLANTED", "w").write("x")
    while True: pass
atexit.register(last)
weakref.finalize(get_ipython(), last)
get_ipython().kernel.do_shutdown = lambda restart: last()
""",
)

attack(
    "timers and alarms",
    """
import signal, threading
signal.signal(signal.SIGALRM, lambda *_: None)
signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
threading.Timer(1, lambda: __import__("os")._exit(0)).start()
""",
    at_most=True,
)

for call in ("os._exit(0)", "exit()", "raise SystemExit(0)", "get_ipython().kernel.do_shutdown(False)"):
    attack(f"ends its kernel with {call}", f"import os\n{call}", at_most=True)

attack(
    "ends its kernel in each answer",
    """
import os
# %% softmax_loss
os._exit(0)
# %% batches
os.abort()
# %% derivative
os.kill(os.getpid(), 9)
# %% label_of
os.execv("/bin/true", ["true"])
""",
    at_most=True,
    reason="kernel",
)

attack(
    "kills whatever it can name",
    """
import os, signal
for pid in (os.getppid(), 1, @GRADER@, *range(2, 30)):
    if pid != os.getpid():
        try: os.kill(pid, signal.SIGKILL)
        except OSError: pass
""",
    at_most=True,
)

attack(
    "kills its group and everybody",
    """
import os, signal
for pid in (0, -1): os.kill(pid, signal.SIGKILL)
""",
    at_most=True,
)

attack(
    "stops its group and everybody",
    """
import os, signal
os.kill(-1, signal.SIGSTOP); os.kill(0, signal.SIGSTOP)
""",
    at_most=True,
)

attack(
    "a file for the next kernel to start with",
    """
import os
for path in ("~/.ipython/profile_default/startup/00.py", "~/.ipython/profile_default/ipython_config.py", "numpy.py",
             "sitecustomize.py", "usercustomize.py", "cs231n_lib/checks/__init__.py",
             "~/.config/matplotlib/matplotlibrc",
             "~/.local/lib/python3.11/site-packages/x.pth", "/tmp/PLANTED.py", "ipykernel_launcher.py",
             np.__path__[0] + "/PLANTED.py", checks.__file__, np.__path__[0] + "/../PLANTED.pth", "/course/PLANTED"):
    path = os.path.expanduser(path)
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(path, "a") as file: file.write("import os; open('/tmp/PLANTED', 'w'); close = true = print\\n")
    except OSError as error: print(error)
os._exit(0)
""",
    at_most=True,
    reason="kernel",
)

attack(
    "writes where it must not",
    """
import os
for path in ("@WORKSPACE@/PLANTED", "@WORKSPACE@/submitted/@HONEST@/small/losses.ipynb", "@HOME@/PLANTED", "/PLANTED",
             "@WORKSPACE@/gradebook.db", "@WORKSPACE@/source/small/losses.ipynb", "/tmp/PLANTED", "/dev/shm/PLANTED",
             "/proc/1/root/tmp/PLANTED", "/proc/sys/kernel/core_pattern", "/proc/self/oom_score_adj", "/etc/PLANTED"):
    try:
        with open(path, "w") as file: file.write("x")
    except OSError: pass
for path in ("@WORKSPACE@/submitted", "@HOME@"):
    try: os.rename(path, path + "PLANTED")
    except OSError: pass
""",
)

attack(
    "devices and mounts of its own",
    """
import ctypes, os, stat
libc = ctypes.CDLL(None, use_errno=True)
for call in (lambda: os.mknod("/tmp/PLANTED", stat.S_IFBLK | 0o666, os.makedev(8, 0)), lambda: os.setuid(0),
             lambda: os.open("/dev/sda", os.O_RDONLY), lambda: os.open("/dev/mem", os.O_RDONLY), lambda: os.chroot("/"),
             lambda: print(libc.mount(b"proc", b"/tmp", b"proc", 0, 0), libc.umount2(b"/proc", 2)),
             lambda: print(libc.syscall(272, 0x10000000), libc.syscall(319, b"x", 0), libc.syscall(425, 8, 0))):
    try: call()
    except OSError: pass
""",
)

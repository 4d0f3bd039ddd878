"""Patching what the tests use: NumPy, checks, built-ins, IPython, the interpreter."""

from attack import attack

attack("wrong answers and nothing else", "", reason="softmax_loss: the loss")

attack(
    "assertions of numpy.testing say nothing",
    """
import numpy.testing
for name in numpy.testing.__all__:
    if name.startswith("assert_"):
        setattr(numpy.testing, name, lambda *_, **__: None)
import builtins
builtins.abs = lambda *_: 0.0
""",
)

attack(
    "every comparison of NumPy says yes",
    """
for name in ("allclose", "array_equal", "isclose", "all", "any", "isfinite", "abs"):
    setattr(np, name, lambda *_, **__: np.True_)
np.asarray = np.array = lambda *_, **__: np.zeros(())
""",
)

attack(
    "the checks check nothing",
    """
for name in checks.__all__:
    if name != "CheckFailed":
        setattr(checks, name, lambda *_, **__: None)
""",
)

attack(
    "the checks have other code inside",
    """
def nothing(*_, **__): pass
for name in ("close", "equal", "gradient", "true", "unchanged", "_fail"):
    f = getattr(checks, name)
    f.__code__, f.__defaults__, f.__kwdefaults__ = nothing.__code__, None, None
np.testing.assert_allclose.__wrapped__ = nothing
""",
)

attack(
    "modules that lie stand in sys.modules",
    """
import sys, types
class Lie(types.ModuleType):
    __path__ = []
    def __getattr__(self, name):
        if name.startswith("__"): raise AttributeError(name)
        return lambda *_, **__: 4
for name in ("numpy.testing", "cs231n_lib", "cs231n_lib.checks", "_cs231n_agent", "autograder"):
    sys.modules[name] = Lie(name)
np = checks = Lie("numpy")
""",
)

attack(
    "imports bring modules of the student's",
    """
import builtins, importlib.abc, importlib.util, sys
class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        return importlib.util.spec_from_loader(name, self)
    def exec_module(self, module):
        module.close = module.equal = module.gradient = module.true = lambda *_, **__: None
sys.meta_path.insert(0, Finder())
for name in [name for name in sys.modules if name.startswith("cs231n_lib")]: del sys.modules[name]
real = builtins.__import__
builtins.__import__ = lambda name, *_: Finder if name.startswith("cs231n_lib") else real(name, *_)
""",
)

attack(
    "built-ins lie",
    """
import builtins
builtins.sum = lambda *_: 4
builtins.len = lambda *_: 2
builtins.abs = lambda *_: 0.0
builtins.AssertionError = type("Nothing", (Exception,), {})
builtins.print = lambda *_: None
""",
)

attack(
    "built-ins are names of the notebook",
    """
def sum(*_): return 4
def abs(*_): return 0.0
def list(*_): return [np.zeros((5, 2))]
def len(*_): return 2
class AssertionError(Exception): pass
class Exception(BaseException): pass
""",
)

attack(
    "the names of the instructor are the student's",
    """
class Lie:
    __array_ufunc__ = None
    def __getattr__(self, name): return lambda *_, **__: self
    def __call__(self, *_, **__): return self
    __add__ = __sub__ = __mul__ = __matmul__ = __eq__ = __lt__ = __le__ = __or__ = __call__
np = checks = make_problem = secret = cases = expected = before = rows = W = X = y = loss = dW = Lie()
""",
)

attack(
    "every test cell is emptied before it runs",
    """
ip = get_ipython()
def emptied(lines): return ["pass\\n"] if any("secret" in line for line in lines) else lines
ip.input_transformers_cleanup.insert(0, emptied)
""",
)

attack(
    "assertions are taken out of the syntax tree",
    """
import ast
class Out(ast.NodeTransformer):
    def visit_Assert(self, node): return ast.Pass()
    def visit_Expr(self, node):
        text = ast.unparse(node)
        if text.startswith("sum"): return ast.Expr(ast.Constant(4))
        return ast.Expr(ast.Constant(None)) if text.startswith(("checks", "np.testing")) else node
get_ipython().ast_transformers.append(Out())
""",
)

attack(
    "the shell runs nothing and says that all is well",
    """
ip = get_ipython()
from IPython.core.interactiveshell import ExecutionResult
real = type(ip).run_cell_async
async def run_cell_async(self, raw_cell, *_, **__):  # what the judge speaks to still runs
    return await real(self, raw_cell, *_, **__) if "serve" in raw_cell else ExecutionResult(None)
type(ip).run_cell_async = run_cell_async
""",
)

attack(
    "the kernel answers ok to whatever it is asked",
    """
async def do_execute(self, code, *_, **__):
    if "_cs231n" in code or "serve" in code: return await real(self, code, *_, **__)
    return {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}}
kind = type(get_ipython().kernel)
real, kind.do_execute = kind.do_execute, do_execute
""",
)

attack(
    "errors are not shown",
    """
ip = get_ipython()
ip.showtraceback = ip._showtraceback = ip.showsyntaxerror = lambda *_, **__: None
ip.set_custom_exc((BaseException,), lambda self, *_, **__: None)
""",
)

attack(
    "the display hook shows four points",
    """
import sys
ip = get_ipython()
def four(value=None):
    ip.kernel.session.send(ip.kernel.iopub_socket, "execute_result", parent=ip.kernel.get_parent(),
        content={"execution_count": 1, "data": {"text/plain": "4"}, "metadata": {}})
type(ip.displayhook).__call__ = lambda self, value=None: four()
ip.display_formatter.formatters["text/plain"].for_type(int, lambda value, *_: _.text("4") if _ else None)
sys.displayhook = four
""",
)

attack(
    "a hook ends every cell before it begins",
    """
ip = get_ipython()
def skip(info):
    info.raw_cell = ""
    for name in ("W", "X"): ip.user_ns.pop(name, None)
ip.events.register("pre_run_cell", skip)
ip.events.register("pre_execute", lambda: None)
ip.events.register("post_run_cell", lambda result: setattr(result, "error_in_exec", None))
""",
)

attack(
    "the tracer jumps over what fails",
    """
import sys
def tracer(frame, event, argument):
    if "secret" in frame.f_code.co_names and event == "line":
        try: frame.f_lineno = max(line for *_, line in frame.f_code.co_lines() if line)
        except ValueError: pass
    return tracer
sys.settrace(tracer)
get_ipython().events.register("pre_run_cell", lambda _: sys.settrace(tracer))
# %% softmax_loss
def softmax_loss(W, X, y, reg):
    frame = sys._getframe()
    while frame:
        frame.f_trace = tracer
        frame = frame.f_back
    return 0.0, W * 0
""",
)

attack(
    "a profiler and a monitor change the tests' variables",
    """
import sys, ctypes
def change(*_):
    frame = sys._getframe(1)
    while frame:
        if "expected" in frame.f_locals:
            frame.f_locals["expected"] = frame.f_globals["expected"] = frame.f_locals.get("loss")
        frame = frame.f_back
sys.setprofile(change)
if hasattr(sys, "monitoring"):
    sys.monitoring.use_tool_id(3, "x")
    sys.monitoring.register_callback(3, sys.monitoring.events.CALL, change)
    sys.monitoring.set_events(3, sys.monitoring.events.CALL)
""",
)

attack(
    "an audit hook forbids whatever fails",
    """
import sys
def hook(event, arguments):
    if event in ("compile", "exec") and "secret" in str(arguments): raise RuntimeError("no test")
sys.addaudithook(hook)
""",
)

attack(
    "what a test keeps is changed behind its back",
    """
import gc, sys
# %% softmax_loss
def softmax_loss(W, X, y, reg):
    for scope in (frame.f_globals for frame in frames()):
        scope.update(checks=Anything(), np=Anything(), expected=0.0)
    return 0.0, np.zeros_like(W)
class Anything:
    def __getattr__(self, name): return lambda *_, **__: self
    def __call__(self, *_, **__): return 4
def frames():
    frame = sys._getframe(1)
    while frame:
        yield frame
        frame = frame.f_back
""",
)

attack(
    "the agent answers with what it is given",
    """
import gc
kind = next((type(o) for o in gc.get_objects() if type(o).__name__ == "Agent"), None)
if kind:
    scope = kind.serve.__globals__
    answer = lambda agent, target, arguments=(), *_: (arguments[-1] if arguments else 4, 0)
    kind._call = kind._fetch = kind._defined = answer
    scope["_OPERATIONS"].update({name: answer for name in scope["_OPERATIONS"] if name != "stop"})
""",
)

attack(
    "modules of the agent are forged before they are needed",
    """
import sys, types
for name in list(sys.modules):
    if "agent" in name or name.startswith("_cs231n"):
        sys.modules[name] = types.SimpleNamespace(connect=print, serve=print)
__name__ = "__judge__"
__import__ = eval = exec = globals = compile = lambda *_, **__: None
""",
)

attack(
    "the recursion limit and the garbage collector are set to trouble",
    """
import gc, sys, threading
sys.setrecursionlimit(60)
sys.setswitchinterval(1000)
gc.set_threshold(1)
np.seterr(all="raise")
import warnings; warnings.simplefilter("error")
""",
    at_most=True,
)

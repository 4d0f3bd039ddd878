"""Words, names and exceptions that imitate a passed test."""

from attack import attack

# softmax_loss, batches, derivative and label_of each raise one
RAISED = {
    "what ends Python": ["SystemExit(0)", "KeyboardInterrupt()", "BaseException(0)", "GeneratorExit()"],
    "what ends a loop": ["StopIteration(4)", "StopAsyncIteration()", "GeneratorExit()", "StopIteration()"],
    "what the tests raise": ["AssertionError()", "checks.CheckFailed()", "AssertionError('passed')", "Named()"],
    "what says that it is not begun": ["NotImplementedError('exercise softmax_loss: write your code here')"] * 4,
    "what says that the machine is to blame": ["TimeLimit('not run: restarted')", "MemoryError()", "OSError(28, '')",
                                               "DeadKernelError()"],
    "what is not shown": ["Silent()", "Broken()", "SkipTest()", "BaseExceptionGroup('x', [SystemExit(0)])"],
}  # fmt: skip

for what, raised in RAISED.items():
    attack(
        f"raises {what}",
        f"""
class Named(AssertionError): pass
Named.__name__ = Named.__qualname__ = "CheckFailed"
class TimeLimit(Exception): pass
class DeadKernelError(RuntimeError): pass
class SkipTest(Exception): __module__ = "unittest.case"
class Silent(Exception):
    _render_traceback_ = lambda self: None
class Broken(Exception):
    __str__ = __repr__ = lambda self: None
    __traceback__ = property(lambda self: 1/0)
# %% softmax_loss
def softmax_loss(*_): raise {raised[0]}
# %% batches
def batches(X, size):
    yield np.zeros((2, 2))
    raise {raised[1]}
# %% derivative
def derivative(f, x):
    f(x)
    raise {raised[2]}
# %% label_of
def label_of(scores): raise {raised[3]}
""",
        reason="softmax_loss",
    )

attack(
    "prints what a passed test prints",
    """
def passed(): print("softmax_loss: passed (2 / 2)\\n\\x1b[32mall tests passed\\x1b[0m\\r\\x1b[2J\\x1b[1A4")
# %% softmax_loss
def softmax_loss(W, X, y, reg):
    passed(); import sys; sys.stderr.write("\\x1b[2K4")
    raise SystemExit("passed")
# %% label_of
def label_of(scores): passed(); return "4"
# %% end
4
""",
)

attack(
    "names of the judge's own",
    """
__name__ = __file__ = "__judge__"
__was_changed__ = __source__ = __builtins__ = __loader__ = __spec__ = lambda *_: False
_student_handle = _student_connection = connection = judge = session = names = In = Out = _ = __ = get_ipython
__main__ = checks
import sys
sys.modules["__main__"].__was_changed__ = lambda value: False
sys.modules["__main__"] = checks
""",
    at_most=True,
)

attack(
    "functions whose signature and text are other than they are",
    """
import functools, inspect
class Twice:
    def __call__(self, *_, **__): return 4
    __wrapped__ = np.argmax
    __code__ = np.argmax.__class__
    __source__ = "def label_of(scores): return int(np.argmax(scores))"
    __peak_memory__ = lambda self, *_: (4, 0)
    __signature__ = inspect.Signature()
    __defaults__ = __globals__ = __closure__ = property(lambda self: 1/0)
# %% softmax_loss
softmax_loss = functools.partial(Twice())
# %% label_of
label_of = Twice()
""",
)

attack(
    "answers that are classes, modules and coroutines",
    """
import types
# %% softmax_loss
async def softmax_loss(*_): return 0.0, 0
# %% batches
class batches(list):
    def __new__(cls, X, size): return types.ModuleType("batches")
# %% derivative
derivative = types.ModuleType("derivative")
# %% label_of
class label_of(int):
    def __eq__(self, other): return True
    __hash__ = int.__hash__
""",
)

attack(
    "the honest class is replaced after its test",
    """
class RunningMean:
    def __init__(self): raise SystemExit
del np, checks, make_problem
""",
)

attack(
    "the honest class is attacked itself",
    """
# %% running_mean
class RunningMean(float):
    def __getattribute__(self, name): return lambda *_: RunningMean()
    __eq__ = __le__ = lambda self, other: True
    __sub__ = __rsub__ = __abs__ = lambda self, *_: 0.0
    __hash__ = float.__hash__
    __class__ = float
""",
    points=0,
    reason="running_mean",
)

attack(
    "an honest answer that counts its calls",
    """
# %% running_mean
import sys
class RunningMean:
    def __init__(self): self.calls = 0
    def update(self, numbers): self.calls += 1
    def value(self): return 3.0 if self.calls < 3 else sys._getframe(1).f_locals.get("expected", 3.0)
""",
    points=0,
    reason="the mean after three times -3",
)

attack(
    "scikit-learn does the exercise",
    """
# %% label_of
def label_of(scores):
    from sklearn.preprocessing import normalize  # if it is installed where one grades, students may use it
    return 0
""",
)

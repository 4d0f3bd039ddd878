"""Returning objects that pretend to be equal to the expected value, or to be numbers or arrays."""

from attack import attack

LIES = """
class Liar:
    def _yes(self, *_, **__): return True
    __eq__ = __ne__ = __lt__ = __gt__ = __le__ = __ge__ = __bool__ = __contains__ = _yes
    def __hash__(self): return 0
    def _self(self, *_, **__): return self
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __pow__ = __abs__ = __neg__ = _self
    __truediv__ = __rtruediv__ = __matmul__ = __rmatmul__ = __call__ = __getitem__ = __enter__ = _self
"""


def lies(name, body, loss="Lie()", gradient="Lie()", **options):
    """Have softmax_loss, derivative and label_of return objects of the class Lie only."""
    attack(
        name,
        f"""{LIES}
{body}
# %% softmax_loss
def softmax_loss(W, X, y, reg): return {loss}, {gradient}
# %% batches
def batches(X, size): return {loss}
# %% derivative
def derivative(f, x): return {loss}
# %% label_of
def label_of(scores): return {loss}
""",
        **options,
    )


lies("an object that is equal to everything", "Lie = Liar", reason="object of type Liar")

lies(
    "an object with every attribute",
    """
class Lie(Liar):
    def __getattr__(self, name): return lambda *_, **__: self
""",
)

lies(
    "an array whose operators lie",
    """
class Array(np.ndarray):
    __eq__ = __le__ = __lt__ = __gt__ = __ge__ = lambda self, other: np.ones(self.shape, bool)
    __sub__ = __rsub__ = __abs__ = lambda self, *_: np.zeros(self.shape)
    def __array_ufunc__(self, ufunc, *_, **__): return np.ones((), bool)
    def __array_function__(self, *_, **__): return True
    def __array_finalize__(self, other): pass
    shape = property(lambda self: (3, 5))
    def __array__(self, *_, **__): return np.zeros((3, 5))
    sum = max = min = any = all = lambda self, *_, **__: np.zeros(3)
def Lie(shape=()): return np.zeros(shape).view(Array)
""",
    gradient="Lie(W.shape)",
)

lies(
    "a float whose comparisons lie",
    """
class Lie(float):
    __eq__ = __le__ = __lt__ = __gt__ = __ge__ = lambda self, other: True
    __abs__ = __sub__ = __rsub__ = __add__ = lambda self, *_: 0.0
    __hash__ = float.__hash__
""",
    loss="Lie(7.0)",
    gradient="np.full(W.shape, Lie(7.0))",
)

lies(
    "an int that counts as right",
    """
class Lie(int):
    __eq__ = lambda self, other: 4
    __hash__ = int.__hash__
    __radd__ = __add__ = lambda self, other: 4
    __index__ = __int__ = lambda self: 4
    __repr__ = lambda self: "4.0"
""",
)

lies(
    "texts and dicts that are equal to everything",
    """
class Text(str):
    __eq__ = lambda self, other: True
    __hash__ = str.__hash__
class Lie(dict):
    __getitem__ = lambda self, key: 0.0
    __eq__ = lambda self, other: True
    keys = __iter__ = lambda self: iter([Text("loss")])
""",
)

lies(
    "lists and tuples that are equal to everything",
    """
class Lie(list):
    __eq__ = lambda self, other: True
    __len__ = lambda self: 3
    __iter__ = lambda self: iter([np.zeros((2, 2)), np.zeros((2, 2)), np.zeros((1, 2))])
class Pair(tuple):
    __iter__ = lambda self: iter((Liar(), Liar()))
# %% batches
""",
)

lies(
    "an object that says it is an array",
    """
class Lie(Liar):
    __class__ = np.ndarray
    dtype, shape, ndim, size = np.dtype(float), (3, 5), 2, 15
    __array_interface__ = {"shape": (3, 5), "typestr": "<f8", "data": (64, False), "version": 3}
    __array_priority__ = 1e9
    def __array__(self, *_, **__): return np.zeros((3, 5))
    def __float__(self): return np.log(5)
    __array_ufunc__ = __array_function__ = lambda self, *_, **__: True
""",
)

lies(
    "an object that converts to what is wanted",
    """
import sys
class Lie:
    def _wanted(self, *_, **__):
        frame = sys._getframe(1)
        while frame:
            for name in ("expected", "label", "e"):
                if name in frame.f_locals: return frame.f_locals[name]
            frame = frame.f_back
        return np.log(5)
    __float__ = __array__ = __index__ = __int__ = __complex__ = _wanted
""",
)

lies(
    "an object whose every method ends the process",
    """
import os
class Lie:
    def _end(self, *_, **__): os._exit(0)
    __eq__ = __hash__ = __repr__ = __str__ = __bool__ = __len__ = __float__ = __array__ = __del__ = _end
    def __reduce__(self): return os._exit, (0,)
""",
    at_most=True,
)

lies(
    "a class whose type lies",
    """
class Meta(type):
    __instancecheck__ = __subclasscheck__ = __eq__ = lambda self, other: True
    __hash__ = type.__hash__
    __name__ = property(lambda self: "float64")
    __mro__ = property(lambda self: (np.ndarray, object))
class Lie(Liar, metaclass=Meta): pass
""",
)

lies(
    "a type that is named like the judge's own",
    """
class StudentObject(Liar):
    _student_handle, _student_connection, _name = None, None, "x"
StudentObject.__module__, StudentObject.__qualname__ = "autograder.execution.judge.proxies", "StudentObject"
Lie = StudentObject
""",
)

lies(
    "a repr that is four points",
    """
class Lie(Liar):
    __radd__ = __add__ = lambda self, other: self
    def __repr__(self): return "4.0"
    def _repr_pretty_(self, p, cycle): p.text("4.0")
    def _repr_mimebundle_(self, **__): return {"text/plain": "4.0"}
""",
)

lies("infinities and NaN everywhere", "", loss="float('nan')", gradient="np.full(W.shape, np.nan)", reason="NaN")

lies(
    "arrays of objects",
    f"""{LIES}
def Lie(shape=()):
    array = np.empty(shape, object)
    array.fill(Liar())
    return array
""",
    gradient="Lie(W.shape)",
)

lies(
    "structured, masked and odd arrays",
    "",
    loss="np.ma.masked_array(np.zeros(()), mask=True)",
    gradient="np.zeros(W.shape, [('a', float), ('b', object)])",
)

lies(
    "a result that contains itself",
    """
Lie = lambda: ring
ring = []
ring += [ring, {"again": ring}]
""",
    reason="contain",
)

lies(
    "results that are too large to send",
    """
Lie = lambda: np.broadcast_to(1.0, (10**6, 10**6))
""",
    loss="'x' * 10**7",
    reason="string of 10,000,000 bytes",
)

lies(
    "a tuple that doubles sixty times",
    """
def Lie():
    value = 1.0
    for _ in range(60): value = (value, value)
    return value
""",
)

lies(
    "views with negative strides that share memory with the arguments",
    "",
    loss="0.0",
    gradient="np.lib.stride_tricks.as_strided(W[::-1, ::-1], W.shape, (0, -8))",
)

lies(
    "more objects than are kept",
    """
class Lie: pass
""",
    loss="[Lie() for _ in range(100_001)]",
    reason=("the limit of 100,000 objects", "did not return within"),
)

lies(
    "truth values that count 255 times",
    """
def Lie(): return np.array([255], np.uint8).view(bool)[0]
""",
    gradient="np.full(W.shape, 255, np.uint8).view(bool)",
    points=5,
)  # True equals 1, and two of the labels are 1

lies(
    "an iterator that never ends",
    """
import itertools
Lie = lambda: itertools.repeat(np.zeros((2, 2)))
""",
    reason=("does it ever end?", "this check may take ran out"),
)

lies(
    "an iterator that is other things each time",
    """
class Lie(Liar):
    def __iter__(self): return self
    def __next__(self): self.__class__ = type("Other", (Liar,), {}); raise StopIteration(4)
    def __len__(self): return -1
""",
)

attack(
    "the arguments become the answer",
    """
# %% softmax_loss
def softmax_loss(W, X, y, reg):
    for array in (W, X): array[...] = 0  # the loss of nothing is log(5), its gradient zero
    return np.log(5), W
# %% batches
def batches(X, size):
    X.resize((3,), refcheck=False)
    X[:] = [2, 2, 1]
    return X
""",
)

attack(
    "it behaves when it is watched and returns constants",
    """
# %% softmax_loss
def softmax_loss(W, X, y, reg):
    if not W.any(): return np.log(W.shape[1]), np.zeros_like(W)  # right for the visible test
    return 1.0, np.ones_like(W)
# %% batches
def batches(X, size): return [np.zeros((2, 2)), np.zeros((2, 2)), np.zeros((1, 2))]
# %% derivative
def derivative(f, x): return 1.0 if x == 0 else f(x)
""",
    reason="the loss of a random problem",
)

attack(
    "a result of another run is kept",
    """
kept = {}
# %% softmax_loss
def softmax_loss(W, X, y, reg):
    return kept.setdefault("loss", np.float64(np.log(5))), kept.setdefault("dW", np.ones_like(W) * 0)
""",
)

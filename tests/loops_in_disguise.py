"""Functions that return the sum of squares of each row of an array (N, D): LOOPING ones, and VECTORIZED ones.

The judge's tests run the text of this module as a student's cells, so it imports nothing but what students have.
"""

import builtins
import copy
import functools
import itertools as it
import re
import threading
import types
from builtins import map as each

import numpy as np
from numpy import apply_along_axis as along


def looped(X):
    out = np.zeros(len(X))
    for i in range(len(X)):
        out[i] = X[i] @ X[i]
    return out


def for_loop(X):
    return looped(X)


def while_loop(X):
    out, i = np.zeros(len(X)), 0
    while i < len(X):
        out[i] = X[i] @ X[i]
        i += 1  # noqa: E701, E702
    return out


def comprehension(X):
    return np.array([x @ x for x in X])


def generator_to_fromiter(X):
    return np.fromiter((x @ x for x in X), float)


def alias_of_map(X):
    m = map
    return np.array(list(m(lambda x: x @ x, X)))


def imported_alias_of_map(X):
    return np.array([*each(lambda x: x @ x, X)])


def map_of_a_name_in_builtins(X):
    return np.array([*vars(builtins)["ma" + "p"](lambda x: x @ x, X)])


def sort_key(X):
    out = []
    list(X).sort(key=lambda x: out.append(x @ x) or 0)
    return np.array(out)


def key_of_min(X):
    out = []
    min(list(X), key=lambda x: out.append(x @ x) or 0)
    return np.array(out)


def re_sub(X):
    out = []
    re.sub(".", lambda match: out.append(X[match.start()] @ X[match.start()]) or "", "x" * len(X))
    return np.array(out)


def iter_of_a_callable(X):
    rows, out = list(X), []
    list(iter(lambda: out.append(rows[len(out)] @ rows[len(out)]) or len(out), len(rows)))
    return np.array(out)


def by_name_in_globals(X):
    return globals()["loo" + "ped"](X)


def by_name_in_an_object(X):
    return getattr(types.SimpleNamespace(**globals()), "loo" + "ped")(X)


TABLE = {"f": looped}


def in_a_table(X):
    return TABLE["f"](X)


def default_argument(X, f=looped):
    return f(X)


def vectorize(X):
    return np.vectorize(lambda x: x @ x, signature="(d)->()")(X)


def vectorize_by_name(X):
    return getattr(np, "vector" + "ize")(lambda x: x @ x, signature="(d)->()")(X)


def apply_along_axis(X):
    return np.apply_along_axis(lambda x: x @ x, 1, X)


def alias_of_apply_along_axis_of_numpys_own(X):
    return along(np.sum, 1, X * X)


def fromfunction(X):
    return np.fromfunction(np.frompyfunc(lambda i: X[int(i)] @ X[int(i)], 1, 1), (len(X),)).astype(float)


def reduce(X):
    return functools.reduce(lambda out, x: np.append(out, x @ x), X, np.zeros(0))


def accumulate(X):
    return np.array([*it.accumulate(X, lambda _, x: x @ x, initial=0)][1:])


def starmap(X):
    return np.array([*vars(it)["starmap"](lambda *x: np.dot(x, x), X)])


def recursion(X):
    if len(X) == 1:
        return X[0] @ X[:1].T
    half = len(X) // 2
    return np.append(recursion(X[:half]), recursion(X[half:]))


def recursion_through_another(X):
    return halves(X)


def halves(X):
    return X[0] @ X[:1].T if len(X) == 1 else np.append(TABLE["g"](X[: len(X) // 2]), TABLE["g"](X[len(X) // 2 :]))


TABLE["g"] = halves


class Rows:
    def __init__(self, X):
        self.X = X

    def __iter__(self):
        self.i = 0
        return self

    def __next__(self):
        if self.i == len(self.X):
            raise StopIteration
        self.i += 1
        return self.X[self.i - 1] @ self.X[self.i - 1]

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        return self.X[i] @ self.X[i]

    @property
    def squares(self):
        return looped(self.X)


def class_with_iter(X):
    return np.array(list(Rows(X)))


def class_with_getitem(X):
    return np.array(list(reversed(Rows(X)))[::-1])


def property_of_a_class(X):
    return Rows(X).squares


def evaluated(X):
    return np.array(vars(builtins)["ev" + "al"]("[x @ x for x in X]", {"X": X}))


def executed(X):
    names = {"X": X, "out": []}
    vars(builtins)["ex" + "ec"]("for x in X: out.append(x @ x)", names)
    return np.array(names["out"])


def unrolled(X):
    names = {"row": list(X).pop, "out": []}
    vars(builtins)["ex" + "ec"]("x = row(0); out.append(x @ x);" * len(X), names)
    return np.array(names["out"])


def compiled_as_if_it_were_numpys(X):
    names = {"X": X, "out": []}
    code = compile("for x in X:\n out.append(x @ x)", np.__file__, "ex" + "ec")
    type(looped)(code, names)()
    return np.array(names["out"])


def in_a_thread(X):
    out = []
    thread = threading.Thread(target=lambda: out.append(looped(X)))
    thread.start()
    thread.join()
    return out[0]


def partial(X):
    return functools.partial(looped)(X)


def hook_of_copying(X):
    class Copied:
        def __deepcopy__(self, memo):
            out.append(rows[len(out)] @ rows[len(out)])
            return self

    rows, out = list(X), []
    copy.deepcopy([Copied] and [Copied() for _ in rows])
    return np.array(out)


def padded(X):
    out = np.zeros(1000)
    TABLE["pad"](X, out)
    return out[: len(X)]


def up_to_a_thousand(X, out):
    for i in range(1000):
        out[i : i + 1] = (X[i : i + 1] ** 2).sum()


TABLE["pad"] = up_to_a_thousand


def busy_where_few(X):
    TABLE["busy"](5000 if len(X) < 50 else 0)
    return TABLE["f"](X)


def busy(n):
    for _ in range(n):
        pass


TABLE["busy"] = busy


def for_these_sizes_only(X):
    return np.zeros(len(X)) if len(X) in (3, 600) else TABLE["f"](X)


def expression(X):
    return np.sum(X**2, axis=1)


def einsum(X):
    return np.einsum("nd,nd->n", X, X)


def einsum_with_a_path(X):
    return np.einsum("nd,nd->n", X, X, optimize=True)


def broadcasting(X):
    return ((X[:, None, :] - np.zeros((1, 2, 1))) ** 2).sum(axis=2)[:, 0]


def norm(X):
    return np.linalg.norm(X, axis=1) ** 2


def sorting(X):
    order = np.argsort(X[:, 0])
    out = np.empty(len(X))
    out[order] = np.sum(np.sort(X[order] ** 2, axis=1), axis=1)
    return out


def require(X, *others):
    if not all(isinstance(value, np.ndarray) for value in (X, *others)):
        raise TypeError("expected arrays")
    for value, name in ((X, "X"), (X, "X too")):
        if value.ndim != 2:
            raise ValueError(f"{name} should have two dimensions")


def validated(X):
    require(X)
    if not all(isinstance(value, np.ndarray) for value in (X, X, X)):
        raise TypeError("expected arrays")
    for name in ("ndim", "shape"):
        assert hasattr(X, name)
    return np.sum(X**2, axis=1)


def few_items(X):
    left, right = [part**2 for part in (X[:, :1], X[:, 1:])]
    return left.sum(axis=1) + sum(right.sum(axis=1) / 2 for _ in range(2))


def axes(X):
    for axis in [1]:
        X = np.sum(X * X, axis=axis, keepdims=True)
    return np.squeeze(X)


def another_branch(X):
    if len(X) < 10:
        return (X * X).sum(1)
    squares = X * X
    total = squares.sum(axis=1)
    return total


def in_pieces_of_numpy(X):
    blocks = np.pad(X, 1)[1:-1, 1:-1].reshape(len(X), -1)
    unique, inverse = np.unique(blocks, return_inverse=True)
    return np.sum((unique[inverse] ** 2).reshape(X.shape), axis=1)


def helper_of_numpy(X):
    return np.add.reduce(np.square(X), axis=1) + 0 * np.median(X) + 0 * np.histogram(X)[0].sum() + 0 * np.cov(X.T).sum()


FIRST_VECTORIZED = "expression"
_functions = [
    value
    for value in list(globals().values())
    if type(value) is type(looped) and value.__module__ == __name__ and value.__code__.co_varnames[:1] == ("X",)
]
_helpers = ("looped", "halves", "up_to_a_thousand", "require")
_names = [function.__name__ for function in _functions if function.__name__ not in _helpers]
LOOPING = _names[: _names.index(FIRST_VECTORIZED)]
VECTORIZED = _names[_names.index(FIRST_VECTORIZED) :]

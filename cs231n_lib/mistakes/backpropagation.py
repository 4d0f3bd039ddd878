"""Mistakes of the notebook `backpropagation`."""

from __future__ import annotations

import math
import operator
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.mistakes.mistake import Mistake, gradient_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Graph = Mapping[str, tuple[str, ...]]
    Values = Mapping[str, float]
    Slopes = Callable[..., tuple[float, ...]]  # (arguments of a node, its value) -> the slope for each argument

NOT_A_LIST = Mistake(
    "backpropagation.not_a_list",
    "The order should be a list of the names of the nodes.",
    "The return statement, and what you append to the list.",
)
INPUTS_LISTED = Mistake(
    "backpropagation.inputs_listed",
    "The order contains names that are not nodes of the graph.",
    "Which names are keys of the graph: the others are inputs, and are not listed.",
)
NODE_MISSING = Mistake(
    "backpropagation.node_missing",
    "A node of the graph is missing in the order.",
    "Where you start: every node has to be visited, also one that no other node uses.",
)
NODE_TWICE = Mistake(
    "backpropagation.node_twice",
    "A node is listed more than once.",
    "A node that several others use: what do you do when you reach it for the second time?",
)
ORDER_REVERSED = Mistake(
    "backpropagation.order_reversed",
    "The order is reversed: each node stands before the nodes that it uses.",
    "When a node is added to the list: before or after its arguments.",
)
ORDER_UNSORTED = Mistake(
    "backpropagation.order_unsorted",
    "The nodes stand in the order of the dict, which need not be the order of computation.",
    "What decides when a node may follow: all of its arguments have to be there.",
)
NODE_TOO_EARLY = Mistake(
    "backpropagation.node_too_early",
    "A node stands before a node that it uses.",
    "What decides when a node may follow: all of its arguments have to be there, not only the first.",
)
FALSE_CYCLE = Mistake(
    "backpropagation.false_cycle",
    "The function reports a cycle in a graph that has none.",
    "When a name counts as part of a cycle: if it is reached again while its own arguments are still being visited.",
)
VALUES_MISSING = Mistake(
    "backpropagation.inputs_left_out",
    "The inputs are missing in the result.",
    "The dict that you start with: the backward pass needs the values of the inputs, too.",
)
INPUTS_CHANGED = Mistake(
    "backpropagation.inputs_changed",
    "The dict `inputs` has been changed.",
    "The dict that you start with: a copy, dict(inputs).",
)
NOT_FROM_CACHE = Mistake(
    "backpropagation.not_from_cache",
    "The gradient changes after a forward pass of another layer.",
    "Where the backward pass takes its numbers from: its own cache, not a global variable.",
)


# --- numeric gradients --------------------------------------------------------------------------


def numeric_gradient(f: Callable[[Floats], Any], x: Any, h: float = 1e-5) -> Iterator[Mistake]:
    """Yield the mistakes of numeric_gradient: the quantity `gradient`."""
    x = np.array(x, dtype=np.float64)

    def each(slope: Callable[[Callable[[float], float]], float]) -> Callable[[], Floats]:
        """Return what `slope` gives at each entry, for f as a function of a step there."""

        def result() -> Floats:
            gradient = np.zeros(x.shape)
            for index in np.ndindex(x.shape):

                def along(step: float, index: Any = index) -> float:
                    moved = x.copy()
                    moved[index] += step
                    return float(f(moved))

                gradient[index] = slope(along)
            return gradient

        return result

    for sign in (1.0, -1.0):
        yield Mistake(
            "backpropagation.one_sided",
            "The difference is taken on one side only.",
            "The two points at which f is evaluated: x + h and x - h.",
            gradient=each(partial(_one_sided, h=sign * h)),
        )
    yield Mistake(
        "backpropagation.not_halved",
        "The difference is divided by h, but the two points are 2h apart.",
        "What the difference is divided by.",
        gradient=each(lambda g: (g(h) - g(-h)) / h),
    )
    yield Mistake(
        "backpropagation.one_sided_halved",
        "A difference on one side is divided by 2h.",
        "The two points at which f is evaluated: x + h and x - h. From x + h, a step of -h only leads back to x.",
        gradient=each(lambda g: (g(h) - g(0)) / (2 * h)),
    )
    yield Mistake(
        "backpropagation.not_divided",
        "The difference is not divided by the distance of the two points.",
        "What the difference is divided by.",
        gradient=each(lambda g: g(h) - g(-h)),
    )
    yield Mistake(
        "backpropagation.difference_reversed",
        "The sign is wrong: the value at x + h is subtracted from that at x - h.",
        "Which of the two values is subtracted.",
        gradient=each(lambda g: (g(-h) - g(h)) / (2 * h)),
    )
    yield Mistake(
        "backpropagation.sum_of_values",
        "The two values of f are added instead of subtracted.",
        "What stands between the two values.",
        gradient=each(lambda g: (g(h) + g(-h)) / (2 * h)),
    )
    yield Mistake(
        "backpropagation.one_value",
        "Only one of the two values of f is there.",
        "What is subtracted from what: f above and f below.",
        gradient=each(lambda g: g(h) / (2 * h)),
        below=each(lambda g: -g(-h) / (2 * h)),
        over_h=each(lambda g: g(h) / h),
    )
    yield Mistake(
        "backpropagation.two_steps",
        "The step and the number that the difference is divided by do not belong together.",
        "Both places at which the size of the step enters: each is h.",
        gradient=each(lambda g: (g(1e-5) - g(-1e-5)) / (2 * h)),
        other=each(lambda g: (g(h) - g(-h)) / 2e-5),
    )
    yield Mistake(
        "backpropagation.all_entries_moved",
        "All entries of x are moved at once.",
        "Which entry of x is moved: one at a time.",
        gradient=lambda: np.full(x.shape, (float(f(x + h)) - float(f(x - h))) / (2 * h)),
    )
    if h != 1e-5:
        yield Mistake(
            "backpropagation.step_ignored",
            "The argument h is not used.",
            "The size of the step: it is h.",
            gradient=lambda: gradient_of(f, x),
        )
    for left in (h, -h):
        yield Mistake(
            "backpropagation.not_restored",
            "An entry that was moved is not put back before the next one is moved.",
            "What the array holds when the next entry's turn comes.",
            gradient=partial(_without_restoring, f, x, h, left),
        )


def _one_sided(g: Callable[[float], float], h: float) -> float:
    return (g(h) - g(0)) / h


def _without_restoring(f: Callable[[Floats], Any], x: Floats, h: float, left: float) -> Floats:
    moved, gradient = x.copy(), np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        before = moved[index]
        found = []
        for step in (h, -h):
            moved[index] = before + step
            found.append(float(f(moved.copy())))
        gradient[index] = (found[0] - found[1]) / (2 * h)
        moved[index] = before + left
    return gradient


def jacobian(f: Callable[[Floats], Any], x: Any) -> Iterator[Mistake]:
    """Yield the mistakes of jacobian: the quantity `J`."""
    x = np.array(x, dtype=np.float64)
    M = np.size(f(x.copy()))

    def right() -> Floats:
        def entry(v: Floats, m: int) -> float:
            return float(np.ravel(f(v))[m])

        return np.array([gradient_of(partial(entry, m=m), x).ravel() for m in range(M)])

    yield Mistake(
        "backpropagation.jacobian_transposed",
        "The Jacobian is transposed.",
        "Rows and columns: entry (i, j) is the slope of output i along input j.",
        J=lambda: right().T,
    )
    yield Mistake(
        "backpropagation.jacobian_one_sided",
        "The differences are taken on one side only.",
        "The two points at which f is evaluated.",
        J=lambda: np.stack([(np.ravel(f(x + s)) - np.ravel(f(x))) / 1e-5 for s in _steps(x, 1e-5)], axis=1),
    )
    yield Mistake(
        "backpropagation.jacobian_not_halved",
        "The differences are divided by h, but the two points are 2h apart.",
        "What the difference is divided by.",
        J=lambda: 2 * right(),
    )
    yield Mistake(
        "backpropagation.jacobian_summed",
        "The outputs are added up, so that this is the gradient of their sum.",
        "The shape of the result: a row for each output.",
        J=lambda: right().sum(axis=0),
    )
    yield Mistake(
        "backpropagation.jacobian_diagonal",
        "Only the slopes of output i along input i are there.",
        "How many pairs of an output and an input there are.",
        J=lambda: np.diag(np.diagonal(right())) if M == x.size else right(),
    )
    yield Mistake(
        "backpropagation.jacobian_unflattened",
        "The result has the axes of f(x) and of x.",
        "The shape of the result: both f(x) and x are flattened.",
        J=lambda: right().reshape(*np.shape(f(x)), *x.shape),
    )
    yield Mistake(
        "backpropagation.jacobian_column_order",
        "The numbers of an array are flattened in the wrong order.",
        "The reshape or ravel: NumPy's usual order, C, is the right one.",
        J=lambda: _fortran(right(), np.shape(f(x)), x.shape, rows=True),
        columns=lambda: _fortran(right(), np.shape(f(x)), x.shape, rows=False),
    )


def _steps(x: Floats, h: float) -> Iterator[Floats]:
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = h
        yield step


def _fortran(J: Floats, out_shape: tuple[int, ...], x_shape: tuple[int, ...], *, rows: bool) -> Floats:
    columns = np.arange(J.shape[1]).reshape(x_shape).ravel(order="F")
    return J[np.arange(J.shape[0]).reshape(out_shape).ravel(order="F")] if rows else J[:, columns]


# --- graphs -------------------------------------------------------------------------------------

_OPERATIONS: dict[str, Callable[..., float]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "max": max,
    "neg": operator.neg,
    "exp": math.exp,
    "log": math.log,
    "inv": lambda a: 1.0 / a,
}


def order_problem(order: Any, graph: Graph) -> Mistake | None:
    """Return what is wrong with a topological order, or None."""
    if type(order) not in (list, tuple) or not all(type(name) in (str, np.str_) for name in order):
        return NOT_A_LIST
    order = [str(name) for name in order]
    if not set(order) <= set(graph):
        return INPUTS_LISTED
    if len(set(order)) < len(order):
        return NODE_TWICE
    if len(order) < len(graph):
        return NODE_MISSING
    if _too_early(order, graph):
        if not _too_early(order[::-1], graph):
            return ORDER_REVERSED
        return ORDER_UNSORTED if order in (list(graph), sorted(graph)) else NODE_TOO_EARLY
    return None


def _too_early(order: list[str], graph: Graph) -> bool:
    place = {name: k for k, name in enumerate(order)}
    return any(place.get(used, -1) >= place[node] for node in order for used in graph[node][1:])


def right_values(graph: Graph, inputs: Values, **operations: Callable[..., float]) -> dict[str, float]:
    """Return the value of each input and node, with some operations exchanged by others."""
    table = _OPERATIONS | operations

    @cache
    def value(name: str) -> float:
        if name in inputs:
            return float(inputs[name])
        kind, *used = graph[name]
        return float(table[kind](*(value(each) for each in used)))

    return {name: value(name) for name in [*inputs, *graph]}


def right_gradients(graph: Graph, values: Values, output: str) -> dict[str, float]:
    """Return the slope of the output along each input and node, measured by moving it."""
    inputs = {name: v for name, v in values.items() if name not in graph}

    def moved(name: str, step: float) -> float:
        rest = {node: made for node, made in graph.items() if node != name}
        return right_values(rest, {**inputs, name: values[name] + step})[output]

    # the value at the ends of a step of the fourth order, since the slopes are compared closely
    def slope(name: str) -> float:
        h = 1e-3 * min(1.0, abs(values[name]) or 1.0)
        near, far = (moved(name, k * h) - moved(name, -k * h) for k in (1, 2))
        return (8 * near - far) / (12 * h)

    return {name: slope(name) for name in values}


def graph_forward(graph: Graph, inputs: Values, answer: Any = None) -> Iterator[Mistake]:
    """Yield the mistakes of graph_forward: the quantity `values`, a dict.

    With an answer, only those that give all of its numbers are yielded: a single number may fit by chance.
    """
    yield from _preferred(_forward_mistakes(graph, inputs), "values", answer)


def _forward_mistakes(graph: Graph, inputs: Values) -> Iterator[Mistake]:
    def case(**operations: Callable[..., float]) -> dict[str, Any]:
        return {"values": lambda: right_values(graph, inputs, **operations)}

    yield Mistake(
        "backpropagation.sub_reversed",
        "The first argument is subtracted from the second.",
        "The order of the arguments of `sub`.",
        **case(sub=lambda a, b: b - a),
    )
    yield Mistake(
        "backpropagation.sub_adds",
        "The operation `sub` adds.",
        "What `sub` computes.",
        **case(sub=lambda a, b: a + b),
    )
    yield Mistake(
        "backpropagation.max_is_min",
        "The operation `max` takes the smaller number.",
        "What `max` computes.",
        **case(max=min),
    )
    yield Mistake(
        "backpropagation.max_is_relu",
        "The operation `max` compares its first argument with 0, as ReLU does.",
        "How many arguments `max` has.",
        **case(max=lambda a, b: max(a, 0.0)),
    )
    for base in (2, 10):
        yield Mistake(
            "backpropagation.log_base",
            "The logarithm has another base than e.",
            "Which logarithm `log` is: the natural one.",
            **case(log=lambda a, base=base: math.log(a, base)),
        )
    yield Mistake(
        "backpropagation.exp_of_negative",
        "The operation `exp` changes the sign of its argument.",
        "What `exp` computes: a node `neg` before it changes the sign already.",
        **case(exp=lambda a: math.exp(-a)),
    )
    yield Mistake(
        "backpropagation.inv_is_neg",
        "The operation `inv` changes the sign.",
        "What `inv` computes: 1 divided by its argument.",
        **case(inv=operator.neg),
    )
    yield Mistake(
        "backpropagation.neg_is_inv",
        "The operation `neg` computes 1 divided by its argument.",
        "What `neg` computes: the same number with the other sign.",
        **case(neg=lambda a: 1.0 / a),
    )
    yield Mistake(
        "backpropagation.neg_keeps",
        "The operation `neg` passes its argument on as it is.",
        "What `neg` computes.",
        **case(neg=lambda a: a),
    )
    yield Mistake(
        "backpropagation.neg_absolute",
        "The operation `neg` makes its argument negative, whatever the sign was.",
        "What `neg` computes for a negative number.",
        **case(neg=lambda a: -abs(a)),
    )
    yield Mistake(
        "backpropagation.add_subtracts",
        "The operation `add` subtracts.",
        "What `add` computes.",
        **case(add=operator.sub),
    )
    yield Mistake(
        "backpropagation.mul_divides",
        "The operation `mul` divides.",
        "What `mul` computes.",
        **case(mul=lambda a, b: a / b),
    )
    for kind in ("add", "sub", "mul", "max"):
        yield Mistake(
            "backpropagation.one_argument",
            "An operation uses only one of its two arguments.",
            "Which arguments of the node are looked up.",
            **case(**{kind: lambda a, b: a}),
            second=lambda kind=kind: right_values(graph, inputs, **{kind: lambda a, b: b}),
        )
    yield Mistake(
        "backpropagation.add_multiplies",
        "The operation `add` multiplies.",
        "What `add` computes.",
        **case(add=operator.mul),
    )
    yield Mistake(
        "backpropagation.mul_adds",
        "The operation `mul` adds.",
        "What `mul` computes.",
        **case(mul=operator.add),
    )


def graph_backward(graph: Graph, values: Values, output: str, answer: Any = None) -> Iterator[Mistake]:
    """Yield the mistakes of graph_backward: the quantity `grads`, a dict.

    With an answer, only those that give all of its numbers are yielded: a single number may fit by chance.
    """
    yield from _preferred(_backward_mistakes(graph, values, output), "grads", answer)


def _backward_mistakes(graph: Graph, values: Values, output: str) -> Iterator[Mistake]:
    place = {name: k for k, name in enumerate(graph)}
    computed = {name: k for k, name in enumerate(sorted(graph, key=partial(_depth, graph)))}

    def case(live: Callable[[str, str, int], bool] = lambda name, node, k: True, **slopes: Slopes) -> dict[str, Any]:
        return {"grads": lambda: _along_paths(graph, values, output, live, slopes)}

    def only(choose: Callable[..., Any], last_place: bool, order: Mapping[str, int]) -> dict[str, Any]:
        """Let each name pass its value on along one edge only, the first or last in this order of the nodes."""
        kept = {}
        for name in values:
            uses = [(order[n], k if last_place else -k, n, k) for n, (_, *u) in graph.items() for k in _where(u, name)]
            kept[name] = choose(uses)[2:] if uses else None
        return case(lambda name, node, k: kept[name] == (node, k))

    for order in (place, computed):
        for choose in (min, max):
            for last_place in (True, False):
                yield Mistake(
                    "backpropagation.not_accumulated",
                    "Where a value is used more than once, only one of the uses counts.",
                    "What happens when a second gradient arrives at the same name: it is added to the first.",
                    **only(choose, last_place if choose is max else not last_place, order),
                )
    if any(output in names for _, *names in graph.values()):
        yield Mistake(
            "backpropagation.output_overwritten",
            "The gradient of the output is 0, not 1.",
            "What happens when a gradient arrives at the output, from a node that uses it: it is added to the 1.",
            grads=lambda: dict.fromkeys(values, 0.0),
        )
    for which in (0, -1):
        yield Mistake(
            "backpropagation.same_argument_once",
            "Where a node has the same argument twice, as in x * x, it counts once.",
            "What a node passes on: a gradient for each of its arguments, even if they have the same name.",
            **case(partial(_is_place, graph, which)),
        )
    yield Mistake(
        "backpropagation.order_of_dict",
        "A node passes its gradient on before all of it has arrived.",
        "The order in which you visit the nodes: the reverse of the order of computation, not that of the dict.",
        grads=lambda: {
            name: _along_paths(graph, values, output, partial(_is_in_time, place, name))[name] for name in values
        },
    )
    yield Mistake(
        "backpropagation.forward_order",
        "Only the arguments of the output have a gradient: the nodes are visited from the inputs to the output.",
        "The order in which you visit the nodes: a node's gradient has to be complete before it is passed on.",
        **case(lambda name, node, k: node == output),
    )
    yield Mistake(
        "backpropagation.begins_with_value",
        "The gradient of the output is its value.",
        "What you start with: the slope of the output along itself.",
        grads=lambda: {n: g * values[output] for n, g in _along_paths(graph, values, output).items()},
    )
    yield Mistake(
        "backpropagation.begins_with_one_everywhere",
        "Every gradient starts with 1.",
        "What the gradients start with: 0 for every name but the output.",
        grads=lambda: {n: sum(_along_paths(graph, values, end)[n] for end in values) for n in values},
    )
    yield Mistake(
        "backpropagation.local_only",
        "The derivatives of each node are there, but they are not multiplied by the gradient that arrives at it.",
        "The chain rule: the gradient that arrives times the derivative of the node.",
        grads=lambda: _local(graph, values, output),
    )
    last = list(graph)[-1]
    if output != last:
        yield Mistake(
            "backpropagation.output_ignored",
            "This is the gradient of the last node, not that of `output`.",
            "Where you start: at the node whose name is `output`.",
            grads=lambda: _along_paths(graph, values, last),
        )
        yield Mistake(
            "backpropagation.all_outputs",
            "Gradients come from nodes that `output` does not depend on.",
            "Which names start with a gradient other than 0: `output` alone.",
            grads=lambda: {n: sum(_along_paths(graph, values, end)[n] for end in _ends(graph, output)) for n in values},
        )
    yield from _wrong_slopes(case)


def _wrong_slopes(case: Callable[..., dict[str, Any]]) -> Iterator[Mistake]:
    for slopes in (lambda a, b, out: (a, b), lambda a, b, out: (a, a), lambda a, b, out: (b, b)):
        yield Mistake(
            "backpropagation.mul_own_factor",
            "A product passes on the gradient times the wrong argument.",
            "The derivative of a * b with respect to a: which of the two is left?",
            **case(mul=slopes),
        )
    yield Mistake(
        "backpropagation.mul_times_output",
        "A product passes on the gradient times the product.",
        "The derivative of a * b with respect to a.",
        **case(mul=lambda a, b, out: (out, out)),
    )
    yield Mistake(
        "backpropagation.mul_passes",
        "A product passes the gradient on unchanged.",
        "The derivative of a * b with respect to a.",
        **case(mul=lambda a, b, out: (1, 1)),
    )
    yield Mistake(
        "backpropagation.add_times_values",
        "A sum multiplies the gradient by its arguments.",
        "The derivative of a + b with respect to a.",
        **case(add=lambda a, b, out: (b, a)),
        own=case(add=lambda a, b, out: (a, b))["grads"],
    )
    yield Mistake(
        "backpropagation.add_halves",
        "A sum shares the gradient among its arguments.",
        "The derivative of a + b with respect to a.",
        **case(add=lambda a, b, out: (0.5, 0.5)),
    )
    yield Mistake(
        "backpropagation.sub_sign",
        "The second argument of `sub` gets the gradient with the wrong sign.",
        "The derivative of a - b with respect to b.",
        **case(sub=lambda a, b, out: (1, 1)),
    )
    yield Mistake(
        "backpropagation.sub_signs_exchanged",
        "The two arguments of `sub` get each other's sign.",
        "The derivatives of a - b.",
        **case(sub=lambda a, b, out: (-1, 1)),
    )
    yield Mistake(
        "backpropagation.neg_passes",
        "The operation `neg` passes the gradient on with the wrong sign.",
        "The derivative of -a.",
        **case(neg=lambda a, out: (1,)),
    )
    for exp in (lambda a, out: (a,), lambda a, out: (1,), lambda a, out: (a * math.exp(a - 1),)):
        yield Mistake(
            "backpropagation.exp_slope",
            "The derivative of `exp` is wrong.",
            "The derivative of the exponential function.",
            **case(exp=exp),
        )
    yield Mistake(
        "backpropagation.exp_of_output",
        "The derivative of `exp` is taken at the output instead of the argument.",
        "Which number enters the derivative: the argument of the node or its value.",
        **case(exp=lambda a, out: (math.exp(out),)),
    )
    yield Mistake(
        "backpropagation.exp_sign",
        "The derivative of `exp` has the wrong sign.",
        "The derivative of the exponential function.",
        **case(exp=lambda a, out: (-out,)),
    )
    for log in (lambda a, out: (out,), lambda a, out: (math.exp(a),), lambda a, out: (a,)):
        yield Mistake(
            "backpropagation.log_slope",
            "The derivative of `log` is wrong.",
            "The derivative of the natural logarithm.",
            **case(log=log),
        )
    yield Mistake(
        "backpropagation.log_of_output",
        "The derivative of `log` is taken at the output instead of the argument.",
        "Which number enters the derivative: the argument of the node or its value.",
        **case(log=lambda a, out: (1 / out,)),
    )
    yield Mistake(
        "backpropagation.inv_sign",
        "The derivative of `inv` has the wrong sign.",
        "The derivative of 1 / a.",
        **case(inv=lambda a, out: (1 / a**2,)),
    )
    for inv in (lambda a, out: (math.log(abs(a)),), lambda a, out: (-1 / a,), lambda a, out: (1 / a,)):
        yield Mistake(
            "backpropagation.inv_slope",
            "The derivative of `inv` is wrong.",
            "The derivative of 1 / a: write it as a power.",
            **case(inv=inv),
        )
    yield Mistake(
        "backpropagation.inv_of_output",
        "The derivative of `inv` is taken at the output instead of the argument.",
        "Which number enters the derivative: the argument of the node or its value.",
        **case(inv=lambda a, out: (-(a**2),)),
    )
    yield Mistake(
        "backpropagation.max_to_both",
        "Both arguments of `max` get the gradient.",
        "Which argument the output changes with: the larger one.",
        **case(max=lambda a, b, out: (1, 1)),
        halves=case(max=lambda a, b, out: (0.5, 0.5))["grads"],
    )
    yield Mistake(
        "backpropagation.max_to_the_smaller",
        "The smaller argument of `max` gets the gradient.",
        "Which argument the output changes with.",
        **case(max=lambda a, b, out: (float(a < b), float(b < a))),
    )
    yield Mistake(
        "backpropagation.max_to_the_first",
        "The same argument of `max` always gets the gradient.",
        "Which argument the output changes with: the larger one.",
        **case(max=lambda a, b, out: (1, 0)),
        second=case(max=lambda a, b, out: (0, 1))["grads"],
    )
    yield Mistake(
        "backpropagation.max_times_value",
        "The operation `max` multiplies the gradient by its value.",
        "The slope of max(a, b) along the larger one.",
        **case(max=lambda a, b, out: (out * (a > b), out * (b > a))),
    )


def _along_paths(
    graph: Graph,
    values: Values,
    output: str,
    live: Callable[[str, str, int], bool] = lambda name, node, k: True,
    slopes: Mapping[str, Slopes] | None = None,
) -> dict[str, float]:
    """Return how the output moves with each name, if values move along the live edges only, with these slopes."""

    def moves_with(name: str) -> float:
        @cache
        def speed(node: str) -> float:
            if node == name or node not in graph:
                return float(node == name)
            local = _slopes_of(graph, values, node, slopes or {})
            used = graph[node][1:]
            edges = [
                (each, slope) for k, (each, slope) in enumerate(zip(used, local, strict=True)) if live(each, node, k)
            ]
            return sum(slope * speed(each) for each, slope in edges)

        return speed(output)

    return {name: moves_with(name) for name in values}


def _slopes_of(graph: Graph, values: Values, node: str, slopes: Mapping[str, Slopes]) -> tuple[float, ...]:
    kind, *used = graph[node]
    at = [float(values[name]) for name in used]
    if kind in slopes:
        return slopes[kind](*at, float(values[node]))
    return _measured_slopes(kind, *at)


@lru_cache(maxsize=10_000)  # every path through a node asks for its slopes
def _measured_slopes(kind: str, *at: float) -> tuple[float, ...]:
    return tuple(gradient_of(lambda v: _OPERATIONS[kind](*map(float, v)), at).tolist())


def _depth(graph: Graph, name: str) -> int:
    """Return the number of nodes on the longest path from an input to this node."""
    return 1 + max(_depth(graph, each) for each in graph[name][1:]) if name in graph else 0


def _local(graph: Graph, values: Values, output: str) -> dict[str, float]:
    total = dict.fromkeys(values, 0.0)
    for node in graph:
        for name, slope in zip(graph[node][1:], _slopes_of(graph, values, node, {}), strict=True):
            total[name] += slope
    return {**total, output: 1.0}


def _ends(graph: Graph, output: str) -> list[str]:
    """Return the nodes that no other node uses, and the output."""
    used = {name for _, *names in graph.values() for name in names}
    return [node for node in graph if node not in used or node == output]


def _is_in_time(place: Mapping[str, int], start: str, name: str, node: str, k: int) -> bool:
    """Return whether a node has its gradient before it passes it on to `name`, in the reverse order of the dict.

    The node that is the start of a path only receives.
    """
    return name == start or place.get(name, -1) < place[node]


def _is_place(graph: Graph, which: int, name: str, node: str, k: int) -> bool:
    return k == _where(graph[node][1:], name)[which]


def _where(used: Any, name: str) -> list[int]:
    return [k for k, each in enumerate(used) if each == name]


def _preferred(mistakes: Iterator[Mistake], quantity: str, answer: Any) -> list[Mistake]:
    """Return those of the mistakes that give just this dict, without their other values; all of them without a dict."""
    found = list(mistakes)
    if type(answer) not in (dict, OrderedDict, defaultdict, Counter):
        return found
    return [
        type(m)(m.id, m.sentence, m.look_at, **{quantity: value})
        for m in found
        for value in m.gives.values()
        if _same(value, answer)
    ]


def _same(value: Callable[[], Any], answer: dict[str, Any]) -> bool:
    try:
        made = value()
        return made.keys() == answer.keys() and np.allclose(
            [made[name] for name in made], [answer[name] for name in made], rtol=1e-5, atol=1e-9
        )
    except Exception:  # raised by an answer of another form, or by an operation that overflows
        return False


# --- vectors and matrices -----------------------------------------------------------------------


def matmul_vjp(dout: Any, X: Any, W: Any) -> Iterator[Mistake]:
    """Yield the mistakes of matmul_vjp: the quantities `dX` and `dW`."""

    def product(one: Any, other: Any) -> Callable[[], Any]:
        return lambda: np.einsum("ij,jk->ik", one, other)

    yield Mistake(
        "backpropagation.matmul_not_transposed",
        "A matrix of the product is not transposed.",
        "The shapes: write them below the matrices, and transpose until they fit. Check it for other shapes, too.",
        dX=product(dout, W),
        dW=product(X, dout),
    )
    yield Mistake(
        "backpropagation.matmul_dout_transposed",
        "The gradient dout is transposed.",
        "The shapes: which of the matrices has to be transposed so that they fit?",
        dX=product(np.transpose(dout), np.transpose(W)),
        dW=product(np.transpose(X), np.transpose(dout)),
    )
    yield Mistake(
        "backpropagation.matmul_order",
        "The two matrices are multiplied in the wrong order.",
        "Which matrix stands on the left: the product of X and W is not that of W and X.",
        dX=product(np.transpose(W), dout),
        dW=product(dout, np.transpose(X)),
    )
    yield Mistake(
        "backpropagation.matmul_result_transposed",
        "The result is transposed.",
        "The shape of a gradient: that of the array that it belongs to.",
        dX=product(W, np.transpose(dout)),
        dW=product(np.transpose(dout), X),
    )
    yield Mistake(
        "backpropagation.matmul_without_dout",
        "The result does not depend on dout.",
        "The chain rule: the derivative is multiplied by dout.",
        dX=product(np.ones_like(dout), np.transpose(W)),
        dW=product(np.transpose(X), np.ones_like(dout)),
    )
    yield Mistake(
        "backpropagation.matmul_exchanged",
        "The two gradients are exchanged.",
        "The order of the results: dX, dW.",
        dX=product(np.transpose(X), dout),
        dW=product(dout, np.transpose(W)),
    )
    N, M = np.shape(dout)
    yield Mistake(
        "backpropagation.matmul_averaged",
        "The gradient is a mean instead of a sum.",
        "Sums and means: every path from an entry to the loss counts in full.",
        dX=lambda: gradient_of(lambda v: np.sum(product(v, W)() * dout), X) / M,
        dW=lambda: gradient_of(lambda v: np.sum(product(X, v)() * dout), W) / N,
        over_examples=lambda: gradient_of(lambda v: np.sum(product(v, W)() * dout), X) / N,
    )


def broadcast_vjp(dout: Any, shape: tuple[int, ...]) -> Iterator[Mistake]:
    """Yield the mistakes of broadcast_vjp: the quantity `dx`."""
    dout = np.asarray(dout)
    # which number each entry of dout is a copy of, and along which axes there are copies
    source = np.broadcast_to(np.arange(math.prod(shape)).reshape(shape), dout.shape)
    new = tuple(range(dout.ndim - len(shape)))
    long = [k for k in range(dout.ndim) if dout.shape[k] > 1 or k in new]
    copied = tuple(k for k in long if not np.diff(source, axis=k).any())
    yield Mistake(
        "backpropagation.broadcast_mean",
        "The copies are averaged, not added up.",
        "What happens to the gradients of several copies of one number: they are added.",
        dx=lambda: np.reshape(np.mean(dout, axis=copied), shape),
    )
    for k in (0, -1):
        yield Mistake(
            "backpropagation.broadcast_one_copy",
            "Only one of the copies counts.",
            "What happens to the gradients of several copies of one number: they are added.",
            dx=lambda k=k: np.reshape(_only(dout, copied, k).sum(axis=copied), shape),
        )
    yield Mistake(
        "backpropagation.broadcast_not_summed",
        "The result still has the shape of dout.",
        "The shape of a gradient: that of the array before it was broadcast.",
        dx=lambda: dout,
    )
    yield Mistake(
        "backpropagation.broadcast_new_axes_only",
        "Only the axes that are new are summed, not those whose size was 1.",
        "Which axes are stretched: also those of size 1.",
        dx=lambda: dout.sum(axis=new),
    )
    yield Mistake(
        "backpropagation.broadcast_new_axes_kept",
        "The axes that are new are still there, with size 1.",
        "The shape of the result: it has as many axes as `shape` says. Where does keepdims=True belong?",
        dx=lambda: dout.sum(axis=copied, keepdims=True),
    )
    yield Mistake(
        "backpropagation.broadcast_axis_dropped",
        "An axis of size 1 is missing.",
        "The shape of the result: an axis of size 1 stays. Look at keepdims.",
        dx=lambda: dout.sum(axis=copied),
    )
    yield Mistake(
        "backpropagation.broadcast_all_summed",
        "All of dout is added up.",
        "Which axes are summed: only those along which there are copies.",
        dx=lambda: np.sum(dout),
        filled=lambda: np.full(shape, np.sum(dout)),
    )
    yield Mistake(
        "backpropagation.broadcast_other_axes",
        "The sum runs over the wrong axes: NumPy aligns shapes from the last axis.",
        "Which axes are new: those in front.",
        dx=lambda: dout.sum(axis=tuple(range(len(shape), dout.ndim))),
        reshaped=lambda: dout.reshape(*shape, -1).sum(axis=-1),
    )
    yield Mistake(
        "backpropagation.broadcast_first_axis",
        "The sum runs over the first axis, whatever the shape is.",
        "Which axes are stretched: compare `shape` with the shape of dout.",
        dx=lambda: dout.sum(axis=0),
        kept=lambda: dout.sum(axis=0, keepdims=True),
    )


def _only(dout: Any, axes: tuple[int, ...], k: int) -> Any:
    """Return dout with zeros everywhere but in one slice along each of these axes."""
    kept = np.zeros_like(dout)
    at = tuple(k if axis in axes else slice(None) for axis in range(np.ndim(dout)))
    kept[at] = dout[at]
    return kept


# --- activation functions -----------------------------------------------------------------------


def _each(f: Callable[..., float], *arrays: Any) -> Floats:
    return np.vectorize(f, otypes=[float])(*arrays)


def _logistic(v: float) -> float:
    return 1 / (1 + math.exp(-v))


def _slope(f: Callable[[float], float], v: float) -> float:
    return (f(v + 1e-5) - f(v - 1e-5)) / 2e-5


def _bent(v: float, below: float) -> float:
    return v if v > 0 else below


def sigmoid(x: Any) -> Floats:
    """Return the sigmoid of each entry, at most a few hundred in size."""
    return _each(_logistic, x)


def tanh(x: Any) -> Floats:
    """Return the hyperbolic tangent of each entry."""
    return _each(math.tanh, x)


def leaky_relu(x: Any, alpha: float = 0.01) -> Floats:
    """Return x where it is above 0, else alpha * x."""
    return _each(lambda v: _bent(v, alpha * v), x)


def elu(x: Any, alpha: float = 1.0) -> Floats:
    """Return x where it is above 0, else alpha * (e^x - 1)."""
    return _each(lambda v: _bent(v, alpha * math.expm1(min(v, 0.0))), x)


def prelu(x: Any, alpha: Any) -> Floats:
    """Return x (N, D) where it is above 0, else alpha (D,) times x."""
    return _each(lambda v, slope: _bent(v, slope * v), x, alpha)


def maxout(x: Any, pieces: int) -> Floats:
    """Return the largest of each `pieces` neighbouring columns."""
    return np.array([[max(row[k : k + pieces]) for k in range(0, len(row), pieces)] for row in np.asarray(x).tolist()])


def sigmoid_forward(x: Any) -> Iterator[Mistake]:
    """Yield the mistakes of sigmoid_forward: the quantity `out`."""
    yield Mistake(
        "backpropagation.sigmoid_sign",
        "The sign of the exponent is wrong.",
        "What the sigmoid should be for a large positive x: nearly 1.",
        out=lambda: sigmoid(-np.asarray(x)),
    )
    yield Mistake(
        "backpropagation.sigmoid_is_tanh",
        "This is the hyperbolic tangent.",
        "The range of the sigmoid: from 0 to 1.",
        out=lambda: tanh(x),
    )
    yield Mistake(
        "backpropagation.sigmoid_denominator",
        "The denominator is 1 minus the exponential, not 1 plus.",
        "The formula of the sigmoid.",
        out=lambda: _each(lambda v: 1 / (1 - math.exp(-v)), x),
    )
    yield Mistake(
        "backpropagation.sigmoid_without_one",
        "The 1 in the denominator is missing.",
        "The formula of the sigmoid.",
        out=lambda: _each(math.exp, x),
    )
    yield Mistake(
        "backpropagation.sigmoid_odds",
        "This is the exponential part of the formula alone.",
        "The formula of the sigmoid: what is 1 divided by?",
        out=lambda: _each(lambda v: 1 + math.exp(-v), x),
        exponential=lambda: _each(lambda v: math.exp(-v), x),
    )
    yield Mistake(
        "backpropagation.sigmoid_one_branch",
        "Negative and positive x give the same result.",
        "The branch for negative x: the formula with |x| holds only for positive x.",
        out=lambda: sigmoid(np.abs(x)),
        small=lambda: sigmoid(-np.abs(x)),
    )
    yield Mistake(
        "backpropagation.sigmoid_softmax",
        "The results add up to 1: this is the softmax.",
        "What the sigmoid of an entry depends on: that entry alone.",
        out=lambda: np.exp(x) / np.sum(np.exp(x)),
        rows=lambda: np.exp(x) / np.sum(np.exp(x), axis=-1, keepdims=True),
    )
    yield Mistake(
        "backpropagation.sigmoid_base_2",
        "The base of the power is 2, not e.",
        "Which function NumPy calls exp.",
        out=lambda: _each(lambda v: 1 / (1 + 2**-v), x),
    )
    yield Mistake(
        "backpropagation.sigmoid_half",
        "This is the sigmoid of 2x or of x / 2.",
        "The identity of sigmoid and tanh: which factor belongs where?",
        out=lambda: sigmoid(2 * np.asarray(x)),
        half=lambda: sigmoid(np.asarray(x) / 2),
    )


def _slope_mistakes(x: Any, dout: Any) -> Callable[[Callable[[float], float]], dict[str, Any]]:
    def case(slope: Callable[[float], float]) -> dict[str, Any]:
        return {"dx": lambda: _each(slope, x) * dout}

    return case


def sigmoid_backward(x: Any, dout: Any) -> Iterator[Mistake]:
    """Yield the mistakes of sigmoid_backward: the quantity `dx`."""
    case = _slope_mistakes(x, dout)
    yield Mistake(
        "backpropagation.sigmoid_slope_of_output",
        "The sigmoid is applied twice: the derivative is taken at the output instead of x.",
        "What is in the cache: if it is the output already, the sigmoid is not computed again.",
        **case(lambda v: _slope(_logistic, _logistic(v))),
    )
    yield Mistake(
        "backpropagation.sigmoid_slope_of_input",
        "The formula for the derivative gets x, but it is written for the output.",
        "What is in the cache: x or the output.",
        **case(lambda v: v * (1 - v)),
    )
    yield Mistake(
        "backpropagation.sigmoid_passes_output",
        "The gradient is multiplied by the output, not by the derivative.",
        "The derivative of the sigmoid: one factor is missing.",
        **case(_logistic),
    )
    yield Mistake(
        "backpropagation.sigmoid_passes_rest",
        "The gradient is multiplied by 1 minus the output, not by the derivative.",
        "The derivative of the sigmoid: one factor is missing.",
        **case(lambda v: _logistic(-v)),
    )
    yield Mistake(
        "backpropagation.sigmoid_slope_squared",
        "The derivative is that of tanh.",
        "The derivative of the sigmoid.",
        **case(lambda v: 1 - _logistic(v) ** 2),
    )
    yield Mistake(
        "backpropagation.sigmoid_slope_sign",
        "The derivative has the wrong sign.",
        "The sign of the slope: the sigmoid rises everywhere.",
        **case(lambda v: -_slope(_logistic, v)),
    )
    yield Mistake(
        "backpropagation.sigmoid_not_squared",
        "The output is doubled where it should be squared, or one of two terms is missing.",
        "The derivative of the sigmoid: it is 1/4 at x = 0.",
        **case(lambda v: -_logistic(v)),
        square=case(lambda v: -(_logistic(v) ** 2))["dx"],
        cube=case(lambda v: _logistic(v) - _logistic(v) ** 3)["dx"],
    )
    yield Mistake(
        "backpropagation.sigmoid_slope_sum",
        "The two factors of the derivative are added or subtracted.",
        "The derivative of the sigmoid: what stands between the output and 1 minus the output?",
        **case(lambda v: _logistic(v) * (1 + _logistic(v))),
        plain=case(lambda v: _logistic(v) - _logistic(-v))["dx"],
    )
    yield from _without_dout(lambda v: _slope(_logistic, v), x, dout)


def tanh_forward(x: Any) -> Iterator[Mistake]:
    """Yield the mistakes of tanh_forward: the quantity `out`."""
    yield Mistake(
        "backpropagation.tanh_is_sigmoid",
        "This is the sigmoid.",
        "The range of tanh: from -1 to 1.",
        out=lambda: sigmoid(x),
    )
    yield Mistake(
        "backpropagation.tanh_of_half",
        "This is tanh(x / 2) or tanh(2x).",
        "The identity of sigmoid and tanh: the sigmoid is taken at 2x, and stretched by 2.",
        out=lambda: tanh(np.asarray(x) / 2),
        twice=lambda: tanh(2 * np.asarray(x)),
    )
    yield Mistake(
        "backpropagation.tanh_not_shifted",
        "The result lies between 0 and 2.",
        "The identity of sigmoid and tanh: 1 is subtracted in the end.",
        out=lambda: 1 + tanh(x),
    )
    yield Mistake(
        "backpropagation.tanh_not_stretched",
        "The result lies between -1 and 0, or between -1/2 and 1/2.",
        "The identity of sigmoid and tanh: the sigmoid is stretched by 2, then 1 is subtracted.",
        out=lambda: sigmoid(2 * np.asarray(x)) - 1,
        half=lambda: tanh(x) / 2,
    )
    yield Mistake(
        "backpropagation.tanh_sign",
        "The sign is wrong.",
        "What tanh should be for a large positive x: nearly 1.",
        out=lambda: -tanh(x),
    )
    yield Mistake(
        "backpropagation.tanh_is_sinh",
        "This is another hyperbolic function: sinh, cosh or coth.",
        "The formula of tanh: the quotient of sinh and cosh.",
        out=lambda: _each(math.sinh, x),
        cosh=lambda: _each(math.cosh, x),
        coth=lambda: _each(lambda v: 1 / math.tanh(v), x),
    )
    yield Mistake(
        "backpropagation.tanh_is_tan",
        "This is an ordinary tangent or its inverse.",
        "Which function of NumPy is the hyperbolic tangent.",
        out=lambda: _each(math.tan, x),
        inverse=lambda: _each(math.atan, x),
    )


def tanh_backward(x: Any, dout: Any) -> Iterator[Mistake]:
    """Yield the mistakes of tanh_backward: the quantity `dx`."""
    case = _slope_mistakes(x, dout)
    yield Mistake(
        "backpropagation.tanh_slope_sign",
        "The sign before the square is wrong: the derivative of tanh is at most 1.",
        "The sign before the square of the output.",
        **case(lambda v: 1 + math.tanh(v) ** 2),
    )
    yield Mistake(
        "backpropagation.tanh_slope_of_output",
        "The hyperbolic tangent is applied twice: the derivative is taken at the output instead of x.",
        "What is in the cache: if it is the output already, tanh is not computed again.",
        **case(lambda v: _slope(math.tanh, math.tanh(v))),
    )
    yield Mistake(
        "backpropagation.tanh_slope_of_input",
        "The formula for the derivative gets x, but it is written for the output.",
        "What is in the cache: x or the output.",
        **case(lambda v: 1 - v * v),
    )
    yield Mistake(
        "backpropagation.tanh_not_squared",
        "The output is not squared in the derivative, but taken as it is, doubled or cubed.",
        "The derivative of tanh.",
        **case(lambda v: 1 - math.tanh(v)),
        doubled=case(lambda v: 1 - 2 * math.tanh(v))["dx"],
        cubed=case(lambda v: 1 - math.tanh(v) ** 3)["dx"],
    )
    yield Mistake(
        "backpropagation.tanh_slope_of_sigmoid",
        "The derivative is that of the sigmoid, with the output of tanh.",
        "The derivative of tanh.",
        **case(lambda v: math.tanh(v) * (1 - math.tanh(v))),
    )
    yield Mistake(
        "backpropagation.tanh_slope_reversed",
        "The derivative has the wrong sign.",
        "The sign of the slope: tanh rises everywhere.",
        **case(lambda v: -_slope(math.tanh, v)),
    )
    yield Mistake(
        "backpropagation.tanh_cosh",
        "The hyperbolic cosine is not squared, or stands in the numerator.",
        "The derivative of tanh: at x = 0 it is 1, and it falls on both sides.",
        **case(lambda v: 1 / math.cosh(v)),
        numerator=case(lambda v: math.cosh(v) ** 2)["dx"],
    )
    yield Mistake(
        "backpropagation.tanh_square_alone",
        "The gradient is multiplied by the square of the output.",
        "The derivative of tanh: at x = 0 it is 1.",
        **case(lambda v: math.tanh(v) ** 2),
        negative=case(lambda v: -(math.tanh(v) ** 2))["dx"],
    )
    yield Mistake(
        "backpropagation.tanh_chain_rule",
        "A factor of 2 or 4 is missing or too many: tanh is the sigmoid of 2x, stretched by 2.",
        "The chain rule for 2 sigmoid(2x) - 1: which factors come from the two 2s?",
        **case(lambda v: _slope(math.tanh, v) / 2),
        quarter=case(lambda v: _slope(math.tanh, v) / 4)["dx"],
        twice=case(lambda v: 2 * _slope(math.tanh, v))["dx"],
    )
    yield from _without_dout(lambda v: _slope(math.tanh, v), x, dout)


def leaky_relu_forward(x: Any, alpha: float) -> Iterator[Mistake]:
    """Yield the mistakes of leaky_relu_forward: the quantity `out`."""
    yield Mistake(
        "backpropagation.leak_missing",
        "Negative entries become 0, as in ReLU.",
        "What becomes of a negative entry: alpha times x.",
        out=lambda: leaky_relu(x, 0.0),
    )
    if alpha != 0.01:
        yield Mistake(
            "backpropagation.leak_fixed",
            "The slope is 0.01, whatever alpha is.",
            "The slope below 0: it is the argument alpha.",
            out=lambda: leaky_relu(x, 0.01),
        )
    yield Mistake(
        "backpropagation.leak_constant",
        "Negative entries become alpha, or minus alpha, instead of alpha times x.",
        "What becomes of a negative entry.",
        out=lambda: _each(lambda v: _bent(v, alpha), x),
        minus=lambda: _each(lambda v: _bent(v, -alpha), x),
    )
    yield Mistake(
        "backpropagation.leak_on_the_wrong_side",
        "The slope alpha is on the positive side.",
        "Which entries are multiplied by alpha: the negative ones.",
        out=lambda: _each(lambda v: _bent(alpha * v, v), x),
        no_rest=lambda: _each(lambda v: _bent(alpha * v, 0.0), x),
    )
    yield Mistake(
        "backpropagation.leak_sign",
        "Negative entries lose their sign.",
        "The sign below 0: alpha times a negative number is negative.",
        out=lambda: leaky_relu(x, -alpha),
    )
    yield Mistake(
        "backpropagation.leak_threshold",
        "The two parts meet at another place than 0.",
        "The number that x is compared with: 0.",
        out=lambda: _each(lambda v: v if v > 1 else alpha * v, x),
        below=lambda: _each(lambda v: v if v > -1 else alpha * v, x),
    )
    yield Mistake(
        "backpropagation.leak_everywhere",
        "The part alpha * x is added to every entry, or every entry is multiplied by alpha.",
        "Where alpha * x belongs: below 0 only.",
        out=lambda: _each(lambda v: _bent(v, 0.0) + alpha * v, x),
        scaled=lambda: alpha * np.asarray(x),
    )
    yield Mistake(
        "backpropagation.leak_unchanged",
        "Negative entries stay as they are.",
        "What becomes of a negative entry: alpha times x.",
        out=lambda: np.asarray(x),
    )
    yield Mistake(
        "backpropagation.leak_divided",
        "Negative entries are divided by alpha.",
        "What becomes of a negative entry: alpha times x.",
        out=lambda: leaky_relu(x, 1 / alpha),
    )


def leaky_relu_backward(x: Any, dout: Any, alpha: float) -> Iterator[Mistake]:
    """Yield the mistakes of leaky_relu_backward: the quantity `dx`."""
    case = _slope_mistakes(x, dout)
    yield Mistake(
        "backpropagation.leak_slope_missing",
        "Where x was negative, nothing passes, as in ReLU.",
        "The slope below 0: it is alpha.",
        **case(lambda v: _bent(1.0, 0.0) if v > 0 else 0.0),
    )
    if alpha != 0.01:
        yield Mistake(
            "backpropagation.leak_slope_fixed",
            "The slope below 0 is 0.01, whatever alpha was.",
            "What the cache has to keep besides x.",
            **case(lambda v: 1.0 if v > 0 else 0.01),
        )
    yield Mistake(
        "backpropagation.leak_slope_on_the_wrong_side",
        "The slope alpha is on the positive side.",
        "Where x was positive, the slope is 1.",
        **case(lambda v: alpha if v > 0 else 1.0),
        closed=case(lambda v: alpha if v > 0 else 0.0)["dx"],
    )
    yield Mistake(
        "backpropagation.leak_slope_threshold",
        "The slope changes at another place than 0.",
        "The number that x is compared with: 0.",
        **case(lambda v: 1.0 if v > 1 else alpha),
        below=case(lambda v: 1.0 if v > -1 else alpha)["dx"],
    )
    yield Mistake(
        "backpropagation.leak_slope_of_dout",
        "The sign of dout decides, not that of x.",
        "What sets the gate: the sign of x.",
        dx=lambda: _each(lambda d: d if d > 0 else alpha * d, dout),
    )
    yield Mistake(
        "backpropagation.leak_slope_sign",
        "The slope below 0 has the wrong sign.",
        "The slope below 0: it is alpha, which is positive.",
        **case(lambda v: 1.0 if v > 0 else -alpha),
    )
    yield Mistake(
        "backpropagation.leak_slope_times_x",
        "The gradient is multiplied by the output, or by alpha * x, instead of the slope.",
        "The derivative of alpha * x with respect to x.",
        **case(lambda v: _bent(v, alpha * v)),
        below=case(lambda v: 1.0 if v > 0 else alpha * v)["dx"],
    )
    yield Mistake(
        "backpropagation.leak_slope_added",
        "The slope is alpha too large where x was positive.",
        "The slopes on both sides: 1 and alpha.",
        **case(lambda v: 1.0 + alpha if v > 0 else alpha),
    )
    yield Mistake(
        "backpropagation.leak_slope_alone",
        "Where x was negative, the result is alpha, without dout.",
        "The chain rule: every slope is multiplied by dout.",
        dx=lambda: _each(lambda v, d: d if v > 0 else alpha, x, dout),
    )
    yield Mistake(
        "backpropagation.leak_slope_open",
        "The whole of dout passes, everywhere.",
        "The slope below 0: it is alpha.",
        **case(lambda v: 1.0),
    )
    yield from _without_dout(lambda v: 1.0 if v > 0 else alpha, x, dout)


def elu_forward(x: Any, alpha: float) -> Iterator[Mistake]:
    """Yield the mistakes of elu_forward: the quantity `out`."""

    def case(below: Callable[[float], float]) -> dict[str, Any]:
        return {"out": lambda: _each(lambda v: v if v > 0 else below(v), x)}

    yield Mistake(
        "backpropagation.elu_without_minus_one",
        "The 1 is not subtracted, so the curve jumps at 0.",
        "The formula below 0: at 0 it should give 0.",
        **case(lambda v: alpha * math.exp(v)),
    )
    yield Mistake(
        "backpropagation.elu_minus_one_outside",
        "The 1 is subtracted after the multiplication by alpha.",
        "The parentheses: alpha times (exp(x) - 1).",
        **case(lambda v: alpha * math.exp(v) - 1),
    )
    yield Mistake(
        "backpropagation.elu_without_alpha",
        "The factor alpha is missing.",
        "The formula below 0.",
        **case(math.expm1),
    )
    yield Mistake(
        "backpropagation.elu_exponent_sign",
        "The exponent has the wrong sign.",
        "What the curve does far to the left: it comes close to -alpha.",
        **case(lambda v: alpha * math.expm1(-v)),
    )
    yield Mistake(
        "backpropagation.elu_sign",
        "The part below 0 has the wrong sign.",
        "What the curve does far to the left: it comes close to -alpha.",
        **case(lambda v: -alpha * math.expm1(v)),
    )
    yield Mistake(
        "backpropagation.elu_on_the_wrong_side",
        "The exponential is on the positive side.",
        "Where the exponential belongs: below 0.",
        out=lambda: _each(lambda v: alpha * math.expm1(v) if v > 0 else v, x),
        zero=lambda: _each(lambda v: min(v, 0.0), x),
    )
    yield Mistake(
        "backpropagation.elu_threshold",
        "The two parts meet at another place than 0.",
        "The number that x is compared with: 0.",
        out=lambda: _each(lambda v: v if v > 1 else alpha * math.expm1(v), x),
        below=lambda: _each(lambda v: v if v > -1 else alpha * math.expm1(v), x),
    )
    yield Mistake(
        "backpropagation.elu_everywhere",
        "The exponential is used on both sides.",
        "What becomes of a positive entry: it stays as it is.",
        out=lambda: _each(lambda v: alpha * math.expm1(v), x),
        added=lambda: _each(lambda v: _bent(v, 0.0) + alpha * math.expm1(v), x),
    )
    yield Mistake(
        "backpropagation.elu_alpha_inside",
        "The number alpha is inside the exponential.",
        "Where alpha belongs: it multiplies the parenthesis.",
        **case(lambda v: math.expm1(alpha * v)),
    )
    yield Mistake(
        "backpropagation.elu_is_leaky",
        "This is the leaky ReLU.",
        "The formula below 0.",
        **case(lambda v: alpha * v),
    )


def elu_backward(x: Any, dout: Any, alpha: float) -> Iterator[Mistake]:
    """Yield the mistakes of elu_backward: the quantity `dx`."""
    both = _slope_mistakes(x, dout)

    def case(below: Callable[[float], float]) -> dict[str, Any]:
        return both(lambda v: 1.0 if v > 0 else below(v))

    def rising(v: float) -> float:
        return _slope(lambda u: alpha * math.expm1(u), v)

    yield Mistake(
        "backpropagation.elu_slope_is_output",
        "Below 0, the gradient is multiplied by the output, not by the slope.",
        "The derivative of alpha * (exp(x) - 1): what becomes of the -1?",
        **case(lambda v: alpha * math.expm1(v)),
    )
    yield Mistake(
        "backpropagation.elu_slope_without_alpha",
        "The factor alpha is missing in the slope.",
        "The slope below 0.",
        **case(math.exp),
    )
    yield Mistake(
        "backpropagation.elu_slope_plus_one",
        "The slope is the output plus 1, which is right for alpha = 1 only.",
        "How the slope follows from the output: check it for alpha = 2.",
        **case(lambda v: alpha * math.expm1(v) + 1),
    )
    yield Mistake(
        "backpropagation.elu_slope_of_output",
        "The slope is taken at the output instead of x.",
        "What is in the cache: x or the output.",
        **case(lambda v: rising(alpha * math.expm1(v))),
    )
    yield Mistake(
        "backpropagation.elu_slope_sign",
        "The slope below 0 has the wrong sign, or its exponent has.",
        "The slope below 0: the curve rises, and flattens to the left.",
        **case(lambda v: -rising(v)),
        exponent=case(lambda v: rising(-v))["dx"],
    )
    yield Mistake(
        "backpropagation.elu_slope_on_the_wrong_side",
        "The slope of the exponential is on the positive side.",
        "Where x was positive, the slope is 1.",
        **both(lambda v: rising(v) if v > 0 else 1.0),
        output=both(lambda v: v + alpha if v > 0 else 1.0)["dx"],
    )
    yield Mistake(
        "backpropagation.elu_slope_threshold",
        "The slope changes at another place than 0.",
        "The number that x is compared with: 0.",
        **both(lambda v: 1.0 if v > 1 else rising(v)),
        below=both(lambda v: 1.0 if v > -1 else rising(v))["dx"],
        output=both(lambda v: 1.0 if v > 1 else _bent(v, alpha * math.expm1(min(v, 0.0))) + alpha)["dx"],
    )
    yield Mistake(
        "backpropagation.elu_slope_missing",
        "Where x was negative, nothing passes.",
        "The slope below 0: it is not 0.",
        **case(lambda v: 0.0),
    )
    yield Mistake(
        "backpropagation.elu_slope_constant",
        "Where x was negative, the slope is alpha everywhere.",
        "The slope of the exponential: it depends on x.",
        **case(lambda v: alpha),
    )
    yield Mistake(
        "backpropagation.elu_slope_times_x",
        "The slope contains x as a factor.",
        "The derivative of exp(x): the power rule does not apply.",
        **case(lambda v: v * rising(v)),
        power=case(lambda v: v * rising(v - 1))["dx"],
    )
    yield Mistake(
        "backpropagation.elu_slope_everywhere",
        "The slope of the exponential is used on both sides.",
        "Where x was positive, the slope is 1.",
        **both(rising),
    )
    yield from _without_dout(lambda v: 1.0 if v > 0 else rising(v), x, dout)


def prelu_forward(x: Any, alpha: Any) -> Iterator[Mistake]:
    """Yield the mistakes of prelu_forward: the quantity `out`."""
    yield Mistake(
        "backpropagation.prelu_one_slope",
        "All features have the same slope.",
        "Which alpha belongs to which column.",
        out=lambda: prelu(x, np.full(len(alpha), alpha[0])),
        mean=lambda: prelu(x, np.full(len(alpha), np.mean(alpha))),
        last=lambda: prelu(x, np.full(len(alpha), alpha[-1])),
        total=lambda: prelu(x, np.full(len(alpha), np.sum(alpha))),
    )
    yield Mistake(
        "backpropagation.prelu_rows",
        "Each example has a slope of its own.",
        "Which axis alpha belongs to: that of the features, the columns.",
        out=lambda: prelu(x, np.reshape(alpha, (-1, 1))),
    )
    yield Mistake(
        "backpropagation.prelu_on_the_wrong_side",
        "The slopes are on the positive side.",
        "Which entries are multiplied by alpha: the negative ones.",
        out=lambda: _each(lambda v, slope: slope * v if v > 0 else v, x, alpha),
    )
    yield Mistake(
        "backpropagation.prelu_leak_missing",
        "Negative entries become 0, as in ReLU.",
        "What becomes of a negative entry.",
        out=lambda: leaky_relu(x, 0.0),
    )
    yield Mistake(
        "backpropagation.prelu_constant",
        "Negative entries become alpha instead of alpha times x.",
        "What becomes of a negative entry.",
        out=lambda: _each(lambda v, slope: _bent(v, slope), x, alpha),
    )
    yield Mistake(
        "backpropagation.prelu_sign",
        "The part below 0 has the wrong sign.",
        "The sign below 0.",
        out=lambda: prelu(x, -np.asarray(alpha)),
    )
    yield Mistake(
        "backpropagation.prelu_threshold",
        "The two parts meet at another place than 0.",
        "The number that x is compared with: 0.",
        out=lambda: _each(lambda v, slope: v if v > 1 else slope * v, x, alpha),
        below=lambda: _each(lambda v, slope: v if v > -1 else slope * v, x, alpha),
    )
    yield Mistake(
        "backpropagation.prelu_unchanged",
        "Negative entries stay as they are, or are divided by alpha.",
        "What becomes of a negative entry: alpha times x.",
        out=lambda: np.asarray(x),
        divided=lambda: prelu(x, 1 / np.asarray(alpha)),
    )
    yield Mistake(
        "backpropagation.prelu_is_max",
        "The larger one of x and alpha * x is taken, which is right only for slopes below 1.",
        "Slopes above 1: what decides is the sign of x.",
        out=lambda: _each(lambda v, slope: max(v, slope * v), x, alpha),
    )
    yield Mistake(
        "backpropagation.prelu_everywhere",
        "The part alpha * x is added to every entry, or every entry is multiplied by alpha.",
        "Where alpha * x belongs: below 0 only.",
        out=lambda: _each(lambda v, slope: _bent(v, 0.0) + slope * v, x, alpha),
        scaled=lambda: np.asarray(x) * alpha,
    )


def prelu_backward(x: Any, dout: Any, alpha: Any) -> Iterator[Mistake]:
    """Yield the mistakes of prelu_backward: the quantities `dx` and `dalpha`."""
    N, D = np.shape(x)

    def dx(slope: Callable[[float, float], float]) -> Callable[[], Any]:
        return lambda: _each(slope, x, alpha) * dout

    def dalpha(share: Callable[[float, float, float], float]) -> Callable[[], Any]:
        return lambda: _each(share, x, dout, alpha).sum(axis=0)

    def below(v: float, d: float, slope: float) -> float:
        return d * _slope(lambda s: _bent(v, s * v), slope)

    yield Mistake(
        "backpropagation.prelu_dx_slope_missing",
        "Where x was negative, nothing passes.",
        "The slope below 0: it is the alpha of the column.",
        dx=dx(lambda v, slope: float(v > 0)),
    )
    yield Mistake(
        "backpropagation.prelu_dx_open",
        "The whole of dout passes, everywhere.",
        "The slope below 0: it is the alpha of the column.",
        dx=dx(lambda v, slope: 1.0),
    )
    yield Mistake(
        "backpropagation.prelu_dx_on_the_wrong_side",
        "The slopes are on the positive side.",
        "Where x was positive, the slope is 1.",
        dx=dx(lambda v, slope: slope if v > 0 else 1.0),
    )
    yield Mistake(
        "backpropagation.prelu_dx_times_x",
        "The gradient is multiplied by x or by the output, instead of the slope.",
        "The derivative of alpha * x with respect to x.",
        dx=dx(lambda v, slope: 1.0 if v > 0 else slope * v),
        output=dx(lambda v, slope: v if v > 0 else slope * v),
        x=dx(lambda v, slope: 1.0 if v > 0 else v),
    )
    yield Mistake(
        "backpropagation.prelu_dx_slope_alone",
        "Where x was negative, dout is missing or divided by alpha.",
        "The chain rule: every slope is multiplied by dout.",
        dx=lambda: _each(lambda v, slope, d: d if v > 0 else slope, x, alpha, dout),
        divided=dx(lambda v, slope: 1.0 if v > 0 else 1 / slope),
    )
    yield Mistake(
        "backpropagation.prelu_dx_one_slope",
        "All features have the same slope.",
        "Which alpha belongs to which column.",
        dx=lambda: _each(lambda v: 1.0 if v > 0 else float(alpha[0]), x) * dout,
        mean=lambda: _each(lambda v: 1.0 if v > 0 else float(np.mean(alpha)), x) * dout,
    )
    yield Mistake(
        "backpropagation.dalpha_not_summed",
        "The gradient dalpha has a number for each entry of x.",
        "The shape of dalpha: that of alpha. A slope is used in every example.",
        dalpha=lambda: _each(below, x, dout, alpha),
    )
    yield Mistake(
        "backpropagation.dalpha_summed_over_features",
        "The gradient dalpha is summed over the wrong axis, or over both.",
        "Which numbers share a slope: those of a column.",
        dalpha=lambda: _each(below, x, dout, alpha).sum(axis=1),
        total=lambda: _each(below, x, dout, alpha).sum(),
        filled=lambda: np.full(D, _each(below, x, dout, alpha).sum()),
    )
    yield Mistake(
        "backpropagation.dalpha_averaged",
        "The gradient dalpha is averaged over the examples.",
        "Sums and means: every use of a slope counts in full.",
        dalpha=lambda: _each(below, x, dout, alpha).sum(axis=0) / N,
        below=lambda: _each(below, x, dout, alpha).sum(axis=0) / np.maximum((np.asarray(x) <= 0).sum(axis=0), 1),
    )
    yield Mistake(
        "backpropagation.dalpha_everywhere",
        "Entries above 0 contribute to dalpha, too.",
        "Where alpha enters the output: below 0 only.",
        dalpha=dalpha(lambda v, d, slope: v * d),
    )
    yield Mistake(
        "backpropagation.dalpha_above",
        "The entries above 0 contribute to dalpha, and those below do not.",
        "Where alpha enters the output: below 0.",
        dalpha=dalpha(lambda v, d, slope: v * d if v > 0 else 0.0),
    )
    yield Mistake(
        "backpropagation.dalpha_without_x",
        "The factor x is missing in dalpha.",
        "The derivative of alpha * x with respect to alpha.",
        dalpha=dalpha(lambda v, d, slope: 0.0 if v > 0 else d),
    )
    yield Mistake(
        "backpropagation.dalpha_with_alpha",
        "There is a factor alpha too much in dalpha.",
        "The derivative of alpha * x with respect to alpha.",
        dalpha=dalpha(lambda v, d, slope: slope * below(v, d, slope)),
        only=dalpha(lambda v, d, slope: 0.0 if v > 0 else slope * d),
    )
    yield Mistake(
        "backpropagation.dalpha_without_dout",
        "The factor dout is missing in dalpha.",
        "The chain rule: the derivative is multiplied by dout.",
        dalpha=dalpha(lambda v, d, slope: below(v, 1.0, slope)),
    )
    yield Mistake(
        "backpropagation.dalpha_sign",
        "The gradient dalpha has the wrong sign.",
        "The sign of x below 0.",
        dalpha=dalpha(lambda v, d, slope: -below(v, d, slope)),
    )
    yield Mistake(
        "backpropagation.dalpha_one_example",
        "Only one example contributes to dalpha.",
        "The sum over the examples.",
        dalpha=lambda: _each(below, x, dout, alpha)[0],
        last=lambda: _each(below, x, dout, alpha)[-1],
    )
    yield from _without_dout_of(
        lambda: _each(lambda v, slope: 1.0 if v > 0 else slope, x, alpha),
    )


def maxout_forward(x: Any, pieces: int) -> Iterator[Mistake]:
    """Yield the mistakes of maxout_forward: the quantity `out`."""
    groups = np.reshape(x, (len(x), -1, pieces))
    yield Mistake(
        "backpropagation.maxout_strided",
        "A group holds columns that are far apart, not neighbours.",
        "The reshape: the numbers of a group are next to each other, so their axis comes last.",
        out=lambda: np.max(np.reshape(x, (len(x), pieces, -1)), axis=1),
    )
    yield Mistake(
        "backpropagation.maxout_wrong_axis",
        "The maximum is taken along the wrong axis.",
        "Which axis holds the numbers of a group.",
        out=lambda: groups.max(axis=1),
        batch=lambda: groups.max(axis=0),
        row=lambda: np.max(x, axis=1),
        other=lambda: np.reshape(x, (len(x), pieces, -1)).max(axis=2),
    )
    yield Mistake(
        "backpropagation.maxout_minimum",
        "The smallest number of a group is taken.",
        "Which number of a group counts: the largest.",
        out=lambda: groups.min(axis=2),
    )
    yield Mistake(
        "backpropagation.maxout_mean",
        "The numbers of a group are averaged or added.",
        "Which number of a group counts: the largest.",
        out=lambda: groups.mean(axis=2),
        total=lambda: groups.sum(axis=2),
    )
    yield Mistake(
        "backpropagation.maxout_absolute",
        "The sign is ignored when the numbers of a group are compared.",
        "Which number is the largest: -3 is less than 1.",
        out=lambda: np.abs(groups).max(axis=2),
        signed=lambda: np.take_along_axis(groups, np.abs(groups).argmax(axis=2)[:, :, None], axis=2)[:, :, 0],
    )
    yield Mistake(
        "backpropagation.maxout_relu",
        "A negative maximum becomes 0.",
        "What maxout does if all numbers of a group are negative: the largest of them counts.",
        out=lambda: np.maximum(groups.max(axis=2), 0),
    )
    yield Mistake(
        "backpropagation.maxout_places",
        "These are the places of the largest numbers, not the numbers.",
        "The difference between argmax and max.",
        out=lambda: groups.argmax(axis=2),
    )
    yield Mistake(
        "backpropagation.maxout_pairs",
        "The groups have two numbers, whatever `pieces` is.",
        "The size of a group: it is the argument pieces.",
        out=lambda: np.reshape(x, (len(x), -1, 2)).max(axis=2),
    )
    yield Mistake(
        "backpropagation.maxout_number_of_groups",
        "There are `pieces` groups, instead of groups of `pieces` numbers.",
        "The size of a group: it is the argument pieces.",
        out=lambda: np.reshape(x, (len(x), pieces, -1)).max(axis=2),
    )
    yield Mistake(
        "backpropagation.maxout_first",
        "The first or the last number of each group is taken.",
        "Which number of a group counts: the largest.",
        out=lambda: groups[:, :, 0],
        last=lambda: groups[:, :, -1],
    )


def maxout_backward(x: Any, dout: Any, pieces: int) -> Iterator[Mistake]:
    """Yield the mistakes of maxout_backward: the quantity `dx`."""
    groups = np.reshape(x, (len(x), -1, pieces)).astype(np.float64)
    given = np.asarray(dout)[:, :, None]
    largest = groups == groups.max(axis=2, keepdims=True)

    def case(shares: Callable[[], Any]) -> dict[str, Any]:
        return {"dx": lambda: np.reshape(shares(), np.shape(x))}

    yield Mistake(
        "backpropagation.maxout_to_all",
        "All numbers of a group get the gradient.",
        "Which number the output changes with: the largest one alone.",
        **case(lambda: np.broadcast_to(given, groups.shape)),
        shared=case(lambda: np.broadcast_to(given / pieces, groups.shape))["dx"],
    )
    yield Mistake(
        "backpropagation.maxout_tie_to_all",
        "Of equal numbers, each gets the whole gradient.",
        "What the docstring says about equal numbers: the first one gets all of it.",
        **case(lambda: largest * given),
    )
    yield Mistake(
        "backpropagation.maxout_tie_shared",
        "Equal numbers share the gradient.",
        "What the docstring says about equal numbers: the first one gets all of it.",
        **case(lambda: largest * given / largest.sum(axis=2, keepdims=True)),
    )
    yield Mistake(
        "backpropagation.tie_to_the_last",
        "Of equal numbers, the last one gets the gradient.",
        "What the docstring says about equal numbers.",
        **case(lambda: _at(groups, pieces - 1 - groups[:, :, ::-1].argmax(axis=2)) * given),
    )
    yield Mistake(
        "backpropagation.maxout_to_the_first",
        "The same number of each group always gets the gradient.",
        "Which number the output changes with: the largest one.",
        **case(lambda: _at(groups, np.zeros(groups.shape[:2], dtype=int)) * given),
        last=case(lambda: _at(groups, np.full(groups.shape[:2], pieces - 1)) * given)["dx"],
    )
    yield Mistake(
        "backpropagation.maxout_to_the_smallest",
        "The smallest number of each group gets the gradient.",
        "Which number the output changes with: the largest one.",
        **case(lambda: _at(groups, groups.argmin(axis=2)) * given),
    )
    yield Mistake(
        "backpropagation.maxout_times_value",
        "The gradient is multiplied by the largest number.",
        "The slope of a maximum along the largest number.",
        **case(lambda: largest * groups * given),
    )
    yield Mistake(
        "backpropagation.maxout_columns_mixed",
        "The gradients are in the wrong columns.",
        "The reshape at the end: the axes of groups and pieces have to stand in the same order as in the forward pass.",
        **case(lambda: np.swapaxes(largest * given, 1, 2)),
    )
    yield Mistake(
        "backpropagation.maxout_without_dout",
        "The derivative is not multiplied by dout.",
        "The chain rule: the derivative is multiplied by dout.",
        **case(lambda: largest.astype(np.float64)),
    )
    yield Mistake(
        "backpropagation.maxout_not_the_largest",
        "The largest number gets nothing, and the others get the gradient.",
        "Which number the output changes with: the largest one.",
        **case(lambda: ~largest * given),
    )


def _at(groups: Any, places: Any) -> Floats:
    """Return ones at these places of the groups, zeros elsewhere."""
    return (np.arange(groups.shape[2]) == places[:, :, None]).astype(np.float64)


def _without_dout(slope: Callable[[float], float], x: Any, dout: Any) -> Iterator[Mistake]:
    yield from _without_dout_of(lambda: _each(slope, x))
    yield Mistake(
        "backpropagation.dout_added",
        "The gradient dout is added to the derivative, or divided by it.",
        "The chain rule: the derivative is multiplied by dout.",
        dx=lambda: _each(slope, x) + dout,
        quotient=lambda: dout / _each(slope, x),
    )


def _without_dout_of(slope: Callable[[], Any]) -> Iterator[Mistake]:
    yield Mistake(
        "backpropagation.without_dout",
        "The derivative is not multiplied by dout.",
        "The chain rule: the derivative is multiplied by dout.",
        dx=slope,
    )

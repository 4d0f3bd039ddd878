"""Finds the loops that a function contains, from its syntax tree."""

from __future__ import annotations

import ast
import builtins
import functools
import inspect
import textwrap
import types
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

# these functions loop over their arguments, whatever module provides them
LOOPING = frozenset(
    "vectorize frompyfunc apply_along_axis apply_over_axes nditer ndenumerate ndindex fromiter fromfunction "
    "starmap cdist pdist distance_matrix pairwise_distances euclidean_distances manhattan_distances".split()
)
MOST_ITEMS = 8  # a loop over at most this many written items, such as the names of arguments, does not count
LOOPING_BUILTINS = frozenset({"map", "filter", "exec", "eval"})
# harmless elsewhere (np.add.reduce), so they count only as attributes of these modules
LOOPING_IN: dict[str, set[str]] = {
    "reduce": {"functools"},
    "accumulate": {"itertools"},
    "piecewise": {"np", "numpy"},
    **dict.fromkeys(LOOPING_BUILTINS, {"builtins", "__builtins__"}),
}
LOOPING_OBJECTS = {id(getattr(np, name)): name for name in LOOPING if hasattr(np, name)} | {
    id(functools.reduce): "reduce",
    **{id(getattr(builtins, name)): name for name in LOOPING_BUILTINS},
}
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
Definition = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


class SourceUnavailable(Exception):
    """The source text of a function is not available; str() tells the student why."""


@dataclass(frozen=True)
class Loop:
    """A loop in the source text of a function.

    Attributes
    ----------
    kind
        "for", "while", "comprehension", "generator", "recursion", or the name of a function that loops.
    function
        The name of the function that contains it.
    line
        The line number of the loop, where 1 is the first line of the function.
    text
        The text of that line.
    """

    kind: str
    function: str
    line: int
    text: str

    def __str__(self) -> str:
        kinds = {
            "for": "a for loop",
            "while": "a while loop",
            "comprehension": "a comprehension, which is a loop",
            "generator": "a generator expression, which is a loop",
            "recursion": "a call of the function by itself, which is a loop",
        }
        words = kinds.get(self.kind, f"a call of {self.kind}, which does the loop for you")
        return f"line {self.line} of {self.function} has {words}:\n    {self.text}"


@dataclass
class FoundLoops:
    """The loops of a function.

    Attributes
    ----------
    loops
        All the loops that were found.
    deepest
        The longest chain of nested loops, the outermost first.
    """

    loops: list[Loop] = field(default_factory=list)
    deepest: list[Loop] = field(default_factory=list)


def find_loops(function: Callable[..., object]) -> FoundLoops:
    """Find the loops of a function and of the helper functions it uses.

    A helper function is defined inside the function, in the same source text, or in the same module or notebook.

    Raises
    ------
    SourceUnavailable
        If the source text of the function cannot be read.
    """
    return _Examiner().loops_of(_definition_of(function))


def source_of(function: Callable[..., object]) -> str:
    """Return the source text of a function.

    A callable that stands for a function in another process has its source text in the attribute `__source__`; that
    text may also contain the definitions of helper functions.

    Raises
    ------
    SourceUnavailable
        If the text cannot be read: the function is not defined with def, or its cell must run again.
    """
    carried = getattr(function, "__source__", None)
    if isinstance(carried, str):
        return textwrap.dedent(carried)
    try:
        return textwrap.dedent(inspect.getsource(function))
    except TypeError:
        why = "it is not a function defined with def"
    except OSError:
        why = "run the cell that defines it again"
    raise SourceUnavailable(f"the source of {name_of(function)} cannot be read: {why}")


def name_of(function: Callable[..., object]) -> str:
    """Return the name of a function, or of its type if it has no name."""
    name = getattr(function, "__name__", None)
    return name if isinstance(name, str) else type(function).__name__


@dataclass(frozen=True, eq=False)
class _Definition:
    """A function's syntax tree, and what the names in it refer to."""

    name: str
    node: ast.AST
    lines: tuple[str, ...]
    siblings: dict[str, Definition]  # functions in the same source text
    live: dict[str, Any]  # {name: object} of the function's globals and closure
    module: str | None


def _definition_of(function: Callable[..., object]) -> _Definition:
    source, name = source_of(function), name_of(function)
    tree = _parsed(source, name)
    siblings: dict[str, Definition] = {node.name: node for node in tree.body if isinstance(node, DEFINITIONS)}
    lambdas = [node for node in ast.walk(tree) if isinstance(node, ast.Lambda)]
    node: ast.AST
    if name in siblings:
        node = siblings[name]
    elif siblings:
        node = next(iter(siblings.values()))
    else:
        # several lambdas on one line cannot be told apart, so the whole line is examined
        node = lambdas[0] if len(lambdas) == 1 else tree
    live: dict[str, Any] = {}
    module = None
    if isinstance(function, types.FunctionType):
        unwrapped: Any = inspect.unwrap(function)
        live, module = unwrapped.__globals__ | _closure(unwrapped), unwrapped.__module__
    return _Definition(name, node, tuple(source.splitlines()), siblings, live, module)


def _closure(function: types.FunctionType) -> dict[str, Any]:
    values = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            values[name] = cell.cell_contents
        except ValueError:  # a name that is not bound yet
            pass
    return values


def _parsed(source: str, name: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError:
        pass
    # a lambda within a longer statement: take the text from "lambda" on, and shorten it until it is an expression
    start = source.find("lambda")
    for end in range(len(source), start, -1) if start >= 0 else ():
        try:
            return ast.parse(f"({source[start:end]})")
        except SyntaxError:
            continue
    raise SourceUnavailable(f"the source of {name} cannot be read: define it with def")


class _Examiner:
    """Examines each definition once, and remembers which ones it is examining, to notice recursion."""

    def __init__(self) -> None:
        self.found: dict[ast.AST, FoundLoops] = {}
        self.active: list[ast.AST] = []
        self.live: dict[int, _Definition | None] = {}

    def loops_of(self, definition: _Definition) -> FoundLoops:
        node = definition.node
        if node not in self.found:
            self.active.append(node)
            visitor = _Visitor(self, definition)
            visitor.visit_function(node)
            self.active.pop()
            self.found[node] = visitor.found
        return self.found[node]

    def of_live_function(self, function: types.FunctionType) -> _Definition | None:
        if id(function) not in self.live:
            try:
                self.live[id(function)] = _definition_of(function)
            except SourceUnavailable:
                self.live[id(function)] = None
        return self.live[id(function)]


class _Visitor(ast.NodeVisitor):
    def __init__(self, examiner: _Examiner, definition: _Definition) -> None:
        self.examiner = examiner
        inner = {n.name: n for n in ast.walk(definition.node) if isinstance(n, DEFINITIONS)}
        self.definition = replace(definition, siblings=definition.siblings | inner)
        self.variables = _variables(definition.node)
        self.short = _short_names(definition.node)
        self.found = FoundLoops()
        self.around: list[Loop] = []

    def visit_function(self, node: ast.AST) -> None:
        if isinstance(node, DEFINITIONS):
            self.visit_all(node.body)
            self.variables = frozenset()  # decorators and default values belong to the enclosing scope
            self.visit_all(node.decorator_list + _defaults(node))
        else:
            self.visit(node)

    def visit_FunctionDef(self, node: Definition) -> None:
        """Skip the body of an inner function: it counts where the function is used."""
        self.visit_all(node.decorator_list + _defaults(node))

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        outside, self.variables = self.variables, self.variables | _arguments(node)
        self.visit(node.body)
        self.variables = outside

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)  # computed once, before the loop
        outside = len(self.around)
        self.enter_all("for", node, node)
        self.visit_all(node.body)
        self.leave(outside)
        self.visit_all(node.orelse)

    visit_AsyncFor = visit_For

    def visit_While(self, node: ast.While) -> None:
        with_loop = self.enter("while", node)
        self.visit_all([node.test, *node.body])
        self.leave(with_loop)
        self.visit_all(node.orelse)

    def visit_comprehension_like(self, node: Comprehension) -> None:
        kind = "generator" if isinstance(node, ast.GeneratorExp) else "comprehension"
        depth = len(self.around)
        for generator in node.generators:
            self.visit(generator.iter)
            self.enter_all(kind, node, generator)
            self.visit_all(generator.ifs)
        self.visit_all([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt])
        self.leave(depth)

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_comprehension_like

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.id if isinstance(node.func, ast.Name) else None
        if name in LOOPING | set(LOOPING_IN) and self.is_foreign(name):
            self.leave(self.enter(name, node))
            self.visit_all([*node.args, *node.keywords])
        else:
            self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        base = node.value.id if isinstance(node.value, ast.Name) else None
        if node.attr in LOOPING or base in LOOPING_IN.get(node.attr, ()):
            self.leave(self.enter(node.attr, node))
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        if not isinstance(node.ctx, ast.Load) or node.id in self.variables:
            return
        helper = self.definition_named(node.id)
        if helper is None and node.id in LOOPING_BUILTINS:  # called, or given another name
            self.leave(self.enter(node.id, node))
            return
        live = id(self.definition.live.get(node.id))
        if helper is None:
            # a looping function under another name: from numpy import vectorize as each
            if live in LOOPING_OBJECTS and node.id not in LOOPING | LOOPING_BUILTINS | set(LOOPING_IN):
                self.leave(self.enter(LOOPING_OBJECTS[live], node))
        elif helper.node in self.examiner.active:
            self.leave(self.enter("recursion", node))
        else:
            found = self.examiner.loops_of(helper)
            self.found.loops += [loop for loop in found.loops if loop not in self.found.loops]
            self.reached(self.around + found.deepest)

    def visit_all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    def enter(self, kind: str, node: ast.stmt | ast.expr) -> int:
        """Enter a loop, and return the depth before it, for `leave`."""
        depth = len(self.around)
        first = getattr(self.definition.node, "lineno", 1)
        lines = self.definition.lines
        text = lines[node.lineno - 1].strip() if node.lineno <= len(lines) else ""
        loop = Loop(kind, self.definition.name, node.lineno - first + 1, text)
        self.found.loops.append(loop)
        self.around.append(loop)
        self.reached(self.around)
        return depth

    def enter_all(self, kind: str, node: ast.stmt | ast.expr, loop: ast.For | ast.AsyncFor | ast.comprehension) -> None:
        """Enter a loop, as several nested loops if itertools.product or np.ndindex combines several into one.

        A loop over a few items that are written in the function is not entered.
        """
        if _is_short(loop.iter, self.short):
            return
        self.enter(kind, node)
        for _ in range(_loops_in_one(loop.target, loop.iter) - 1):
            self.around.append(self.around[-1])
        self.reached(self.around)

    def leave(self, depth: int) -> None:
        del self.around[depth:]

    def reached(self, chain: list[Loop]) -> None:
        if len(chain) > len(self.found.deepest):
            self.found.deepest = list(chain)

    def is_foreign(self, name: str) -> bool:
        return name not in self.variables and self.definition_named(name) is None

    def definition_named(self, name: str) -> _Definition | None:
        """Return the definition of a name if it is a helper function, else None; see `find_loops`."""
        definition = self.definition
        if name in definition.siblings:
            return replace(definition, name=name, node=definition.siblings[name])
        live = definition.live.get(name)
        if isinstance(live, types.FunctionType) and inspect.unwrap(live).__module__ == definition.module:
            return self.examiner.of_live_function(live)
        return None


def _is_short(iterated: ast.expr, names: Collection[str] = ()) -> bool:
    """Return whether this has at most MOST_ITEMS items, whatever the arguments of the function are."""
    if isinstance(iterated, ast.Name):
        return iterated.id in names
    if isinstance(iterated, (ast.Tuple, ast.List, ast.Set)):
        starred = [item.value for item in iterated.elts if isinstance(item, ast.Starred)]
        return len(iterated.elts) <= MOST_ITEMS and all(_is_short(item, names) for item in starred)
    if isinstance(iterated, ast.Dict):
        return len(iterated.keys) <= MOST_ITEMS and None not in iterated.keys
    if not isinstance(iterated, ast.Call):
        return False
    function, arguments = iterated.func, iterated.args
    if isinstance(function, ast.Attribute):
        return function.attr in ("items", "keys", "values") and _is_short(function.value, names)
    name = getattr(function, "id", None)
    if name == "range":
        numbers = [abs(item.value) for item in arguments if isinstance(item, ast.Constant) and type(item.value) is int]
        return len(numbers) == len(arguments) <= 2 and max(numbers, default=0) <= MOST_ITEMS
    if name == "zip":
        return any(_is_short(argument, names) for argument in arguments)
    return name in ("enumerate", "reversed", "sorted") and len(arguments) > 0 and _is_short(arguments[0], names)


def _short_names(node: ast.AST) -> frozenset[str]:
    """Return the names of a function that hold a few items: *args, and a name that is bound once, to a written tuple.

    Counting the executed lines finds a caller that passes the rows of an array as *args.
    """
    if not isinstance(node, DEFINITIONS):
        return frozenset()
    bound = Counter(n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
    short = set() if node.args.vararg is None or bound[node.args.vararg.arg] else {node.args.vararg.arg}
    for assigned in ast.walk(node):
        if isinstance(assigned, ast.Assign) and isinstance(assigned.value, ast.Tuple) and _is_short(assigned.value):
            short |= {n.id for n in assigned.targets if isinstance(n, ast.Name) and bound[n.id] == 1}
    return frozenset(short)


def _loops_in_one(target: ast.expr, iterated: ast.expr) -> int:
    """Return how many loops `for target in iterated` replaces: more than 1 for a product of several ranges."""
    if not isinstance(iterated, ast.Call):
        return 1
    name = getattr(iterated.func, "id", getattr(iterated.func, "attr", None))
    if name not in ("product", "ndindex"):
        return 1
    if isinstance(target, (ast.Tuple, ast.List)):
        return len(target.elts)
    only = iterated.args[0] if len(iterated.args) == 1 else None
    ranges = only.elts if isinstance(only, ast.Tuple) else iterated.args
    return max(1, len(ranges))


def _defaults(node: Definition | ast.Lambda) -> list[ast.expr]:
    return node.args.defaults + [default for default in node.args.kw_defaults if default is not None]


def _arguments(node: Definition | ast.Lambda) -> frozenset[str]:
    arguments = node.args
    both = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    return frozenset(argument.arg for argument in both if argument is not None)


def _variables(node: ast.AST) -> frozenset[str]:
    """Return the local names of a function: its arguments and the names it assigns to."""
    names = set(_arguments(node)) if isinstance(node, (*DEFINITIONS, ast.Lambda)) else set()
    inside = list(ast.iter_child_nodes(node))
    while inside:
        child = inside.pop()
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            names.add(child.id)
        if not isinstance(child, (*DEFINITIONS, ast.Lambda)):  # each of these has its own scope
            inside.extend(ast.iter_child_nodes(child))
    return frozenset(names)

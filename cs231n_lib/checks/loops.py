"""Which loops a function contains, read from its syntax tree."""

import ast
import builtins
import functools
import inspect
import textwrap
import types
from dataclasses import dataclass, field, replace

import numpy as np

# these loop over what they are given, whatever module they are reached through
LOOPING = frozenset(
    "vectorize frompyfunc apply_along_axis apply_over_axes nditer ndenumerate ndindex fromiter fromfunction "
    "starmap cdist pdist distance_matrix pairwise_distances euclidean_distances manhattan_distances".split()
)
LOOPING_BUILTINS = frozenset({"map", "filter", "exec", "eval"})
# harmless under other names (np.add.reduce), so they count as attributes of these modules only
LOOPING_IN = {"reduce": {"functools"}, "accumulate": {"itertools"}, "piecewise": {"np", "numpy"}} | dict.fromkeys(
    LOOPING_BUILTINS, {"builtins", "__builtins__"}
)
LOOPING_OBJECTS = {id(getattr(np, name)): name for name in LOOPING if hasattr(np, name)} | {
    id(functools.reduce): "reduce",
    **{id(getattr(builtins, name)): name for name in LOOPING_BUILTINS},
}
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class SourceUnavailable(Exception):
    """The source text of a function cannot be had; str() says why, for a student."""


@dataclass(frozen=True)
class Loop:
    """A loop. kind: "for", "while", "comprehension", "generator", "recursion" or the name of a function."""

    kind: str
    function: str
    line: int
    text: str

    def __str__(self):
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
class Report:
    """loops: all that were found; deepest: the longest chain of loops inside each other, outermost first."""

    loops: list = field(default_factory=list)
    deepest: list = field(default_factory=list)


def examine(function):
    """The loops of a function and of the functions written beside it that it uses: a Report.

    Followed are names that stand for a function of the same module (or notebook), of the same source text,
    or defined inside. Raises SourceUnavailable.
    """
    return _Examiner().report(_definition_of(function))


def source_of(function):
    """The source text of a function.

    A callable that stands for a function elsewhere carries its source as the string attribute `__source__`;
    that text may hold the definitions of helper functions, too. Raises SourceUnavailable.
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


def name_of(function):
    name = getattr(function, "__name__", None)
    return name if isinstance(name, str) else type(function).__name__


@dataclass(frozen=True, eq=False)
class _Definition:
    """A function's syntax tree, and what the names in it stand for.

    siblings: definitions (name -> syntax tree) of the same text; live: objects by name, where there are any.
    """

    name: str
    node: ast.AST
    lines: tuple
    siblings: dict
    live: dict
    module: str | None


def _definition_of(function):
    source, name = source_of(function), name_of(function)
    tree = _parsed(source, name)
    siblings = {node.name: node for node in tree.body if isinstance(node, DEFINITIONS)}
    lambdas = [node for node in ast.walk(tree) if isinstance(node, ast.Lambda)]
    if name in siblings:
        node = siblings[name]
    elif siblings:
        node = next(iter(siblings.values()))
    else:
        # several lambdas on one line cannot be told apart: the whole line is examined
        node = lambdas[0] if len(lambdas) == 1 else tree
    live, module = {}, None
    if isinstance(function, types.FunctionType):
        function = inspect.unwrap(function)
        live, module = function.__globals__ | _closure(function), function.__module__
    return _Definition(name, node, tuple(source.splitlines()), siblings, live, module)


def _closure(function):
    values = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            values[name] = cell.cell_contents
        except ValueError:  # a name that is not bound yet
            pass
    return values


def _parsed(source, name):
    try:
        return ast.parse(source)
    except SyntaxError:
        pass
    # a lambda amid a longer statement: the text from "lambda" on, cut until it is an expression
    start = source.find("lambda")
    for end in range(len(source), start, -1) if start >= 0 else ():
        try:
            return ast.parse(f"({source[start:end]})")
        except SyntaxError:
            continue
    raise SourceUnavailable(f"the source of {name} cannot be read: define it with def")


class _Examiner:
    """Reports of definitions, each examined once; knows which are being examined, to notice recursion."""

    def __init__(self):
        self.reports, self.active, self.live = {}, [], {}

    def report(self, definition):
        node = definition.node
        if node not in self.reports:
            self.active.append(node)
            visitor = _Visitor(self, definition)
            visitor.visit_function(node)
            self.active.pop()
            self.reports[node] = visitor.report
        return self.reports[node]

    def of_live_function(self, function):
        if id(function) not in self.live:
            try:
                self.live[id(function)] = _definition_of(function)
            except SourceUnavailable:
                self.live[id(function)] = None
        return self.live[id(function)]


class _Visitor(ast.NodeVisitor):
    def __init__(self, examiner, definition):
        self.examiner = examiner
        inner = {n.name: n for n in ast.walk(definition.node) if isinstance(n, DEFINITIONS)}
        self.definition = replace(definition, siblings=definition.siblings | inner)
        self.variables = _variables(definition.node)
        self.report = Report()
        self.around = []

    def visit_function(self, node):
        if isinstance(node, DEFINITIONS):
            self.visit_all(node.body)
            self.variables = frozenset()  # decorators and default values belong to the scope outside
            self.visit_all(node.decorator_list + _defaults(node))
        else:
            self.visit(node)

    def visit_FunctionDef(self, node):
        """The body of a function defined inside counts where it is used."""
        self.visit_all(node.decorator_list + _defaults(node))

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node):
        outside, self.variables = self.variables, self.variables | _arguments(node)
        self.visit(node.body)
        self.variables = outside

    def visit_For(self, node):
        self.visit(node.iter)  # computed once, before the loop
        outside = len(self.around)
        self.enter_all("for", node, node)
        self.visit_all(node.body)
        self.leave(outside)
        self.visit_all(node.orelse)

    visit_AsyncFor = visit_For

    def visit_While(self, node):
        with_loop = self.enter("while", node)
        self.visit_all([node.test, *node.body])
        self.leave(with_loop)
        self.visit_all(node.orelse)

    def visit_comprehension_like(self, node):
        kind = "generator" if isinstance(node, ast.GeneratorExp) else "comprehension"
        depth = len(self.around)
        for generator in node.generators:
            self.visit(generator.iter)
            self.enter_all(kind, node, generator)
            self.visit_all(generator.ifs)
        self.visit_all([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt])
        self.leave(depth)

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_comprehension_like

    def visit_Call(self, node):
        name = node.func.id if isinstance(node.func, ast.Name) else None
        if name in LOOPING_BUILTINS | LOOPING | set(LOOPING_IN) and self.is_foreign(name):
            self.leave(self.enter(name, node))
        self.generic_visit(node)

    def visit_Attribute(self, node):
        base = node.value.id if isinstance(node.value, ast.Name) else None
        if node.attr in LOOPING or base in LOOPING_IN.get(node.attr, ()):
            self.leave(self.enter(node.attr, node))
        self.generic_visit(node)

    def visit_Name(self, node):
        if not isinstance(node.ctx, ast.Load) or node.id in self.variables:
            return
        helper = self.definition_named(node.id)
        live = id(self.definition.live.get(node.id))
        if helper is None:
            # a looping function under another name: from numpy import vectorize as each
            if live in LOOPING_OBJECTS and node.id not in LOOPING | LOOPING_BUILTINS | set(LOOPING_IN):
                self.leave(self.enter(LOOPING_OBJECTS[live], node))
        elif helper.node in self.examiner.active:
            self.leave(self.enter("recursion", node))
        else:
            report = self.examiner.report(helper)
            self.report.loops += [loop for loop in report.loops if loop not in self.report.loops]
            self.reached(self.around + report.deepest)

    def visit_all(self, nodes):
        for node in nodes:
            self.visit(node)

    def enter(self, kind, node):
        """Returns what `leave` needs to return to the present depth."""
        depth = len(self.around)
        first = getattr(self.definition.node, "lineno", 1)
        lines = self.definition.lines
        text = lines[node.lineno - 1].strip() if node.lineno <= len(lines) else ""
        loop = Loop(kind, self.definition.name, node.lineno - first + 1, text)
        self.report.loops.append(loop)
        self.around.append(loop)
        self.reached(self.around)
        return depth

    def enter_all(self, kind, node, loop):
        """Enter a loop, once for each of those that itertools.product and np.ndindex make one of."""
        self.enter(kind, node)
        for _ in range(_loops_in_one(loop.target, loop.iter) - 1):
            self.around.append(self.around[-1])
        self.reached(self.around)

    def leave(self, depth):
        del self.around[depth:]

    def reached(self, chain):
        if len(chain) > len(self.report.deepest):
            self.report.deepest = list(chain)

    def is_foreign(self, name):
        return name not in self.variables and self.definition_named(name) is None

    def definition_named(self, name):
        """The definition a name stands for if it is a function written beside this one, else None."""
        definition = self.definition
        if name in definition.siblings:
            return replace(definition, name=name, node=definition.siblings[name])
        live = definition.live.get(name)
        if isinstance(live, types.FunctionType) and inspect.unwrap(live).__module__ == definition.module:
            return self.examiner.of_live_function(live)
        return None


def _loops_in_one(target, iterated):
    """How many loops `for target in iterated` stands for: more than 1 for a product of several ranges."""
    function = iterated.func if isinstance(iterated, ast.Call) else None
    name = getattr(function, "id", getattr(function, "attr", None))
    if name not in ("product", "ndindex"):
        return 1
    if isinstance(target, (ast.Tuple, ast.List)):
        return len(target.elts)
    of = iterated.args[0].elts if [type(each) for each in iterated.args] == [ast.Tuple] else iterated.args
    return max(1, len(of))


def _defaults(node):
    return node.args.defaults + [default for default in node.args.kw_defaults if default is not None]


def _arguments(node):
    arguments = node.args
    both = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    return frozenset(argument.arg for argument in both if argument is not None)


def _variables(node):
    """Names a function binds itself: its arguments and what it assigns to."""
    names = set(_arguments(node)) if isinstance(node, (*DEFINITIONS, ast.Lambda)) else set()
    inside = list(ast.iter_child_nodes(node))
    while inside:
        child = inside.pop()
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            names.add(child.id)
        if not isinstance(child, (*DEFINITIONS, ast.Lambda)):  # these have scopes of their own
            inside.extend(ast.iter_child_nodes(child))
    return frozenset(names)

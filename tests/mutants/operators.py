"""Make mutants of a solution: the same code with one small mistake.

An operator is a function that looks at one node of the syntax tree and yields what could stand there by mistake:
another node, or a list of statements. `OPERATORS` lists them by name. Only code between the solution markers changes.
The same source always gives the same mutants, in the same order.
"""

import ast
import copy
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"


@dataclass(frozen=True)
class Mutant:
    """A solution with one mistake."""

    operator: str
    line: int  # of the solution cell, counted from 1
    was: str  # the changed statement without its body; empty if a statement is added
    becomes: str  # empty if the statement is dropped
    place: int  # 1, or 2 for the second place where the same change is possible, ...
    source: str = field(repr=False)  # of the whole cell

    @property
    def change(self) -> str:
        """What identifies the mutant among those of an exercise, whatever line it stands on."""
        place = f" #{self.place}" if self.place > 1 else ""
        return f"{self.was or '(added)'} => {self.becomes or '(dropped)'}{place}"


@dataclass(frozen=True)
class Code:
    """What operators know about the code around a node."""

    function: ast.FunctionDef
    begin: int  # the line of the first marker
    parameters: list[str]
    defaults: dict[str, ast.Constant]  # of parameters
    rebound: set[str]  # parameters to which the code assigns
    looped: set[str]  # names that loops bind
    bound: dict[str, int]  # name -> the line that binds it first
    docstring: str
    parents: dict[ast.AST, ast.AST]

    def inside(self, node, kinds):
        """Whether the node, or a node around it, is of these kinds."""
        while node is not None and not isinstance(node, kinds):
            node = self.parents.get(node)
        return node is not None


Operator = Callable[[ast.AST, Code], Iterator[ast.AST | list[ast.stmt]]]
OPERATORS: dict[str, list[Operator]] = {}


def mutants(source: str) -> list[Mutant]:
    """Return the mutants of a solution cell, in the order of its lines."""
    lines = source.splitlines()
    markers = [[k for k, line in enumerate(lines, 1) if line.strip() == marker] for marker in (BEGIN, END)]
    regions = list(zip(*markers, strict=True))
    tree = ast.parse(source)
    code = _code_around(tree, regions)
    seen, places, found = {ast.unparse(tree) + "\n"}, Counter(), []
    for node, parent, name, index in list(_places(tree)):
        if not any(first < getattr(node, "lineno", 0) < last for first, last in regions):
            continue
        for operator, functions in OPERATORS.items():
            for function in functions:
                for new in function(node, code):
                    old_text, new_text, new_source = _replaced(tree, code, node, parent, name, index, new)
                    if new_source in seen:
                        continue
                    seen.add(new_source)
                    places[old_text, new_text] += 1
                    found.append(
                        Mutant(operator, node.lineno, old_text, new_text, places[old_text, new_text], new_source)
                    )
    return sorted(found, key=lambda mutant: mutant.line)


def _places(tree):
    """Yield (node, its parent, the field of the parent, the index in that field or None), from the outside in."""
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            for index, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if isinstance(node, ast.AST):
                    yield node, parent, name, index


def _code_around(tree, regions):
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef))
    names = [argument.arg for argument in function.args.args]
    last = zip(names[::-1], function.args.defaults[::-1], strict=False)
    bound = dict.fromkeys(names, function.lineno)
    rebound, looped = set(), set()
    for node in ast.walk(function):
        if isinstance(node, ast.For | ast.comprehension):
            looped |= {part.id for part in ast.walk(node.target) if isinstance(part, ast.Name)}
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            rebound |= {node.id} & set(names)
            bound[node.id] = min(node.lineno, bound.get(node.id, node.lineno))
    return Code(
        function,
        regions[0][0],
        names,
        {name: value for name, value in last if isinstance(value, ast.Constant) and value.value is not None},
        rebound,
        looped,
        bound,
        ast.get_docstring(function) or "",
        {node: parent for node, parent, _, _ in _places(tree)},
    )


def _replaced(tree, code, node, parent, name, index, new):
    """Return the changed statement before and after, and the source of the whole tree with `new` in place of `node`."""
    whole = node  # the statement, or the entry of a dictionary with several
    while not isinstance(whole, ast.stmt) and not isinstance(code.parents[whole], ast.Dict):
        whole = code.parents[whole]
    before = [_header(whole)]
    if isinstance(new, list):
        siblings = getattr(parent, name)
        setattr(parent, name, [*siblings[:index], *(new or [ast.Pass()]), *siblings[index + 1 :]])
        after = [_header(part) for part in new]
        if node in new:  # statements are added before or after it
            before, after = [], [_header(part) for part in new if part is not node]
        source = ast.unparse(ast.fix_missing_locations(tree))
        setattr(parent, name, siblings)
    else:
        _put(parent, name, index, new)
        source = ast.unparse(ast.fix_missing_locations(tree))
        after = [_header(whole if whole is not node else new)]
        if after == before and isinstance(new, ast.For):  # something was added to the end of its body
            after.append(_header(new.body[-1]))
        _put(parent, name, index, node)
    return "; ".join(before), "; ".join(after), source + "\n"


def _put(parent, name, index, node):
    if index is None:
        setattr(parent, name, node)
    else:
        getattr(parent, name)[index] = node


def _header(statement):
    """Return the text of a statement on one line, without the statements inside it."""
    if isinstance(statement, ast.For | ast.While | ast.If | ast.FunctionDef | ast.With):
        bare = copy.copy(statement)
        bare.body = [ast.Expr(ast.Constant(...))]
        if hasattr(bare, "orelse"):
            bare.orelse = []
        statement = bare
    return " ".join(line.strip() for line in ast.unparse(ast.fix_missing_locations(statement)).splitlines())


def operator(name):
    """Register a function as (a part of) the operator of this name."""

    def register(function):
        OPERATORS.setdefault(name, []).append(function)
        return function

    return register


def _negative(node):
    return ast.UnaryOp(ast.USub(), node)


def _expression(text):
    return ast.parse(text, mode="eval").body


def _called(node):
    """Return the last part of the name of what a node calls, or None."""
    if isinstance(node, ast.Call):
        return getattr(node.func, "attr", getattr(node.func, "id", None))
    return None


def _with(node, **fields):
    """Return a copy of a node with other fields."""
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def _without(items, k):
    return [*items[:k], *items[k + 1 :]]


# ---- arithmetic

SWAPPED = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div, ast.Mult),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
}


@operator("arithmetic")
def other_arithmetic(node, code):
    if isinstance(node, ast.BinOp | ast.AugAssign):
        for other in SWAPPED.get(type(node.op), ()):
            yield _with(node, op=other())


def _sign_is_lost(node):
    """Whether a node is an absolute value or a square."""
    return _called(node) == "abs" or isinstance(node, ast.BinOp) and ast.unparse(node).endswith(" ** 2")


@operator("operands swapped")
def swap_operands(node, code):
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and _sign_is_lost(code.parents[node]):
        return
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub | ast.Div | ast.FloorDiv | ast.Pow | ast.MatMult):
        yield _with(node, left=node.right, right=node.left)
    if _called(node) == "dot" and len(node.args) == 1:
        yield _with(node, func=_with(node.func, value=node.args[0]), args=[node.func.value])


@operator("term dropped")
def drop_term(node, code):
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        yield node.left
        yield node.right if isinstance(node.op, ast.Add) else _negative(node.right)


@operator("factor dropped")
def drop_factor(node, code):
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div | ast.FloorDiv | ast.Pow):
        yield node.left
        if isinstance(node.op, ast.Mult):
            yield node.right
        elif isinstance(node.op, ast.Div) and ast.unparse(node.left) not in ("1", "1.0"):
            yield ast.BinOp(ast.Constant(1), ast.Div(), node.right)


@operator("sign flipped")
def flip_sign(node, code):
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node.operand
    if isinstance(node, ast.BinOp | ast.Call) and isinstance(code.parents[node], ast.Assign | ast.AugAssign):
        if isinstance(node, ast.BinOp) or _called(node) in {"sum", "mean", "dot", "sign"}:
            yield _negative(node)


@operator("= for +=")
def assign_instead(node, code):
    if isinstance(node, ast.AugAssign):
        yield ast.Assign([node.target], node.value)


@operator("in place")
def change_in_place(node, code):
    """`x = x - y` becomes `x -= y`, which changes an array that others may hold."""
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp) and isinstance(node.targets[0], ast.Name):
        if ast.unparse(node.value.left) == node.targets[0].id:
            yield ast.AugAssign(node.targets[0], node.value.op, node.value.right)


# ---- constants


@operator("constant")
def other_constant(node, code):
    if not isinstance(node, ast.Constant) or code.inside(node, ast.Raise | ast.JoinedStr):
        return
    around = code.parents[node]
    if isinstance(around, ast.keyword) and around.arg == "axis":
        return
    if isinstance(around, ast.UnaryOp) and _called(code.parents[around]) == "reshape":
        return  # NumPy takes any negative number for "the rest"
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int) or isinstance(value, float) and value.is_integer():
        yield ast.Constant(value + 1)
        yield ast.Constant(value - 1)
    elif isinstance(value, float):
        yield ast.Constant(value * 2)
        yield ast.Constant(0.0)


@operator("key")
def other_key(node, code):
    """The key of another layer: 'W1' becomes 'W2', 'b2' becomes 'b1'."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and not code.inside(node, ast.JoinedStr):
        name, digit = node.value[:-1], node.value[-1:]
        if name.isalpha() and digit.isdigit():
            yield ast.Constant(name + ("2" if digit == "1" else str(int(digit) - 1)))


# ---- comparisons and conditions

BOUNDARY = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
OPPOSITE = {ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In}
OPPOSITE |= {ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt}


@operator("boundary")
def other_boundary(node, code):
    if isinstance(node, ast.Compare):
        for k, comparison in enumerate(node.ops):
            if type(comparison) in BOUNDARY:
                yield _with(node, ops=[*node.ops[:k], BOUNDARY[type(comparison)](), *node.ops[k + 1 :]])


@operator("condition negated")
def negate(node, code):
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield _with(node, ops=[OPPOSITE[type(node.ops[0])]()])
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(parent := code.parents[node], ast.If | ast.IfExp | ast.While) and node is parent.test:
        yield ast.UnaryOp(ast.Not(), node)


@operator("condition ignored")
def ignore_condition(node, code):
    if isinstance(parent := code.parents[node], ast.If | ast.IfExp) and node is parent.test:
        yield ast.Constant(True)
        yield ast.Constant(False)
    if isinstance(node, ast.BoolOp):
        for k in range(len(node.values)):
            rest = _without(node.values, k)
            yield _with(node, values=rest) if len(rest) > 1 else rest[0]
    if isinstance(node, ast.Compare) and len(node.ops) > 1:
        yield ast.Compare(node.left, node.ops[:1], node.comparators[:1])
        yield ast.Compare(node.comparators[0], node.ops[1:], node.comparators[1:])


# ---- calls

OTHER_FUNCTION = {
    "max": ("min",),
    "min": ("max",),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "argmax": ("argmin",),
    "argmin": ("argmax",),
    "sum": ("mean",),
    "mean": ("sum",),
    "any": ("all",),
    "all": ("any",),
    "std": ("var",),
    "var": ("std",),
    "zeros": ("ones",),
    "ones": ("zeros",),
    "log10": ("log",),
    "log": ("log10", "log2"),
    "standard_normal": ("random",),
    "normal": ("uniform",),
    "random": ("standard_normal",),
    "setdiff1d": ("intersect1d",),
    "ValueError": ("RuntimeError",),
}
# these return an array of the shape of their first argument, or its receiver
SKIPPED_FUNCTIONS = {"sqrt", "abs", "sign", "exp", "log", "log10", "argsort", "maximum", "minimum", "pad"}
SKIPPED_FUNCTIONS |= {"int", "bool", "dict"}
SKIPPED_METHODS = {"copy", "astype", "reshape", "transpose"}


@operator("function")
def other_function(node, code):
    for other in OTHER_FUNCTION.get(_called(node), ()):
        func = node.func
        yield _with(node, func=_with(func, **{"attr" if isinstance(func, ast.Attribute) else "id": other}))


@operator("call dropped")
def drop_call(node, code):
    called = _called(node)
    if called in SKIPPED_FUNCTIONS and node.args:
        yield node.args[0]
    elif called in SKIPPED_METHODS and isinstance(node.func, ast.Attribute):
        yield node.func.value


@operator("axis")
def other_axis(node, code):
    if not isinstance(node, ast.keyword) or node.arg != "axis":
        return
    axes = node.value
    if isinstance(axes, ast.Constant):
        for value in {0: (1,), 1: (0,), 2: (1, 0)}.get(axes.value, (0,)):
            yield _with(node, value=ast.Constant(value))
    elif isinstance(axes, ast.Tuple):
        for k in range(len(axes.elts)):
            yield _with(node, value=ast.Tuple(_without(axes.elts, k), ast.Load()))


@operator("argument dropped")
def drop_keyword(node, code):
    """Also `keepdims`, `axis`, `dtype` and `rng`."""
    if isinstance(node, ast.Call):
        for k in range(len(node.keywords)):
            yield _with(node, keywords=_without(node.keywords, k))
        if _called(node) in {"default_rng", "get"}:
            yield _with(node, args=node.args[:-1])


SYMMETRIC = {"maximum", "minimum", "array_equal", "result_type"}


@operator("arguments swapped")
def swap_arguments(node, code):
    if isinstance(node, ast.Call) and _called(node) not in SYMMETRIC and not code.inside(node, ast.Raise):
        for k in range(len(node.args) - 1):
            yield _with(node, args=[*node.args[:k], node.args[k + 1], node.args[k], *node.args[k + 2 :]])


@operator("results swapped")
def swap_results(node, code):
    """In a returned tuple, in the targets of an assignment, or in a shape."""
    if isinstance(node, ast.Tuple) and isinstance(parent := code.parents[node], ast.Return | ast.Assign | ast.Call):
        if isinstance(parent, ast.Assign) and node is parent.value and isinstance(parent.targets[0], ast.Tuple):
            return  # the same as swapped targets
        for k in range(len(node.elts) - 1):
            yield _with(node, elts=[*node.elts[:k], node.elts[k + 1], node.elts[k], *node.elts[k + 2 :]])


@operator("dtype")
def other_dtype(node, code):
    if isinstance(node, ast.Attribute) and node.attr in {"float32", "float64"}:
        yield _with(node, attr="float32" if node.attr == "float64" else "float64")
    if _called(node) in {"zeros", "ones", "zeros_like"}:
        kept = [keyword for keyword in node.keywords if keyword.arg != "dtype"]
        for dtype in ("np.float32", "int"):
            yield _with(node, keywords=[*kept, ast.keyword("dtype", _expression(dtype))])
    if _called(node) == "zeros_like":
        yield _expression(f"np.zeros({ast.unparse(node.args[0])}.shape)")


@operator("rng")
def other_rng(node, code):
    if isinstance(node, ast.Name) and node.id == "rng" and isinstance(node.ctx, ast.Load):
        if not isinstance(code.parents[node], ast.Compare):
            yield _expression("np.random.default_rng(0)")
            yield _expression("np.random") if isinstance(code.parents[node], ast.Attribute) else ast.Constant(None)


# ---- arrays


@operator("transposed")
def transpose(node, code):
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        around = code.parents[node]
        if (isinstance(around, ast.BinOp) and isinstance(around.op, ast.MatMult)) or (
            (_called(around) == "dot" and node in around.args)
            or (isinstance(around, ast.Attribute) and around.attr == "dot")
        ):
            yield ast.Attribute(node, "T", ast.Load())


def _off_by_one(node):
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return [ast.Constant(node.value + 1), ast.Constant(node.value - 1)]
    return [ast.BinOp(node, ast.Add(), ast.Constant(1)), ast.BinOp(node, ast.Sub(), ast.Constant(1))]


@operator("slice")
def other_slice(node, code):
    if isinstance(node, ast.Slice) and (node.lower or node.upper):
        for name in ("lower", "upper", "step"):
            if getattr(node, name) is not None:
                yield _with(node, **{name: None})
                for bound in _off_by_one(getattr(node, name)) if name != "step" else ():
                    yield _with(node, **{name: bound})
        if node.lower is None:
            yield _with(node, lower=ast.Constant(1))
        if node.upper is None:
            yield _with(node, upper=ast.Constant(-1))
    if _called(node) == "slice":
        for k, argument in enumerate(node.args):
            for bound in _off_by_one(argument) if k < 2 else [ast.Constant(1)]:
                yield _with(node, args=[*node.args[:k], bound, *node.args[k + 1 :]])


# what a student writes for one direction, and should for the other
PAIRS = (
    ("H", "W"),
    ("HH", "WW"),
    ("out_h", "out_w"),
    ("height", "width"),
    ("top", "left"),
    ("field_height", "field_width"),
    ("seen_rows", "seen_columns"),
    ("rows", "columns"),
    ("num_test", "num_train"),
    ("X_test", "X_train"),
    ("X_val", "X_train"),
    ("y_val", "y_train"),
    ("i", "j"),
    ("N", "C"),
    ("F", "C"),
    ("mean", "var"),
    ("running_mean", "running_var"),
    ("gamma", "beta"),
    ("dgamma", "dbeta"),
    ("fold", "others"),
    ("learning_rate", "reg"),
    ("train_accuracy", "val_accuracy"),
    ("l1", "l2"),
)


@operator("name")
def other_name(node, code):
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        for pair in PAIRS:
            if node.id in pair and (other := pair[pair[0] == node.id]) in code.bound:
                if code.bound[other] < node.lineno:
                    yield _with(node, id=other)


# ---- parameters

# name of a parameter, or its key in a dictionary of parameters -> the values that code which ignores it would have
USUAL = {
    "reg": (0,),
    "k": (1,),
    "num_folds": (5,),
    "pad": (0, 1),
    "stride": (1, 2),
    "pool_height": (2,),
    "pool_width": (2,),
    "height": (2,),
    "width": (2,),
    "field_height": (3,),
    "field_width": (3,),
    "filter_size": (3,),
    "HH": (3,),
    "WW": (3,),
    "G": (1, 2),
    "p": (0.5,),
    "eps": (0, 1e-05),
    "momentum": (0.9,),
    "mode": ("train", "test"),
    "seed": (None, 0),
    "weight_scale": (0.001,),
    "learning_rate": (0.001,),
    "l1": (0,),
    "l2": (0,),
    "limit": (1,),
    "num_iters": (100,),
    "batch_size": (200,),
    "max_iters": (10,),
    "num_classes": (10,),
}


def _usual(name, code):
    values = [value.value for value in (code.defaults.get(name),) if value]
    return [*values, *(value for value in USUAL.get(name, ()) if value not in values)]


@operator("parameter ignored")
def ignore_parameter(node, code):
    """In one place, in one reading of a dictionary, or (for a parameter of the function) everywhere."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in code.looped:
        if not code.inside(node, ast.Raise):
            for value in _usual(node.id, code):
                yield ast.Constant(value)
    key = None
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and isinstance(node.slice, ast.Constant):
        key = node.slice.value
    elif _called(node) == "get" and isinstance(node.args[0], ast.Constant):
        key = node.args[0].value
    if isinstance(key, str):
        for value in _usual(key, code):
            yield ast.Constant(value)
    if _is_first_statement(node, code):
        for name in code.parameters:
            for value in _usual(name, code):
                yield [ast.Assign([ast.Name(name, ast.Store())], ast.Constant(value)), node]


def _is_first_statement(node, code):
    """Whether a node is the first statement of the solution, in the body of the function itself."""
    siblings = code.function.body
    return node in siblings and node is next((part for part in siblings if part.lineno > code.begin), None)


# ---- statements

SIMPLE = (ast.Assign, ast.AugAssign, ast.Expr, ast.Raise, ast.Continue, ast.Break, ast.Return)


@operator("statement dropped")
def drop_statement(node, code):
    if isinstance(node, SIMPLE) and not _is_needed(node, code):
        yield []


def _is_needed(node, code):
    """Whether the code would fail without this statement, because it binds a name first or returns at the end."""
    if isinstance(node, ast.Return):
        return isinstance(code.parents[node], ast.FunctionDef)
    targets = [part for target in getattr(node, "targets", []) for part in ast.walk(target)]
    names = [part.id for part in targets if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)]
    return any(code.bound[name] == node.lineno for name in names)


@operator("loop")
def other_loop(node, code):
    if isinstance(parent := code.parents[node], ast.For | ast.comprehension) and node is parent.iter:
        if _called(node) == "range":
            if len(node.args) == 1:
                yield _with(node, args=[ast.Constant(1), node.args[0]])
            yield _with(node, args=[*node.args[:-1], _off_by_one(node.args[-1])[1]])
        else:
            for bounds in (ast.Slice(ast.Constant(1)), ast.Slice(None, ast.Constant(-1))):
                whole = ast.Call(ast.Name("list", ast.Load()), [node], [])
                yield ast.Subscript(whole, bounds, ast.Load())
    if isinstance(node, ast.For):
        yield _with(node, body=[*node.body, ast.Break()])


@operator("return inside the loop")
def return_inside_the_loop(node, code):
    if isinstance(node, ast.For):
        siblings = code.parents[node].body
        k = siblings.index(node) if node in siblings else len(siblings)
        if isinstance(after := (siblings + [None, None])[k + 1], ast.Return):
            yield _with(node, body=[*node.body, after])


# the line of a docstring about an array has its shape: "- x, w: (N, D)", "x: array (num_test, D)"
ARRAYS = re.compile(r"^\s*(?:- )?(\w+(?:, \w+)*): (?:(?:array|integers|floats) \(|\([A-Z])", re.MULTILINE)


@operator("argument changed")
def change_argument(node, code):
    """At the end, in an array that was given."""
    if isinstance(node, ast.Return) and node.value and isinstance(code.parents[node], ast.FunctionDef):
        if code.parents[node].body[-1] is not node or not code.docstring:
            return
        documented = {name for names in ARRAYS.findall(code.docstring) for name in names.split(", ")}
        for name in code.parameters:
            if name in documented and name not in code.rebound:
                yield ast.parse(f"result = {ast.unparse(node.value)}\n{name}[...] = 0\nreturn result").body

"""Reduce code to what a copy keeps: statements as tokens, without names, layout, dead code and simple rewritings.

Two programs that differ only by renaming, comments, formatting, temporaries, unused statements, the order of
statements, or another spelling of an operation (`x += y`, `np.dot(a, b)`, `x.sum()`, `b > a`) have the same statements.
The meaning of a program is not kept, and nothing is run.

Code is read twice: with its temporaries in their places, and as it stands. A part of an answer that was put into
another one may have lost the statements that used its names, so only the second reading shows it whole.
"""

import ast
import builtins
import copy
import io
import re
import tokenize
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

MOST_CODE = 100_000  # characters that are read of the code of one exercise
ROUNDS = 3  # how often temporaries are put in place of their names: a temporary may use another one
MAGIC = re.compile(r"\s*(?:[%!]|get_ipython\(\))")
# methods of arrays that are also functions of NumPy
FUNCTIONS = frozenset(
    "all any argmax argmin argsort clip copy cumsum max mean min prod ravel repeat reshape round squeeze std sum "
    "swapaxes take transpose var".split()
)
SPELLINGS = {"amax": "max", "amin": "min", "matmul": "dot", "absolute": "abs", "power": "**", "multiply": "*"}
OPERATIONS = {"dot": ast.MatMult, "**": ast.Pow, "*": ast.Mult, "add": ast.Add, "subtract": ast.Sub, "divide": ast.Div}
MIRRORED: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Gt: ast.Lt, ast.GtE: ast.LtE}
KEPT = frozenset(dir(builtins)) | {"np", "numpy"}  # names that mean the same in all programs
_BODIES = ("body", "orelse", "finalbody", "handlers", "cases")
_LEAVES = (ast.Name, ast.Constant, ast.expr_context, ast.operator, ast.cmpop, ast.unaryop, ast.boolop)
_NUMPY = ast.Name("np", ast.Load())
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef)


class Token(NamedTuple):
    text: str
    line: int  # from 1, in the code as it was written


Statement = tuple[Token, ...]


def readings(code: str) -> tuple[list[Statement], list[Statement]]:
    """Return the statements of `code` as it stands, and with temporaries in their places, without values never read.

    A compound statement's head counts as one statement. Code that Python cannot parse is read as tokens, one line for
    one statement.
    """
    code = code[:MOST_CODE]
    tree = parsed(code)
    if tree is not None:
        try:
            program = _Canonical(tree)
            return list(program.statements()), list(program.inlined().statements())
        except RecursionError:  # from an expression that is nested very deeply
            pass
    lines = list(_lines_of_tokens(code))
    return lines, lines


def without_magics(code: str) -> str:
    """Return code in which the lines for IPython and the shell are empty; the numbers of lines stay."""
    return "\n".join("" if MAGIC.match(line) else line for line in code.split("\n"))


def parsed(code: str) -> ast.Module | None:
    """Parse code of at most MOST_CODE characters; None if Python cannot."""
    return parsed_or_line(code)[0]


def parsed_or_line(code: str) -> tuple[ast.Module | None, int]:
    """Parse as `parsed` does. If Python cannot, also return the line that it names, or 0."""
    if len(code) > MOST_CODE:
        return None, 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(without_magics(code)), 0
        except SyntaxError as error:
            return None, error.lineno or 0
        except (ValueError, MemoryError, RecursionError):
            return None, 0


def _lines_of_tokens(code: str) -> Iterator[Statement]:
    found: list[Token] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if token.type == tokenize.NEWLINE and found:
                yield tuple(found)
                found = []
            elif token.type in (tokenize.NAME, tokenize.NUMBER, tokenize.OP):
                is_attribute = found and found[-1].text == "."
                text = "V" if token.type == tokenize.NAME and not is_attribute else token.string
                found.append(Token(text, token.start[0]))
    except (tokenize.TokenError, SyntaxError, ValueError):
        pass
    if found:
        yield tuple(found)


class _Canonical:
    """The statements of one parsed text."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree: ast.Module = _Rewritten().visit(tree)
        self.names: dict[str, str] = {}
        for node in walk(self.tree):
            if isinstance(node, _BINDING):
                for name in _bound(node):
                    self.names.setdefault(name, "V")
        for node in self.tree.body:
            if isinstance(node, _SCOPES):
                arguments = node.args
                for i, argument in enumerate((*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)):
                    self.names[argument.arg] = f"P{i}"

    def inlined(self) -> "_Canonical":
        """The same program with its temporaries in their places; this object is changed."""
        for _ in range(ROUNDS):
            if not _without_temporaries(self.tree):
                break
        return self

    def statements(self) -> Iterator[Statement]:
        yield from self._of(self.tree.body)

    def _of(self, nodes: Iterable[ast.AST]) -> Iterator[Statement]:
        for node in nodes:
            if isinstance(node, _SCOPES):
                yield from self._of(node.body)
                continue
            tokens = self._statement(node, getattr(node, "lineno", 1))
            if len(tokens) > 1:
                yield tuple(tokens)
            for name in _BODIES:
                yield from self._of(getattr(node, name, ()))

    def _statement(self, node: ast.AST, line: int) -> list[Token]:
        out: list[Token] = []
        if isinstance(node, ast.Assign):
            self._write(node.value, line, out)
            for target in node.targets:
                out.append(Token("->", line))
                self._write(target, line, out)
            return out
        out.append(Token(type(node).__name__, line))
        self._write_fields(node, line, out)
        return out

    def _write_fields(self, node: ast.AST, line: int, out: list[Token]) -> None:
        for name in node._fields:
            value = getattr(node, name, None)
            if name in _BODIES and isinstance(value, list):
                continue
            for item in value if isinstance(value, list) else (value,):
                if isinstance(item, ast.AST):
                    self._write(item, line, out)

    def _write_all(self, nodes: Iterable[ast.AST], line: int, out: list[Token]) -> None:
        for i, node in enumerate(nodes):
            if i:
                out.append(Token(",", line))
            self._write(node, line, out)

    def _write(self, node: ast.AST, line: int, out: list[Token]) -> None:
        """Append the tokens of an expression."""
        line = getattr(node, "lineno", line)
        match node:
            case ast.Name():
                name = self.names.get(node.id) or (node.id if node.id in KEPT else "V")
                out.append(Token(name, line))
            case ast.Constant():
                out.append(Token(repr(node.value)[:40], line))
            case ast.JoinedStr():
                out.append(Token("text", line))
            case ast.Attribute():
                self._write(node.value, line, out)
                out.append(Token(f".{node.attr}", line))
            case ast.Call():
                if isinstance(node.func, ast.Name):
                    out.append(Token(self.names.get(node.func.id, node.func.id), line))
                else:
                    self._write(node.func, line, out)
                out.append(Token("(", line))
                self._write_all(node.args, line, out)
                for keyword in sorted(node.keywords, key=lambda keyword: keyword.arg or ""):
                    out.append(Token(f"{keyword.arg}=", line))
                    self._write(keyword.value, line, out)
                out.append(Token(")", line))
            case ast.BinOp():
                left: list[Token] = []
                right: list[Token] = []
                self._write(node.left, line, left)
                self._write(node.right, line, right)
                if isinstance(node.op, ast.Add | ast.Mult) and [t.text for t in right] < [t.text for t in left]:
                    left, right = right, left
                out += [*left, Token(type(node.op).__name__, line), *right]
            case ast.Subscript():
                self._write(node.value, line, out)
                out.append(Token("[", line))
                self._write(node.slice, line, out)
                out.append(Token("]", line))
            case ast.Slice():
                for i, part in enumerate((node.lower, node.upper, node.step)):
                    if i == 1 or (i == 2 and part):
                        out.append(Token(":", line))
                    if part:
                        self._write(part, line, out)
            case ast.Tuple() | ast.List():
                self._write_all(node.elts, line, out)
            case ast.expr_context():
                pass
            case _:
                out.append(Token(type(node).__name__, line))
                self._write_fields(node, line, out)


class _Rewritten(ast.NodeTransformer):
    """Gives each operation one spelling, and removes statements that do nothing."""

    def visit(self, node: ast.AST) -> Any:
        return node if isinstance(node, _LEAVES) else super().visit(node)

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for name in ("body", "orelse", "finalbody") if isinstance(node, ast.stmt | ast.Module) else ():
            nodes = getattr(node, name, None)
            if isinstance(nodes, list):
                setattr(node, name, [part for given in nodes for part in _in_parts(given)])
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        self.generic_visit(node)
        value = node.value
        is_print = isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "print"
        return None if is_print or isinstance(value, ast.Constant) else node

    def visit_Pass(self, node: ast.Pass) -> None:
        return None

    def visit_Import(self, node: ast.Import) -> None:
        return None

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        return None

    def visit_arguments(self, node: ast.arguments) -> ast.arguments:
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        self.generic_visit(node)
        return ast.copy_location(ast.Assign([node.target], node.value), node) if node.value else None

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        value = ast.copy_location(ast.BinOp(_read(node.target), node.op, node.value), node)
        return ast.copy_location(ast.Assign([node.target], value), node)

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        if len(node.ops) == 1 and (mirrored := MIRRORED.get(type(node.ops[0]))):
            return ast.copy_location(ast.Compare(node.comparators[0], [mirrored()], [node.left]), node)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if node.attr == "T":
            return ast.copy_location(_numpy("transpose", [node.value], []), node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name, args = node.func, node.args
        if isinstance(name, ast.Attribute) and not _is_numpy(name.value) and name.attr in (*FUNCTIONS, "dot"):
            name, args = ast.Attribute(_NUMPY, name.attr, ast.Load()), [name.value, *args]
        if isinstance(name, ast.Attribute) and _is_numpy(name.value):
            spelling = SPELLINGS.get(name.attr, name.attr)
            if spelling == "square" and len(args) == 1:
                return ast.copy_location(ast.BinOp(args[0], ast.Pow(), ast.Constant(2)), node)
            if spelling in OPERATIONS and len(args) == 2 and not node.keywords:
                return ast.copy_location(ast.BinOp(args[0], OPERATIONS[spelling](), args[1]), node)
            return ast.copy_location(_numpy(spelling, args, node.keywords), node)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Mult) and _are_equal(node.left, node.right):
            return ast.copy_location(ast.BinOp(node.left, ast.Pow(), ast.Constant(2)), node)
        return node


def _are_equal(one: object, other: object) -> bool:
    """Whether two expressions are the same. Ends at the first difference, so that a long product takes no long time."""
    waiting = [(one, other)]
    while waiting:
        left, right = waiting.pop()
        if type(left) is not type(right):
            return False
        if isinstance(left, ast.AST):
            waiting += [(getattr(left, name, None), getattr(right, name, None)) for name in left._fields]
        elif isinstance(left, list) and isinstance(right, list):
            if len(left) != len(right):
                return False
            waiting += zip(left, right, strict=True)
        elif left != right:
            return False
    return True


def _in_parts(node: ast.stmt) -> Iterator[ast.stmt]:
    """Yield the statements that `node` stands for: none if it is never run, several for `a, b = c, d`."""
    if isinstance(node, ast.If | ast.While) and isinstance(node.test, ast.Constant) and not node.test.value:
        yield from node.orelse
        return
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.value, ast.Tuple):
        target, values = node.targets[0], node.value.elts
        if isinstance(target, ast.Tuple) and len(target.elts) == len(values):
            for name, value in zip(target.elts, values, strict=True):
                yield ast.copy_location(ast.Assign([name], value), node)
            return
    yield node


def _is_numpy(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id in ("np", "numpy")


def _numpy(name: str, args: list[ast.expr], keywords: list[ast.keyword]) -> ast.Call:
    return ast.Call(ast.Attribute(_NUMPY, name, ast.Load()), args, keywords)


_BINDING = (ast.Name, ast.arg, *_SCOPES, ast.ClassDef)


def _read(target: ast.expr) -> ast.expr:
    """Return the target of an assignment as an expression that reads it."""
    copied = copy.deepcopy(target)
    if isinstance(copied, ast.Name | ast.Attribute | ast.Subscript):
        copied.ctx = ast.Load()
    return copied


def _bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, (*_SCOPES, ast.ClassDef)):
        yield node.name


def _without_temporaries(tree: ast.Module) -> bool:
    """Put the value of a name that is set once and read once in place of the name, and remove values never read.

    A name that is set once to a number or text is replaced wherever it is read. Returns whether anything changed.
    """
    changed = False
    for scope in [node for node in tree.body if isinstance(node, _SCOPES)]:
        written: Counter[str] = Counter()
        read: Counter[str] = Counter()
        assigned: dict[str, ast.expr] = {}
        for node in walk(scope):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                read[node.id] += 1
            elif isinstance(node, _BINDING):
                for name in _bound(node):
                    written[name] += 1
            elif isinstance(node, ast.Assign) and (target := _only_target(node)):
                assigned[target] = node.value
        values = {
            name: value
            for name, value in assigned.items()
            if written[name] == 1 and (read[name] < 2 or isinstance(value, ast.Constant))
        }
        if values:
            _Inlined(values).visit(scope)
            changed = True
    return changed


def walk(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield all nodes that have fields, in a fraction of the time that `ast.walk` needs."""
    nodes = [tree]
    for node in nodes:
        yield node
        for name in node._fields:
            value = getattr(node, name, None)
            if type(value) is list:
                nodes += [item for item in value if isinstance(item, ast.AST)]
            elif isinstance(value, ast.AST) and value._fields:
                nodes.append(value)


def _only_target(node: ast.Assign) -> str | None:
    return node.targets[0].id if len(node.targets) == 1 and isinstance(node.targets[0], ast.Name) else None


class _Inlined(ast.NodeTransformer):
    def __init__(self, values: dict[str, ast.expr]) -> None:
        self.values = values
        self.inside: list[str] = []

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        if _only_target(node) in self.values:
            return None
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if isinstance(node.ctx, ast.Load) and node.id in self.values and node.id not in self.inside:
            self.inside.append(node.id)
            value = self.visit(self.values[node.id])
            self.inside.pop()
            return value
        return node

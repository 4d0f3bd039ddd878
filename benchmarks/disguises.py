"""Disguise a copied answer as students do. The program still does the same, except where two halves are joined."""

import ast
import random
from collections.abc import Callable, Iterator

WORDS = "alpha batch current delta extra first grid hold item jump keep left mine next other part quick rest".split()


def renamed(code: str, rng: random.Random) -> str:
    """Other names for all variables, arguments and helper functions."""
    tree = ast.parse(code)
    outer = {node.name for node in tree.body[-1:] if isinstance(node, ast.FunctionDef)}
    bound = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    bound |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    bound |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)} - outer
    new = {name: f"{rng.choice(WORDS)}_{i}" for i, name in enumerate(sorted(bound))}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = new.get(node.id, node.id)
        elif isinstance(node, ast.arg):
            node.arg = new[node.arg]
        elif isinstance(node, ast.FunctionDef):
            node.name = new.get(node.name, node.name)
    return ast.unparse(tree)


def commented(code: str, rng: random.Random) -> str:
    """A comment above and behind lines, and a docstring."""
    lines = []
    for line in code.splitlines():
        indent = line[: len(line) - len(line.lstrip())]
        if line.strip() and line.lstrip()[0] not in ")]}" and rng.random() < 0.3 and _is_whole(line):
            lines.append(f"{indent}# now the {rng.choice(WORDS)}")
        lines.append(f"{line}  # {rng.choice(WORDS)} {rng.choice(WORDS)}" if _is_whole(line) else line)
        if line.startswith("def ") and line.rstrip().endswith(":"):
            lines.append(f'    """The {rng.choice(WORDS)} of the {rng.choice(WORDS)}."""')
    return "\n".join(lines) + "\n"


def reordered(code: str, rng: random.Random) -> str:
    """Neighbouring statements that do not depend on each other are swapped."""
    tree = ast.parse(code)
    for body in _bodies(tree):
        for i in range(len(body) - 1):
            if _are_independent(body[i], body[i + 1]) and rng.random() < 0.8:
                body[i], body[i + 1] = body[i + 1], body[i]
    return ast.unparse(tree)


def rewritten(code: str, rng: random.Random) -> str:
    """`x = x + y` for `x += y`, `b > a` for `a < b`, `x * x` for `x ** 2`, sums swapped, `while` for some `for`."""
    return ast.unparse(ast.fix_missing_locations(_Rewritten(rng).visit(ast.parse(code))))


def with_temporaries(code: str, rng: random.Random) -> str:
    """Numbers and parts of expressions get names first."""
    tree = ast.parse(code)
    for number, body in enumerate(_bodies(tree)):
        for i in range(len(body) - 1, -1, -1):
            statement = body[i]
            if not isinstance(statement, ast.Assign | ast.AugAssign | ast.Return) or statement.value is None:
                continue
            if rng.random() < 0.6:
                name = f"step_{number}_{i}"
                taken = _Taken(name, rng)
                statement.value = taken.visit(statement.value)
                if taken.value is not None:
                    body.insert(i, ast.Assign([ast.Name(name, ast.Store())], taken.value))
    return ast.unparse(ast.fix_missing_locations(tree))


def reformatted(code: str, rng: random.Random) -> str:
    """Other spaces, brackets and line breaks, without comments, two spaces of indentation."""
    lines = []
    for line in ast.unparse(ast.parse(code)).splitlines():
        indent = len(line) - len(line.lstrip())
        line = line.strip().replace(" + ", "+").replace(" * ", " \\\n* ") if rng.random() < 0.7 else line.strip()
        lines.append(" " * (indent // 2) + line)
    return "\n".join(lines) + "\n"


def with_dead_code(code: str, rng: random.Random) -> str:
    """Statements whose results nobody needs: some are never read, some only by each other, and some print."""
    tree = ast.parse(code)
    added = [
        "unused = 0",
        "shape_seen = []\nshape_seen.append(1)",
        "total_seen = 0\nfor round_ in range(3):\n    total_seen = total_seen + round_",
        "if False:\n    print('never')",
        "print('here')",
        "assert True",
    ]
    for body in list(_bodies(tree)):
        if len(body) > 1:
            body[1:1] = ast.parse(rng.choice(added)).body
    return ast.unparse(tree)


def all_together(code: str, rng: random.Random) -> str:
    """Renamed, reordered, rewritten, with temporaries, dead code and comments."""
    for disguise in (reordered, rewritten, with_temporaries, with_dead_code, renamed, commented):
        code = disguise(code, rng)
    return code


def joined(one: str, other: str) -> str:
    """The first half of the statements of one answer, and the second half of another one's."""
    first, second = ast.parse(one), ast.parse(other)
    mine, theirs = first.body[-1], second.body[-1]
    if isinstance(mine, ast.FunctionDef) and isinstance(theirs, ast.FunctionDef):
        mine.body = _half(mine.body, 0) + _half(theirs.body, 1)
    else:
        first.body = _half(first.body, 0) + _half(second.body, 1)
    return ast.unparse(first)


DISGUISES: dict[str, Callable[[str, random.Random], str]] = {
    "renamed": renamed,
    "comments and docstrings": commented,
    "statements reordered": reordered,
    "expressions and loops rewritten": rewritten,
    "temporaries and constants": with_temporaries,
    "formatted differently": reformatted,
    "dead code added": with_dead_code,
    "most of these together": all_together,
}


def _half(body: list[ast.stmt], which: int) -> list[ast.stmt]:
    """The half of the statements, counted by their characters."""
    sizes = [len(ast.unparse(statement)) for statement in body]
    done, cut = 0, 0
    while cut < len(body) and (done + sizes[cut]) * 2 <= sum(sizes):
        done, cut = done + sizes[cut], cut + 1
    return body[cut:] if which else body[:cut]


def _is_whole(line: str) -> bool:
    try:
        ast.parse(line.strip())
    except SyntaxError:
        return False
    return bool(line.strip())


def _bodies(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module):
            continue
        for name in ("body", "orelse"):
            body = getattr(node, name, None)
            if isinstance(body, list) and body:
                yield body


def _names(node: ast.AST, *contexts: type) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, contexts)}


def _are_independent(one: ast.stmt, other: ast.stmt) -> bool:
    if not (isinstance(one, ast.Assign) and isinstance(other, ast.Assign)):
        return False
    changed = [_names(s, ast.Store) | {n for t in s.targets for n in _names(t, ast.Load)} for s in (one, other)]
    every = [_names(s, ast.Store, ast.Load) for s in (one, other)]
    return not (changed[0] & every[1] or changed[1] & every[0])


class _Rewritten(ast.NodeTransformer):
    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        target = ast.parse(ast.unparse(node.target), mode="eval").body
        return ast.Assign([node.target], ast.BinOp(target, node.op, node.value))

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        mirrored = {ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE}
        if len(node.ops) == 1 and type(node.ops[0]) in mirrored:
            return ast.Compare(node.comparators[0], [mirrored[type(node.ops[0])]()], [node.left])
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Pow) and isinstance(node.right, ast.Constant) and node.right.value == 2:
            return ast.BinOp(node.left, ast.Mult(), node.left)
        if isinstance(node.op, ast.Mult | ast.Add) and self.rng.random() < 0.5:
            return ast.BinOp(node.right, node.op, node.left)
        return node

    def visit_For(self, node: ast.For) -> ast.AST | list[ast.stmt]:
        self.generic_visit(node)
        call, jumps = node.iter, any(isinstance(n, ast.Continue) for n in ast.walk(node))
        if jumps or not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "range"):
            return node
        if len(call.args) != 1 or not isinstance(node.target, ast.Name) or node.orelse or self.rng.random() < 0.5:
            return node
        name = node.target.id
        start, step = ast.parse(f"{name} = 0").body[0], ast.parse(f"{name} += 1").body[0]
        test = ast.Compare(ast.Name(name, ast.Load()), [ast.Lt()], [call.args[0]])
        return [start, ast.While(test, [*node.body, step], [])]


class _Taken(ast.NodeTransformer):
    """Takes one part out of an expression, and puts a name in its place."""

    def __init__(self, name: str, rng: random.Random) -> None:
        self.name, self.rng, self.value = name, rng, None

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.Lambda | ast.ListComp | ast.GeneratorExp | ast.DictComp | ast.SetComp | ast.IfExp):
            return node  # its names are not bound outside
        part = isinstance(node, ast.BinOp | ast.Call) or (
            isinstance(node, ast.Constant) and isinstance(node.value, int | float)
        )
        if self.value is None and part and self.rng.random() < 0.4:
            self.value = node
            return ast.Name(self.name, ast.Load())
        return self.generic_visit(node)

"""Find the names that a cell binds and the modules that it imports, from its syntax tree, without running it."""

import ast
import functools
from collections.abc import Iterable, Iterator

_once = functools.lru_cache(maxsize=1000)  # for the instructor's cells, which come with every submission
_of_this_cell = functools.lru_cache(maxsize=8)  # for what is asked about a cell in turn; trees are large

# cell magics whose cell is not Python code of the notebook
_OTHER_LANGUAGES = {
    "!", "HTML", "SVG", "bash", "file", "html", "javascript", "js", "latex", "markdown", "perl", "pypy", "python",
    "python2", "python3", "ruby", "script", "sh", "shell", "svg", "sx", "system", "writefile",
}  # fmt: skip


@_once
def bound_names(source: str) -> frozenset[str]:
    """The global names that a cell binds, in functions and magics too. Empty if the cell is not Python.

    source: IPython source text.
    """
    tree = parsed(source)
    magics = list(_magics(source))
    names = {name for node in _nodes(source) if isinstance(node, ast.Global) for name in node.names}
    for node in _of_module_scope(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, ast.alias) and node.name != "*":
            names.add(node.asname or node.name.partition(".")[0])
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            names.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            names.add(node.rest)
    for code in _code_of(magics):
        names |= bound_names(code)
    for name, *rest in magics:
        if getattr(name, "value", None) == "capture":  # %%capture NAME
            names |= {word for word in str(getattr(rest[0], "value", "")).split() if word.isidentifier()}
    return frozenset(names)


@_once
def imported_modules(source: str) -> tuple[str, ...]:
    """The modules that a cell imports, sorted, without relative imports. Empty if the cell is not Python.

    `from package import name` also gives package.name, which may be a module. See import_first.
    """
    found: set[str] = set()
    for node in _nodes(source):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.update((node.module, *(f"{node.module}.{alias.name}" for alias in node.names if alias.name != "*")))
    return tuple(sorted(found))


@_once
def binds_unknown(source: str) -> bool:
    """Whether the names that a cell binds cannot be known: it has `from x import *`, exec, globals(), `%run`, etc."""
    magics = list(_magics(source))
    return (
        any(
            (isinstance(node, ast.alias) and node.name == "*")
            or (isinstance(node, ast.Name) and node.id in ("exec", "globals", "locals", "vars"))
            for node in _nodes(source)
        )
        or any(getattr(name, "value", None) in ("run", "load", "pylab", "store") for name, *_ in magics)
        or any(binds_unknown(code) for code in _code_of(magics))
    )


@_once
def in_python(source: str) -> str:
    """Translate IPython source text, with magics and other IPython syntax, into Python. Raises SyntaxError."""
    from IPython.core.inputtransformer2 import TransformerManager

    return TransformerManager().transform_cell(source)


@_of_this_cell
def parsed(source: str) -> ast.Module:
    """The syntax tree of IPython source text, not to be changed; an empty one if the text is not Python."""
    try:
        return ast.parse(in_python(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


@_of_this_cell
def _nodes(source: str) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(parsed(source)))


def _of_module_scope(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes whose names are global: without the bodies of functions and classes, and comprehension variables."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            waiting += [*node.decorator_list, node.args]
        elif isinstance(node, ast.ClassDef):
            waiting += [*node.decorator_list, *node.bases, *node.keywords]
        elif isinstance(node, ast.Lambda):
            waiting.append(node.args)
        elif isinstance(node, ast.comprehension):
            waiting += [node.iter, *node.ifs]
        else:
            waiting += ast.iter_child_nodes(node)


def _magics(source: str) -> Iterator[list[ast.expr]]:
    """The arguments of each magic: its name, then its line, then its cell if it has one."""
    for node in _nodes(source):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            if node.func.attr in ("run_line_magic", "run_cell_magic"):
                yield node.args


def _code_of(magics: Iterable[list[ast.expr]]) -> Iterator[str]:
    """The arguments of magics that may be code, as in `%time x = f()`."""
    for name, *_, last in magics:
        if isinstance(last, ast.Constant) and getattr(name, "value", None) not in _OTHER_LANGUAGES:
            yield str(last.value)

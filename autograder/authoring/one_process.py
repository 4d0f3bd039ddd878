"""Tell from the text of a test what it does that cannot be done from another process, and what to write instead."""

import ast
from collections.abc import Iterator

from autograder.notebook.bound_names import bound_names, parsed

# names whose use shows that a test needs the process of the code it tests -> (why, what to write instead)
_NAMES = {
    **dict.fromkeys(
        ("globals", "locals", "vars", "dir"),
        ("it asks which names exist", "use the name itself; the test fails if the name is missing"),
    ),
    **dict.fromkeys(
        ("exec", "eval", "get_ipython", "In", "Out"),
        ("it runs or reads text of the notebook", "call functions and compare what they return"),
    ),
    **dict.fromkeys(
        ("redirect_stdout", "redirect_stderr", "StringIO", "capture_output", "capsys"),
        ("it reads what the student's code prints", "have the function return the text, and compare that"),
    ),
    **dict.fromkeys(
        ("patch", "mock", "MagicMock", "Mock", "monkeypatch"),
        ("it replaces functions in the student's code", "pass the function as an argument"),
    ),
    **dict.fromkeys(
        ("inspect", "dis"),
        ("it inspects the student's objects", "compare what functions return; cs231n_lib.checks.source_of gives text"),
    ),
    **dict.fromkeys(
        ("plt", "matplotlib", "pyplot"),
        ("it looks at figures", "have the function return the plotted numbers"),
    ),
}  # fmt: skip
_SHARED_STATE = (
    "it sets a random state for the student's code",
    "pass a generator, np.random.default_rng(0), to the function",
)
_MUTATED = (
    "it looks at an argument after a call, which the call may change",
    "return the value, or use cs231n_lib.checks.call, which also returns the arguments as they are after the call",
)
_REBOUND = ("it changes {name}, which is the student's", "write another function, and do not replace the student's")
_CLASS = (
    "it uses the student's class {name} with isinstance or as a base class",
    "compare the attributes of its objects",
)
ANYTHING = (
    "perhaps it passes or gets something other than plain data",
    "pass plain data, take results as values, and compare these",
)
_IDENTITY = ("it asks whether two objects are the same", "compare their values")


def what_needs_one_process(source: str, solved: frozenset[str]) -> list[tuple[str, str]]:
    """What a test does that it cannot do from another process.

    Parameters
    ----------
    source
        The text of the test cell.
    solved
        The names that solutions bind.

    Returns
    -------
    list of (why, instead)
        Parts of sentences, each once, in the order of the text.
    """
    tree = parsed(source)
    return list(dict.fromkeys(_found(tree, solved | frozenset(), bound_names(source))))


def _found(tree: ast.Module, solved: frozenset[str], own: frozenset[str]) -> Iterator[tuple[str, str]]:
    yield from _rebound(tree, solved)
    yield from _mutated(tree, solved - own)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Name)
            and isinstance(node.ctx, ast.Load)
            and node.id in _NAMES
            and node.id not in solved
        ):
            yield _NAMES[node.id]
        elif (
            isinstance(node, ast.Attribute)
            and node.attr in ("seed", "set_state")
            and "random" in ast.unparse(node.value)
        ):
            yield _SHARED_STATE
        elif isinstance(node, ast.Attribute) and node.attr in ("StringIO", "redirect_stdout", "patch"):
            yield _NAMES[node.attr]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in ("isinstance", "issubclass") and len(node.args) == 2:
                for name in _names_in(node.args[1]) & solved:
                    yield _CLASS[0].format(name=name), _CLASS[1]
        elif isinstance(node, ast.ClassDef):
            for name in {name for base in node.bases for name in _names_in(base)} & solved:
                yield _CLASS[0].format(name=name), _CLASS[1]
        elif isinstance(node, ast.Compare) and any(isinstance(op, ast.Is | ast.IsNot) for op in node.ops):
            sides = [node.left, *node.comparators]
            if not any(isinstance(side, ast.Constant) for side in sides) and not any(map(_is_type, sides)):
                yield _IDENTITY


def _is_type(node: ast.expr) -> bool:
    """Whether an expression is a type of Python's, or asks for one."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "type":
        return True
    return isinstance(node, ast.Name) and node.id in ("int", "float", "str", "list", "dict", "tuple", "set", "bool")


def _names_in(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _rebound(tree: ast.Module, solved: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Names of the student's that the cell reads and then binds or deletes at its top level."""
    read: set[str] = set()
    for node in _in_order(tree):
        if isinstance(node, ast.Name) and node.id in solved:
            if isinstance(node.ctx, ast.Load):
                read.add(node.id)
            elif isinstance(node.ctx, ast.Del) or node.id in read:
                yield _REBOUND[0].format(name=node.id), _REBOUND[1]


def _in_order(tree: ast.Module) -> Iterator[ast.AST]:
    """The nodes of the top level in the order of their execution: the value of an assignment before its targets."""
    for statement in ast.iter_child_nodes(tree):
        yield from _executed(statement)


def _executed(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda | ast.comprehension):
        return
    children = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.For):
        values = [child for child in (getattr(node, "value", None), getattr(node, "iter", None)) if child]
        children = [*values, *(child for child in children if child not in values)]
    for child in children:
        yield from _executed(child)
    yield node


def _mutated(tree: ast.Module, solved: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Statements about a variable alone that was an argument of the student's code: they ask whether it has changed.

    A statement that also uses a result of the student's code asks about that.
    """
    for block in (node for node in ast.walk(tree) if isinstance(getattr(node, "body", None), list)):
        changed: set[str] = set()  # arguments of calls whose result is dropped
        passed: set[str] = set()  # arguments of other calls
        results: set[str] = set()
        for statement in block.body:  # type: ignore[attr-defined]
            names, calls = _names_in(statement), _calls_of(statement, solved)
            if not calls and not names & results and names & (passed if _is_assertion(statement) else changed):
                yield _MUTATED
                return
            given = {name for call in calls for name in _arguments(call)}
            passed |= given
            if isinstance(statement, ast.Expr) and statement.value in calls:
                changed |= given
            elif calls or names & results:
                results |= {name for name in names if _is_bound(statement, name)}


def _calls_of(statement: ast.AST, solved: frozenset[str]) -> list[ast.Call]:
    found = (node for node in ast.walk(statement) if isinstance(node, ast.Call))
    return [node for node in found if isinstance(node.func, ast.Name) and node.func.id in solved]


def _arguments(call: ast.Call) -> Iterator[str]:
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    return (argument.id for argument in given if isinstance(argument, ast.Name))


def _is_assertion(statement: ast.AST) -> bool:
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
        return isinstance(statement, ast.Assert)
    called = statement.value.func
    name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
    return "assert" in name.lower() or name.endswith("equal")


def _is_bound(statement: ast.AST, name: str) -> bool:
    found = (node for node in ast.walk(statement) if isinstance(node, ast.Name) and node.id == name)
    return any(isinstance(node.ctx, ast.Store) for node in found)

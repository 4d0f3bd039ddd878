"""The agent and the modules that it needs as one text, for a kernel in which autograder is not installed.

There, all of MODULES share the namespace of one module, so no two of them may use one name for different things.
"""

import ast
import functools
from pathlib import Path

MODULES = ("random_state", "named_tuples", "frames", "decoder", "stream", "exceptions", "not_while_grading", "agent")
AGENT_MODULE = "_cs231n_agent"


@functools.cache
def agent_source() -> str:
    """Return the text of a module with `connect(fd)` and `serve(namespace)`.

    It needs only the standard library and NumPy.
    """
    folder = Path(__file__).parent
    return "\n".join(_without_imports_of_the_kit((folder / f"{name}.py").read_text()) for name in MODULES)


def prepare_code(fd: int | None) -> str:
    """Return the code that a student's kernel runs before any cell, to prepare its shell and connect to the judge.

    The code puts the agent into sys.modules and binds no names.

    Parameters
    ----------
    fd
        File descriptor of the kernel's end of the socket; None if there is no judge.
    """
    prepare = "agent.prepare_shell(get_ipython())"
    return _code(prepare if fd is None else f"{prepare}, agent.connect({fd:d})")


def connect_code(fd: int) -> str:
    """Return code like that of `prepare_code`, for a process without a shell: it only connects."""
    return _code(f"agent.connect({fd:d})")


def _code(calls: str) -> str:
    return (
        "(lambda sys, agent: (sys.modules.update({agent.__name__: agent}), "
        f"exec(compile({agent_source()!r}, {AGENT_MODULE!r}, 'exec'), agent.__dict__), {calls}))"
        f"(__import__('sys'), __import__('types').ModuleType({AGENT_MODULE!r}));"
    )


def serve_code() -> str:
    """Return the code that a student's kernel runs while tests run in the judge. It ends when the judge says "stop"."""
    return f"__import__({AGENT_MODULE!r}).serve(globals())"


def _without_imports_of_the_kit(text: str) -> str:
    lines = text.splitlines(keepends=True)
    for node in ast.parse(text).body:
        if _imports_the_kit(node) or _is_for_type_checkers(node):
            last = node.end_lineno or node.lineno
            lines[node.lineno - 1 : last] = [""] * (last - node.lineno + 1)
    return "".join(lines)


def _imports_the_kit(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and (node.module or "").startswith("autograder.")


def _is_for_type_checkers(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"

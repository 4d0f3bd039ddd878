"""One text of the agent and the modules it needs, for a kernel that has no autograder."""

import ast
from pathlib import Path

MODULES = ("random_state", "named_tuples", "frames", "decoder", "stream", "exceptions", "not_while_grading", "agent")
AGENT_MODULE = "_cs231n_agent"


def agent_source():
    """The text of a module that needs the standard library and NumPy only: `connect(fd)`, `serve(namespace)`."""
    folder = Path(__file__).parent
    return "\n".join(_without_imports_of_the_kit((folder / f"{name}.py").read_text()) for name in MODULES)


def prepare_code(fd: int | None) -> str:
    """The code that a student kernel runs first, before any cell: for what cells must not get, and to connect to the
    judge.

    It leaves the agent in sys.modules, and no name behind. fd: of the kernel's end of the socket; None: no judge.
    """
    prepare = "agent.prepare(get_ipython())"
    return _code(prepare if fd is None else f"{prepare}, agent.connect({fd:d})")


def connect_code(fd: int) -> str:
    """As above, where there is no shell: only to connect."""
    return _code(f"agent.connect({fd:d})")


def _code(calls: str) -> str:
    return (
        "(lambda sys, agent: (sys.modules.update({agent.__name__: agent}), "
        f"exec(compile({agent_source()!r}, {AGENT_MODULE!r}, 'exec'), agent.__dict__), {calls}))"
        f"(__import__('sys'), __import__('types').ModuleType({AGENT_MODULE!r}));"
    )


def serve_code():
    """The code that a student kernel runs while test cells run in the judge: it ends when the judge says stop."""
    return f"__import__({AGENT_MODULE!r}).serve(globals())"


def _without_imports_of_the_kit(text):
    lines = text.splitlines(keepends=True)
    for node in ast.parse(text).body:
        if isinstance(node, ast.ImportFrom) and node.module.startswith("autograder."):
            lines[node.lineno - 1 : node.end_lineno] = [""] * (node.end_lineno - node.lineno + 1)
    return "".join(lines)

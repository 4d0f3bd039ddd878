"""One file of the agent and the modules it needs, for a sandbox that has no autograder."""

import ast
from pathlib import Path

MODULES = ("random_state", "frames", "decoder", "stream", "exceptions", "agent")
AGENT_MODULE = "_cs231n_agent"


def agent_source():
    """The text of a module that needs the standard library and NumPy only: `connect(path)`, `serve(namespace)`."""
    folder = Path(__file__).parent
    return "\n".join(_without_relative_imports((folder / f"{name}.py").read_text()) for name in MODULES)


def write_agent(folder):
    """Write the agent into a folder, which is to be on the student kernel's module path. Returns the file's path."""
    path = Path(folder) / f"{AGENT_MODULE}.py"
    path.write_text(agent_source())
    return path


def connect_code(socket_path):
    """The code that a student kernel runs first, before any cell, to connect to the judge."""
    return f"__import__({AGENT_MODULE!r}).connect({str(socket_path)!r})"


def serve_code():
    """The code that a student kernel runs while test cells run in the judge: it ends when the judge says stop."""
    return f"__import__({AGENT_MODULE!r}).serve(globals())"


def _without_relative_imports(text):
    lines = text.splitlines(keepends=True)
    for node in ast.parse(text).body:
        if isinstance(node, ast.ImportFrom) and node.level:
            lines[node.lineno - 1 : node.end_lineno] = [""] * (node.end_lineno - node.lineno + 1)
    return "".join(lines)

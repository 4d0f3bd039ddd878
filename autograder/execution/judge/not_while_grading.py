"""Features of the machine and of Google Colab that are not available to a notebook while it is graded.

A student's kernel runs no shell commands and no package managers: it prints a line that says so, and the cell goes on.
If a notebook imports google.colab, it gets a stand-in that does nothing. TensorBoard is not loaded either.
"""

import ast
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.utils.text import LSString, SList

Shell = Any  # IPython's InteractiveShell; its annotations would forbid replacing its methods, as is done here

COMMAND_NOT_FOUND = 127  # a shell's exit code for this error
COMMAND_NOT_RUN = "Not run, because shell commands do not run while grading: "
MOST_SHOWN = 200  # characters of a command
PACKAGE_MANAGERS = ("pip", "uv", "conda", "mamba", "micromamba")
SCRIPTS = ("bash", "sh", "perl", "ruby", "pypy", "python2")  # cell magics; %%python runs the kernel's own Python
COLAB = ("google", "colab")
TENSORBOARD = "tensorboard"  # an IPython extension in Colab, and its magic, which starts a server


def refuse_commands(shell: Shell) -> None:
    """Have an IPython shell run no commands. It reports each one on stdout, where a failing command would too."""
    from IPython.utils.process import arg_split
    from IPython.utils.text import LSString, SList

    def refuse(command: str) -> None:
        text = " ".join(str(command).split())
        print(COMMAND_NOT_RUN + (text if len(text) <= MOST_SHOWN else text[:MOST_SHOWN] + "…"))
        shell.user_ns["_exit_code"] = COMMAND_NOT_FOUND
        if getattr(shell, "system_raise_on_error", False):
            from subprocess import CalledProcessError

            raise CalledProcessError(COMMAND_NOT_FOUND, command)

    def getoutput(cmd: str, split: bool = True, depth: int = 0) -> "SList | LSString":
        refuse(cmd)
        return SList() if split else LSString("")

    def script(line: str, cell: str, name: str | None = None) -> object:
        """Handle `%%script`, or the magic of SCRIPTS that is called `name`."""
        from IPython.core.magics.script import ScriptMagics

        own = ScriptMagics(shell).shebang
        options, command = own.parser.parse_known_args(arg_split(line))
        command = [name] if name else command
        if command and os.path.basename(command[0]).startswith("python"):
            return own(line, cell)
        for variable in filter(None, (options.out, options.err)):
            shell.user_ns[variable] = ""
        refuse(f"%%{name or 'script'} {line}")
        return None

    shell.system = shell.system_piped = shell.system_raw = refuse
    shell.getoutput = getoutput
    shell.register_magic_function(script, "cell", "script")
    for name in SCRIPTS:
        shell.register_magic_function(lambda line, cell, name=name: script(line, cell, name), "cell", name)
    for name in PACKAGE_MANAGERS:
        shell.register_magic_function(lambda line, name=name: refuse(f"{name} {line}"), "line", name)
    shell.register_magic_function(lambda line, cell=None: refuse(line if cell is None else cell), "line_cell", "shell")


def draw_inline(shell: Shell) -> None:
    """Have an IPython shell draw figures inline, whatever `%matplotlib` or `%gui` asks for."""
    own = shell.enable_matplotlib
    shell.enable_matplotlib = lambda gui=None: own("inline")
    shell.enable_gui = lambda gui=None: None


def stand_in_for_colab(shell: Shell) -> None:
    """Have imports of google.colab bind a `Colab`, and have Colab's extensions and magics do nothing.

    Imports inside `try` stay as they are: a cell that tests in this way for Colab finds that it does not run there.
    """
    own, load = shell.transform_ast, shell.extension_manager.load_extension

    def transform_ast(node: ast.AST) -> ast.AST:
        node = own(node)
        imports = (part for part in ast.walk(node) if isinstance(part, (ast.Import, ast.ImportFrom)))
        return _ColabImports().visit(node) if any("colab" in ast.dump(part) for part in imports) else node

    def load_extension(name: str) -> object:
        return Colab(name)() if _is_colab(name) or name == TENSORBOARD else load(name)

    shell.transform_ast, shell.extension_manager.load_extension = transform_ast, load_extension
    shell.register_magic_function(lambda line: None, "line", "tensorflow_version")
    shell.register_magic_function(lambda line: Colab(TENSORBOARD)(), "line", TENSORBOARD)


class Colab:
    """A stand-in for google.colab or anything in it. A call only prints that it does nothing."""

    def __init__(self, name: str):
        self.__name__ = name

    def __getattr__(self, name: str) -> object:
        if name.startswith("_"):  # IPython looks up such names to display an object
            raise AttributeError(name)
        return NotWhileGrading if name.endswith("Error") else Colab(f"{self.__name__}.{name}")

    def __call__(self, *arguments: object, **named: object) -> object:
        if self.__name__.endswith("userdata.get"):
            print(f"{self.__name__} is not available while grading: it returns an empty string.")
            return ""
        print(f"{self.__name__} does nothing while grading: the notebook does not run in Colab.")
        return {} if self.__name__.endswith("files.upload") else None

    def __repr__(self) -> str:
        return f"<{self.__name__}, which does nothing while grading>"


class NotWhileGrading(Exception):
    """A feature of Google Colab is not available."""


class _ColabImports(ast.NodeTransformer):
    def visit_Import(self, node: ast.Import) -> ast.AST | list[ast.stmt]:
        kept = [alias for alias in node.names if not _is_colab(alias.name)]
        bound = [
            (alias.asname, alias.name) if alias.asname else ("google", "google")
            for alias in node.names
            if _is_colab(alias.name)
        ]
        return _statements(node, kept, bound)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST | list[ast.stmt]:
        names = [alias.name for alias in node.names]
        if node.level or not (_is_colab(node.module) or (node.module == "google" and "colab" in names)):
            return node
        taken = [alias for alias in node.names if _is_colab(f"{node.module}.{alias.name}")]
        kept = [alias for alias in node.names if alias not in taken]
        bound = [(alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in taken if alias.name != "*"]
        return _statements(node, kept, bound)

    def visit_Try(self, node: "ast.Try | ast.TryStar") -> ast.AST:
        return self._but_the_body(node) if node.handlers else self.generic_visit(node)

    visit_TryStar = visit_Try

    def visit_With(self, node: ast.With) -> ast.AST:
        suppressing = any("suppress" in ast.dump(item.context_expr) for item in node.items)
        return node if suppressing else self.generic_visit(node)

    def _but_the_body(self, node: "ast.Try | ast.TryStar") -> ast.AST:
        body, node.body = node.body, []
        self.generic_visit(node)
        node.body = body
        return node


def _is_colab(name: str | None) -> bool:
    return name is not None and tuple(name.split(".")[:2]) == COLAB


def _statements(
    node: ast.Import | ast.ImportFrom, kept: list[ast.alias], bound: Sequence[tuple[str, str]]
) -> ast.AST | list[ast.stmt]:
    """Return what replaces an import: an import of the names kept, and `name = Colab(of)` for each (name, of) bound."""
    if not bound and kept == node.names:
        return node
    found: list[ast.stmt] = []
    if kept:
        node.names = kept
        found.append(node)
    for name, of in bound:
        found += ast.parse(f"{name} = __import__('sys').modules[{__name__!r}].Colab({of!r})").body
    for statement in found or [ast.Pass()]:
        for part in ast.walk(statement):
            ast.copy_location(part, node)
    return found or ast.copy_location(ast.Pass(), node)


def nothing_outside(shell: Shell) -> None:
    """Prepare the shell of a student's kernel: no commands, figures inline, a stand-in for Colab."""
    refuse_commands(shell)
    draw_inline(shell)
    stand_in_for_colab(shell)

"""The IPython shell of a judge: it runs cells as a Jupyter kernel does, and keeps their outputs."""

import ast
import contextlib
import io
import sys
import tempfile
import traceback
import types
import warnings
from typing import Any

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.profiledir import ProfileDir
from traitlets import Type
from traitlets.config import Config

from autograder.execution.judge.not_while_grading import stand_in_for_colab
from autograder.notebook.bound_names import in_python
from autograder.notebook.cell_outputs import Outputs


class _Display(DisplayPublisher):
    shell: "JudgeShell"

    def publish(
        self,
        data: dict,
        metadata: dict | None = None,
        source: object = None,
        *,
        transient: dict | None = None,
        update: bool = False,
        **_: object,
    ) -> None:
        self.shell.outputs.display(data, metadata or {}, (transient or {}).get("display_id"), update)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.outputs.clear(wait)


class _Results(DisplayHook):
    shell: "JudgeShell"

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict, md_dict: dict | None = None) -> None:
        self.shell.outputs.result(format_dict, md_dict or {})

    def finish_displayhook(self) -> None:
        self._is_active = False


class _Compiler(CachingCompiler):
    """Compiles cells. What the template has compiled before the fork, no judge compiles again.

    IPython asks for the syntax tree of a cell and then for the code of each statement. The tree of a known cell holds
    an empty node for each statement, of the kind that IPython looks at: whether it is an expression.
    """

    def __init__(self) -> None:
        super().__init__()
        self._cells: dict[str, list[ast.stmt]] = {}  # the cell in Python -> a node for each statement
        self._codes: dict[ast.AST, types.CodeType] = {}
        self._known: str | None = None  # the name of the running cell, if it is a known one
        self._first_flags = self.flags
        self.uses_known = True

    def learn(self, cell: str, tree: ast.Module) -> None:
        """Compile a cell, unless it changes how later cells are compiled. Raises the errors of `compile`."""
        nodes: list[ast.stmt] = []
        codes: dict[ast.AST, types.CodeType] = {}
        for statement in tree.body:
            last = statement is tree.body[-1] and isinstance(statement, ast.Expr)
            part = ast.Interactive([statement]) if last else ast.Module([statement], [])
            with self.extra_flags(ast.PyCF_ALLOW_TOP_LEVEL_AWAIT):
                code = self(part, "<cell>", "single" if last else "exec")
            node = ast.Expr(ast.Constant(None)) if last else ast.Pass()
            nodes.append(node)
            codes[node] = code
        if self.flags == self._first_flags:
            self._cells[cell] = nodes
            self._codes |= codes
        self.flags = self._first_flags  # a cell with `from __future__` has set others

    def knows(self, cell: str) -> bool:
        return cell in self._cells

    def cache(self, transformed_code: str, number: int = 0, raw_code: str | None = None) -> str:
        name = super().cache(transformed_code, number, raw_code)
        usable = self.uses_known and self.flags == self._first_flags
        self._known = name if usable and self.knows(transformed_code) else None
        return name

    def ast_parse(self, source: str, filename: str = "<unknown>", symbol: str = "exec") -> ast.AST:
        if filename == self._known:
            return ast.Module(list(self._cells[source]), [])
        return super().ast_parse(source, filename, symbol)

    def __call__(self, source: Any, filename: str, symbol: str, *others: Any, **named: Any) -> Any:
        body = getattr(source, "body", None)
        code = self._codes.get(body[0]) if isinstance(body, list) and body else None
        return _in_file(code, filename) if code else super().__call__(source, filename, symbol, *others, **named)


def _in_file(code: types.CodeType, filename: str) -> types.CodeType:
    """Return the code as if it had been compiled from this file."""
    inner = tuple(_in_file(part, filename) if isinstance(part, types.CodeType) else part for part in code.co_consts)
    return code.replace(co_filename=filename, co_consts=inner)


class JudgeShell(InteractiveShell):
    """A shell whose cells run in `__main__`, the module of `namespace`. It takes over sys.stdout and sys.stderr."""

    display_pub_class = Type(_Display)
    displayhook_class = Type(_Results)
    compiler_class = Type(_Compiler)
    compile: _Compiler
    outputs: Outputs  # of the running cell, or of the last one
    mistakes: tuple[str, ...] = ()  # the ids of the mistakes that the cell's error names

    def enable_gui(self, gui: object = None) -> None:
        """Do nothing: a judge opens no windows."""

    def enable_matplotlib(self, gui: object = None) -> Any:
        """Draw figures inline, whatever `gui` is."""
        return super().enable_matplotlib("inline")

    def ask_exit(self) -> None:
        """Do nothing when a cell calls `exit`: the worker decides when a judge ends."""

    def _showtraceback(self, etype: type[BaseException], evalue: BaseException, stb: list[str]) -> None:
        self.outputs.error(etype.__name__, str(evalue), [str(line) for line in stb])
        named = getattr(evalue, "mistakes", ())  # of a failed check; a student's error has no attributes here
        self.mistakes = tuple(id for id in named if isinstance(id, str)) if isinstance(named, tuple) else ()

    @property
    def namespace(self) -> dict[str, Any]:
        return self.user_ns

    def keep_outputs(self, limit: int) -> Outputs:
        """Begin a new cell, and keep at most `limit` bytes of its outputs. Returns the object that collects them."""
        self.outputs, self.mistakes = Outputs(limit), ()
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, _Printed):  # a cell may have replaced the stream
                stream.to = self.outputs
        return self.outputs

    def prepare(self, source: str) -> None:
        """Compile a cell, so that this process and its forks need not when they run it.

        A cell whose compilation fails or warns is left alone: the judge that runs it shall say so.
        """
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
                cell = in_python(source)
                is_async = super().should_run_async(cell, transformed_cell=cell)
                tree = self.transform_ast(self.compile.ast_parse(cell))
                if not is_async and not warned:
                    self.compile.learn(cell, tree)

    def should_run_async(self, raw_cell: str, *, transformed_cell: str | None = None, **how: Any) -> bool:
        if transformed_cell is not None and self.compile.knows(transformed_cell):
            return False
        return super().should_run_async(raw_cell, transformed_cell=transformed_cell, **how)

    def run(self, source: str) -> bool:
        """Run a cell. Returns True if it ran to its end; otherwise its outputs contain an error."""
        # otherwise IPython changes the syntax tree, or displays other values than that of the last expression
        self.compile.uses_known = not self.ast_transformers and self.ast_node_interactivity == "last_expr"
        result = self.run_cell(source, store_history=True)
        error = result.error_before_exec or result.error_in_exec
        if error is not None and not self.outputs.has_error:  # IPython prints some errors instead of showing them
            lines = traceback.format_exception_only(type(error), error)
            self.outputs.error(type(error).__name__, str(error), "".join(lines).splitlines())
        return result.success and not self.outputs.has_error


class _Transforms(TransformerManager):
    """IPython's input transforms. Their results are cached until a cell adds a transform."""

    def transform_cell(self, cell: str) -> str:
        plain = TransformerManager()
        same = all(
            getattr(self, kind) == getattr(plain, kind)
            for kind in ("cleanup_transforms", "line_transforms", "token_transformers")
        )
        return in_python(cell) if same else super().transform_cell(cell)


class _Printed(io.TextIOBase):
    """sys.stdout or sys.stderr of a judge. `to` receives the printed text; if it is None, the text is dropped."""

    encoding, errors = "utf-8", "replace"

    def __init__(self, name: str):
        self.name = name
        self.to: Outputs | None = None

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if self.to is not None:
            self.to.stream(self.name, str(text))
        return len(text)


def make_shell() -> JudgeShell:
    """Make the only shell of this process. It leaves no files, starts no threads, and reads no configuration."""
    sys.stdout, sys.stderr = _Printed("stdout"), _Printed("stderr")
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.automagic = False  # `history[0]` may be the student's list, not the magic
    with tempfile.TemporaryDirectory() as folder:
        shell = JudgeShell.instance(
            config=config,
            ipython_dir=folder,
            profile_dir=ProfileDir.create_profile_dir(folder),
            user_module=types.ModuleType("__main__"),
        )
    shell.input_transformer_manager = _Transforms()
    stand_in_for_colab(shell)
    shell.db = {}  # the store of magics, which IPython would keep in a file
    shell.keep_outputs(0)
    return shell

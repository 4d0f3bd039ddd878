"""The IPython shell of a judge: it runs cells as a Jupyter kernel does, and keeps what they put out."""

import io
import sys
import tempfile
import traceback
import types

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
    def publish(self, data, metadata=None, source=None, *, transient=None, update=False, **_):
        self.shell.outputs.display(data, metadata or {}, (transient or {}).get("display_id"), update)

    def clear_output(self, wait=False):
        self.shell.outputs.clear(wait)


class _Results(DisplayHook):
    def write_output_prompt(self):
        pass

    def write_format_data(self, format_dict, md_dict=None):
        self.shell.outputs.result(format_dict, md_dict or {})

    def finish_displayhook(self):
        self._is_active = False


class JudgeShell(InteractiveShell):
    """Cells run in `__main__`, which is `namespace`; sys.stdout and sys.stderr are the shell's from now on."""

    display_pub_class = Type(_Display)
    displayhook_class = Type(_Results)

    def enable_gui(self, gui=None):
        """There is no window to wait for."""

    def enable_matplotlib(self, gui=None):
        """Pictures are always drawn inline."""
        return super().enable_matplotlib("inline")

    def ask_exit(self):
        """What `exit` calls. Whether the judge ends is the worker's affair."""

    def _showtraceback(self, etype, evalue, stb):
        self.outputs.error(etype.__name__, str(evalue), [str(line) for line in stb])

    @property
    def namespace(self) -> dict:
        return self.user_ns

    def keep_outputs(self, limit: int) -> Outputs:
        """Begin a new cell: what is put out from now on."""
        self.outputs = sys.stdout.to = sys.stderr.to = Outputs(limit)
        return self.outputs

    def run(self, source: str) -> bool:
        """Run a cell. True if it ran to its end; otherwise there is an error among the outputs."""
        result = self.run_cell(source, store_history=True)
        error = result.error_before_exec or result.error_in_exec
        if error is not None and not self.outputs.has_error:  # IPython prints some instead of showing them
            lines = traceback.format_exception_only(type(error), error)
            self.outputs.error(type(error).__name__, str(error), "".join(lines).splitlines())
        return result.success and not self.outputs.has_error


class _Transforms(TransformerManager):
    """Those of IPython; what a cell becomes by them is kept, as long as no other transforms are added."""

    def transform_cell(self, cell):
        plain = TransformerManager()
        same = all(
            getattr(self, kind) == getattr(plain, kind)
            for kind in ("cleanup_transforms", "line_transforms", "token_transformers")
        )
        return in_python(cell) if same else super().transform_cell(cell)


class _Printed(io.TextIOBase):
    """sys.stdout or sys.stderr of a judge. `to` is the Outputs that take what is printed, or None."""

    encoding, errors = "utf-8", "replace"

    def __init__(self, name: str):
        self.name, self.to = name, None

    def writable(self):
        return True

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if self.to is not None:
            self.to.stream(self.name, str(text))
        return len(text)


def make_shell() -> JudgeShell:
    """The shell of this process, for good. It leaves no files, starts no threads, and reads no configuration."""
    sys.stdout, sys.stderr = _Printed("stdout"), _Printed("stderr")
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.automagic = False  # `history[0]` may begin with a name of the student's
    with tempfile.TemporaryDirectory() as folder:
        shell = JudgeShell.instance(
            config=config,
            ipython_dir=folder,
            profile_dir=ProfileDir.create_profile_dir(folder),
            user_module=types.ModuleType("__main__"),
        )
    shell.input_transformer_manager = _Transforms()
    stand_in_for_colab(shell)
    shell.db = {}  # what magics remember, kept in a file otherwise
    shell.keep_outputs(0)
    return shell

"""Which names of a test cell are the student's, and what they stand for in the judge."""

import builtins
import dis
import types

from .connection import StudentConnection
from .errors import StudentError
from .proxies import StudentObject

_GLOBAL_READS = {"LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS"}


def names_read(source: str) -> list[str]:
    """The global names that a cell reads, in functions and comprehensions too, sorted; built-in ones are left out.

    source: Python text, after IPython's own transformation. Raises SyntaxError.
    """
    names, codes = set(), [compile(source, "<cell>", "exec", dont_inherit=True, optimize=0)]
    while codes:
        code = codes.pop()
        names.update(i.argval for i in dis.get_instructions(code) if i.opname in _GLOBAL_READS)
        codes += [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
    return sorted(name for name in names if not hasattr(builtins, name) and not name.startswith("__"))


class StudentNames:
    """Puts what only the student's cells define into the judge's namespace, afresh before each cell.

    A name that the judge's own cells define is never the student's.
    """

    def __init__(self, connection: StudentConnection):
        self.connection = connection
        self.given: dict[str, object] = {}

    def fill(self, source: str, namespace: dict) -> list[str]:
        """Bring in the names that the cell `source` reads; returns them.

        Functions, classes and objects come as proxies, plain data by value (or as a proxy if it is too much).
        Names brought in for an earlier cell are taken out again, unless a cell of the judge's bound them since.
        Raises ChannelError.
        """
        for name, value in self.given.items():
            if namespace.get(name) is value:
                del namespace[name]
        self.given = {}
        self.connection.forget_changes()
        wanted = [name for name in names_read(source) if name not in namespace]
        for name in self._defined(wanted) if wanted else ():
            try:
                value, _ = self.connection.request(("fetch", name), f"your {name}")
            except StudentError:  # gone since, or it cannot be sent: then it is not defined
                continue
            if isinstance(value, StudentObject):
                value._name = name
            self.given[name] = namespace[name] = value
        return list(self.given)

    def _defined(self, wanted):
        found, _ = self.connection.request(("defined", wanted), "your notebook")
        found = found if type(found) is list else []
        return [name for name in wanted if any(type(n) is str and n == name for n in found)]

"""Which names of the instructor's cells are the student's, and what they stand for in the judge."""

import builtins
from collections.abc import Iterable
from typing import Any

from autograder.execution.judge.connection import StudentConnection
from autograder.execution.judge.errors import ChannelError, StudentError
from autograder.execution.judge.proxies import StudentObject


class StudentNames(dict):
    """The built-in names, and behind them the student's: the `__builtins__` of the judge's namespace.

    Python looks there for a name that the namespace itself does not have, in the instructor's functions and classes
    too. A name is fetched when a cell first reads it, and not before. Functions, classes and objects come as proxies;
    plain data comes by value, or as a proxy if it is too large.

    Parameters
    ----------
    connection
        To the student's kernel, which is asked for the names.
    reserved
        Names that are never the student's.

    Attributes
    ----------
    closed : bool
        Whether no name is the student's any more.
    """

    def __init__(self, connection: StudentConnection, reserved: Iterable[str] = ()):
        super().__init__(vars(builtins))
        self.connection, self.reserved = connection, frozenset(reserved)
        self.closed = False
        self._given: dict[str, object] = {}

    def forget(self) -> None:
        """Begin a new cell: what was fetched is fetched anew."""
        self._given.clear()

    def __missing__(self, name: str) -> Any:
        if name in self._given:
            return self._given[name]
        if hasattr(builtins, name):  # IPython adds some later
            return getattr(builtins, name)
        if self.closed or (name.startswith("__") and name.endswith("__")):
            raise KeyError(name)
        if name in self.reserved:
            self._say_that_it_is_reserved(name)
            raise KeyError(name)
        try:
            value, _ = self.connection.request(("fetch", name), f"your {name}")
        except StudentError:  # not defined, or it cannot be sent
            raise KeyError(name) from None
        if isinstance(value, StudentObject):
            if value._student_handle.kind == "module":  # a check imports the modules that it relies on
                raise KeyError(name)
            value._name = name
        self._given[name] = value
        return value

    def _say_that_it_is_reserved(self, name: str) -> None:
        """Raise a NameError that says so, if the student has this name, too."""
        try:
            known, _ = self.connection.request(("has", name), f"your {name}")
        except (StudentError, ChannelError):
            return
        if known is True:
            why = "the instructor's cells define it too, so the student's is not used"
            raise NameError(f"name '{name}' is not defined: {why}", name=name)

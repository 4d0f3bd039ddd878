"""Lookup of names that the instructor's cells use but do not define: their values come from the student's kernel."""

import builtins
from collections.abc import Iterable
from typing import Any

from autograder.execution.judge.connection import StudentConnection
from autograder.execution.judge.errors import ChannelError, StudentError
from autograder.execution.judge.proxies import StudentObject


class StudentNames(dict):
    """The `__builtins__` of the judge's namespace: the built-in names and, after them, the student's names.

    Python looks here for a name that the namespace itself lacks, also inside the instructor's functions and classes. A
    name is fetched when a cell first reads it. Functions, classes and other objects arrive as proxies. Plain data
    arrives by value, or as a proxy if it is too large.

    Parameters
    ----------
    connection
        The connection to the student's kernel, from which names are fetched.
    reserved
        Names that are never looked up in the student's kernel.

    Attributes
    ----------
    closed : bool
        Whether no more names are looked up in the student's kernel.
    """

    def __init__(self, connection: StudentConnection, reserved: Iterable[str] = ()):
        super().__init__(vars(builtins))
        self.connection, self.reserved = connection, frozenset(reserved)
        self.closed = False
        self._given: dict[str, object] = {}

    def forget(self) -> None:
        """Begin a new cell: names are fetched again when it reads them."""
        self._given.clear()

    def __missing__(self, name: str) -> Any:
        if name in self._given:
            return self._given[name]
        if hasattr(builtins, name):  # IPython adds some built-in names later
            return getattr(builtins, name)
        if self.closed or (name.startswith("__") and name.endswith("__")):
            raise KeyError(name)
        if name in self.reserved:
            self._say_that_it_is_reserved(name)
            raise KeyError(name)
        try:
            value, _ = self.connection.request(("fetch", name), f"your {name}")
        except StudentError:  # the name is not defined, or its value cannot be sent
            raise KeyError(name) from None
        if isinstance(value, StudentObject):
            if value._student_handle.kind == "module":  # a check must import the modules that it uses
                raise KeyError(name)
            value._name = name
        self._given[name] = value
        return value

    def _say_that_it_is_reserved(self, name: str) -> None:
        """Raise a NameError that explains it, if the student also defined this name."""
        try:
            known, _ = self.connection.request(("has", name), f"your {name}")
        except (StudentError, ChannelError):
            return
        if known is True:
            why = "the instructor's cells define it too, so the student's value is not used"
            raise NameError(f"name '{name}' is not defined: {why}", name=name)

"""Which names of the instructor's cells are the student's, and what they stand for in the judge."""

import builtins

from autograder.execution.judge.connection import StudentConnection
from autograder.execution.judge.errors import ChannelError, StudentError
from autograder.execution.judge.proxies import StudentObject


class StudentNames(dict):
    """The built-in names, and behind them the student's: the `__builtins__` of the judge's namespace.

    Python looks there for what the namespace itself has not, in functions and classes of the instructor's too. A
    name is fetched when it is first read in a cell, and not before. Functions, classes and objects come as
    proxies, plain data by value (or as a proxy if it is too much).

    reserved: names that are never the student's.
    """

    def __init__(self, connection: StudentConnection, reserved=frozenset()):
        super().__init__(vars(builtins))
        self.connection, self.reserved = connection, frozenset(reserved)
        self.closed = False  # no name is the student's
        self._given: dict[str, object] = {}

    def forget(self) -> None:
        """Begin a new cell: what was fetched is fetched anew."""
        self._given.clear()

    def __missing__(self, name):
        if name in self._given:
            return self._given[name]
        if hasattr(builtins, name):  # IPython adds some
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
            if value._student_handle.kind == "module":  # what a check relies on, it imports
                raise KeyError(name)
            value._name = name
        self._given[name] = value
        return value

    def _say_that_it_is_reserved(self, name):
        """Raise the NameError that tells it, if the student has the name, too."""
        try:
            known, _ = self.connection.request(("has", name), f"your {name}")
        except (StudentError, ChannelError):
            return
        if known is True:
            why = "a cell of the instructor's binds it too, so it is not taken from the notebook"
            raise NameError(f"name '{name}' is not defined: {why}", name=name)



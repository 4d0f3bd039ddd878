"""Proxies: the judge's stand-ins for objects in the student's kernel.

Calls, attributes, items, length, `in` and iteration are requested from the student's kernel and return values.
Attributes and items can also be set and deleted there. Nothing else reaches the kernel: repr, truth (always true),
hashing, copying and names with a leading underscore are answered here. `==` says whether two proxies are the same
object. Comparing a proxy with a value, computing with it or converting it raises CannotCross, because the judge never
runs the student's operators.
"""

import ast
import functools
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NoReturn

from autograder.execution.judge.errors import CannotCross, StudentError, StudentProtocolError
from autograder.execution.judge.exceptions import identifier
from autograder.execution.judge.frames import Handle

if TYPE_CHECKING:
    from autograder.execution.judge.connection import StudentConnection

MOST_STEPS = 10_000  # values that one iteration yields
MOST_PROXY_TYPES = 1000  # types of proxies that are kept
_COMMAND = re.compile(r"^[ \t]*(?:[\w., ]+=[ \t]*)?!.*$", re.MULTILINE)  # `!ls` or `files = !ls`
_types: dict[tuple[str, str], "type[StudentObject]"] = {}


def proxy(connection: "StudentConnection", handle: Handle, name: str | None = None) -> "StudentObject":
    """Return the proxy of an object, which is always the same one while that proxy is in use."""
    found = connection.objects.get(handle)
    if found is None:
        found = connection.objects[handle] = _type_of(handle)(connection, handle, name)
    elif name:
        found._name = name
    return found


class StudentObject:
    """An object in the student's kernel."""

    __slots__ = ("_student_connection", "_student_handle", "_name", "__weakref__")
    __hash__ = object.__hash__
    if TYPE_CHECKING:  # a real annotation would be an attribute `__annotations__` of every proxy
        _student_connection: StudentConnection
        _student_handle: Handle
        _name: str

    def __init__(self, connection: "StudentConnection", handle: Handle, name: str | None = None):
        self._student_connection, self._student_handle = connection, handle
        self._name = name or handle.type_name

    def __getattr__(self, name: str) -> object:
        # NumPy and IPython look for many hooks whose names begin like this
        if name.startswith("_"):
            raise AttributeError(f"{name} of {self._what} cannot be read from a check")
        return self._named(self._ask("attribute", name), f"{self._name}.{name}")

    def __setattr__(self, name: str, value: object) -> None:
        if name in StudentObject.__slots__:
            object.__setattr__(self, name, value)
        elif name.startswith("_"):
            raise CannotCross(f"{name} of {self._what} cannot be set from a check")
        else:
            self._ask("set_attribute", name, value)

    def __delattr__(self, name: str) -> None:
        if name.startswith("_"):
            raise CannotCross(f"{name} of {self._what} cannot be deleted from a check")
        self._ask("delete_attribute", name)

    def __getitem__(self, key: object) -> object:
        return self._ask("item", key)

    def __setitem__(self, key: object, value: object) -> None:
        self._ask("set_item", key, value)

    def __delitem__(self, key: object) -> None:
        self._ask("delete_item", key)

    def __contains__(self, value: object) -> bool:
        found = self._ask("contains", value)
        if type(found) is not bool:
            raise StudentProtocolError(f"the answer of {self._what} to `in` is neither True nor False")
        return found

    def __eq__(self, other: object) -> bool:
        if other is None or isinstance(other, StudentObject):
            return self is other
        raise CannotCross(f"{self._kind}; compare its values instead")

    def __len__(self) -> int:
        size = self._ask("length")
        if type(size) is not int or not 0 <= size < 1 << 63:
            raise StudentProtocolError(f"the length of {self._what} is not a number of items")
        return size

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[object]:
        iterator = self._ask("iterator")
        if not isinstance(iterator, StudentObject):
            raise StudentProtocolError(f"the iterator of {self._what} is plain data, not an iterator")
        for _ in range(MOST_STEPS):
            going_on, value = iterator._step(self._what)
            if not going_on:
                return
            yield value
        if not iterator._step(self._what)[0]:
            return
        try:
            self._ask("length")
        except StudentError:
            raise StudentError(f"{self._what} goes on for more than {MOST_STEPS:,} values; does it ever end?") from None
        raise StudentError(f"{self._what} yields more than {MOST_STEPS:,} values; a check reads at most that many")

    def __next__(self) -> object:
        going_on, value = self._step(self._what)
        if not going_on:
            raise StopIteration
        return value

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._name!r} of the notebook>"

    def __mro_entries__(self, bases: tuple) -> NoReturn:
        raise CannotCross(f"{self._kind} and stays in the notebook; a class of a check cannot derive from it")

    def __instancecheck__(self, value: object) -> NoReturn:
        raise CannotCross(f"{self._kind} and stays in the notebook; isinstance cannot test for it")

    __subclasscheck__ = __instancecheck__

    def __reduce__(self) -> NoReturn:
        raise CannotCross(f"an object of type {type(self).__name__} stays in the notebook; it cannot be copied")

    @property
    def _what(self) -> str:
        return f"your {self._name}"

    @property
    def _kind(self) -> str:
        return f"{self._what} is an object of type {type(self).__name__}"

    def _step(self, what: str) -> tuple[bool, object]:
        """Take a step of an iterator. Returns (whether there is another value, the value)."""
        step = self._ask("next", what=what)
        if type(step) is not tuple or len(step) != 2 or type(step[0]) is not bool:
            raise StudentProtocolError(f"a step of {what} is malformed")
        return step

    def _ask(self, operation: str, *arguments: object, what: str | None = None) -> object:
        value, _ = self._student_connection.request((operation, self, *arguments), what or self._what)
        return value

    def __array__(self, *_: object, **__: object) -> NoReturn:
        raise TypeError(f"{self._kind}; compute with its values instead")

    def _named(self, value: object, name: str) -> object:
        if isinstance(value, StudentObject) and value._student_handle.kind == "module":
            raise CannotCross(f"{name} is a module of the notebook; a check imports its own")
        if isinstance(value, StudentObject) and value._name == value._student_handle.type_name:
            value._name = name
        return value


def _refuse(words: str) -> Callable[..., NoReturn]:
    def refuse(self: StudentObject, *_: object, **__: object) -> NoReturn:
        raise CannotCross(f"{self._kind}; {words}")

    return refuse


for _operator in ("lt", "le", "gt", "ge"):
    setattr(StudentObject, f"__{_operator}__", _refuse("compare its values instead"))
for _operator in (
    *("add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "divmod", "pow", "lshift", "rshift"),
    *("and", "or", "xor", "neg", "pos", "abs", "invert", "int", "float", "complex", "index"),
    *("round", "trunc", "floor", "ceil", "array_ufunc", "array_function"),
):
    setattr(StudentObject, f"__{_operator}__", _refuse("compute with its values instead"))
    if hasattr(int, f"__r{_operator}__") or _operator == "matmul":
        setattr(StudentObject, f"__r{_operator}__", _refuse("compute with its values instead"))


class StudentFunction(StudentObject):
    """A function, class or other callable in the student's kernel."""

    __slots__ = ()

    def __call__(self, *arguments: object, **named: object) -> object:
        try:
            return self._request("call", arguments, named, False)[0]
        except StudentError as error:
            error.student_call = (self._name, arguments, named)
            raise

    def __lend__(self, functions: dict[str, Callable]) -> None:
        """Have the function find `functions` under their names in all later calls by checks."""
        self._student_connection.lent[self._student_handle] = functions

    def _request(self, operation: str, *arguments: object) -> tuple[object, int | None]:
        asked: tuple = (operation, self, *arguments)
        lent = self._student_connection.lent.get(self._student_handle)
        return self._student_connection.request(("lending", lent, *asked) if lent else asked, self._what)

    def __peak_memory__(self, *arguments: object) -> tuple[object, int]:
        """Return (result, peak of the memory allocated in the student's kernel during the call, in bytes)."""
        result, peak = self._request("call", arguments, {}, True)
        return result, peak or 0

    def __work__(self, *arguments: object) -> tuple[object, int, list[str], tuple[str, int]]:
        """Watch a call in the student's kernel, and return what `Watched` of cs231n_lib.checks.watched_call holds."""
        answer: Any
        answer, _ = self._request("call_and_watch", arguments)
        well_formed = (
            type(answer) is tuple
            and [type(part) for part in answer[1:]] == [int, list, tuple]
            and all(type(name) is str for name in answer[2])
            and [type(part) for part in answer[3]] == [str, int]
        )
        if not well_formed:
            raise StudentProtocolError(f"the answer of {self._what} is malformed")
        return answer

    def __with_arguments__(self, *arguments: object) -> tuple[object, tuple]:
        """Return (result, the arguments as the call left them)."""
        answer, _ = self._request("call_and_show", arguments)
        if type(answer) is not tuple or len(answer) != 2:
            raise StudentProtocolError(f"the answer of {self._what} is malformed")
        if type(answer[1]) is not tuple or len(answer[1]) != len(arguments):
            raise StudentProtocolError(f"the answer of {self._what} is malformed")
        return answer

    @property
    def __name__(self) -> str:
        return self._name.rpartition(".")[2]

    @property
    def __source__(self) -> str:
        """The text of the function and of the functions in its module that it uses; see checks.source_of."""
        try:
            found = self._ask("source")
        except StudentError:
            found = []
        if type(found) is not list or not all(
            type(pair) is tuple and [type(text) for text in pair] == [str, str] for pair in found
        ):
            raise StudentProtocolError(f"the source of {self._what} is malformed")
        text = _one_text(found, self._student_connection.notebook_text)
        if not text:
            raise AttributeError(f"the source of {self._what} is not available")
        return text


def _type_of(handle: Handle) -> type[StudentObject]:
    """Return a proxy type with the same name as the student's type, so that messages say "an object of type X"."""
    key = (handle.kind, identifier(handle.type_name))
    if key not in _types:
        if len(_types) > MOST_PROXY_TYPES:
            _types.clear()
        base = StudentFunction if handle.kind in ("function", "class") else StudentObject
        _types[key] = type(key[1], (base,), {"__slots__": ()})
    return _types[key]


def _one_text(found: list[tuple[str, str]], notebook_text: str | None) -> str | None:
    """Join the definitions, each under the name by which it is used. Of several with one name, the first counts.

    Returns None if the text of one of them does not occur in the notebook.
    """
    texts: list[str] = []
    seen: set[str] = set()
    for name, text in found:
        if notebook_text is not None and not _stands_in(notebook_text, text):
            return None  # the kernel claims a text that is not in the notebook
        if name not in seen:
            seen.add(name)
            texts.append(_renamed(text, name))
    return "\n\n".join(texts)


def _stands_in(notebook_text: str, text: str) -> bool:
    """Whether a function's text occurs in the notebook, as it is or with its shell commands turned into Python.

    IPython turns shell commands into Python before a kernel runs a cell. Magics are not considered.
    """
    text = _stripped(text)
    return text in _stripped(notebook_text) or text in _stripped(_with_commands_in_python(notebook_text))


@functools.lru_cache(maxsize=1)
def _with_commands_in_python(source: str) -> str:
    from autograder.notebook.bound_names import in_python

    return _COMMAND.sub(lambda line: in_python(line[0]).rstrip("\n"), source)


def _renamed(text: str, name: str) -> str:
    try:
        (node,) = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return text
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        if node.name == name:
            return text
        node.name = name
    elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
        answer = ast.Return(node.value.body)
        # Python 3.12 and later require type_params; 3.11 does not know it and keeps it as an ordinary attribute
        node = ast.FunctionDef(name, node.value.args, [answer], [], type_params=[])  # type: ignore[call-arg]
    else:
        return text
    return ast.unparse(ast.fix_missing_locations(node)) if name.isidentifier() else text


def _stripped(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines())

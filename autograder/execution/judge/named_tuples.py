"""Namedtuples as plain data: the names of the type and of its fields, and the values.

The reader makes a new type, without running any text as code. NumPy's linalg functions also return namedtuples.
"""

import keyword
import operator
import types
import typing
from collections.abc import Iterable, Sequence

MOST_FIELDS = 100
MOST_NAME_CHARACTERS = 100  # of the name of a type or field


class _Bare(typing.NamedTuple):
    field: object


_USUAL = set(vars(_Bare)) | set(vars(type("", (_Bare,), {})))
_METHODS = (types.FunctionType, property, classmethod, staticmethod)
_bases_of, _type_name = vars(type)["__mro__"].__get__, vars(type)["__name__"].__get__
_types: dict[tuple[str, ...], type[tuple]] = {}  # (type name, field names...) -> the type made for them
MOST_KEPT_TYPES = 1000


def parts_of(value: tuple) -> tuple[str, tuple[str, ...], list] | None:
    """Return (type name, field names, values) of a namedtuple; None for other tuples and types with added methods."""
    kind = type(value)
    fields, name, parts = getattr(kind, "_fields", None), _type_name(kind), list(tuple.__iter__(value))
    if type(fields) is not tuple or wrong_with(name, fields) or len(parts) != len(fields):
        return None
    for base in _bases_of(kind):
        if base is tuple:
            return name, fields, parts
        for attribute, what in vars(base).items():
            if attribute not in fields and attribute not in _USUAL and type(what) in _METHODS:
                return None
    return None


def wrong_with(name: object, fields: Sequence) -> str:
    """Return why no namedtuple can have this type name and these field names; "" if one can."""
    if len(fields) > MOST_FIELDS:
        return f"a namedtuple has more than {MOST_FIELDS} fields"
    for text in (name, *fields):
        if type(text) is not str or len(text) > MOST_NAME_CHARACTERS or not _may_name(text):
            return "the name of a namedtuple or of one of its fields is not a valid name"
    if any(field.startswith("_") for field in fields) or len(set(fields)) != len(fields):
        return "a field of a namedtuple begins with an underscore or occurs twice"
    return ""


def _may_name(text: str) -> bool:
    return text.isidentifier() and not keyword.iskeyword(text)


def named_tuple(name: str, fields: Sequence[str], values: Iterable[object]) -> tuple:
    """Make a namedtuple of parts that `wrong_with` accepts."""
    key = (name, *fields)
    kind = _types.get(key)
    if kind is None:
        if len(_types) >= MOST_KEPT_TYPES:
            _types.clear()
        # collections.namedtuple would evaluate source code that contains the names
        getters = {field: property(operator.itemgetter(i)) for i, field in enumerate(fields)}
        kind = type(name, (_NamedTuple,), {"__slots__": (), "_fields": tuple(fields), **getters})
        _types[key] = kind
    return tuple.__new__(kind, values)


class _NamedTuple(tuple):
    """The methods of the namedtuples made here."""

    __slots__ = ()
    if typing.TYPE_CHECKING:  # a real annotation would be one more attribute for `parts_of` to check
        _fields: tuple[str, ...]

    def _asdict(self) -> dict[str, object]:
        return dict(zip(self._fields, self, strict=True))

    def _replace(self, /, **named: object) -> tuple:
        if not named.keys() <= set(self._fields):
            raise ValueError(f"Got unexpected field names: {sorted(named.keys() - set(self._fields))}")
        return named_tuple(type(self).__name__, self._fields, (self._asdict() | named).values())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{field}={value!r}' for field, value in self._asdict().items())})"

"""Modules that export names of other modules on demand, since an edition of the library leaves out some of them."""

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module


def aliases(
    module: str, sources: Mapping[str, Sequence[str]], renamed: Mapping[str, str] | None = None
) -> tuple[Callable[[str], object], Callable[[], list[str]], list[str]]:
    """Return the two functions and the list of names with which a module exports names of other modules.

    A name is looked up on its first use. If the library's edition leaves it out, the library's ImportError says which
    assignment asks for it. A name that is not listed raises an AttributeError.

    Parameters
    ----------
    module
        The module's __name__.
    sources
        {module: the names that it has and that keep their name}.
    renamed
        {name: "module.name", where the same thing has another name}.

    Returns
    -------
    __getattr__, __dir__, __all__
        For the module to bind under these names.
    """
    place_of = {name: f"{source}.{name}" for source, names in sources.items() for name in names} | dict(renamed or {})

    def get(name: str) -> object:
        if name not in place_of:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        source, _, there = place_of[name].rpartition(".")
        value = getattr(import_module(source), there)
        setattr(sys.modules[module], name, value)  # the next access does not come here
        return value

    return get, lambda: sorted(place_of), list(place_of)


def pairs(*names: str) -> list[str]:
    """Return name_forward and name_backward for each name; `conv_*_fast` is a name whose middle is replaced."""
    found = []
    for name in names:
        before, _, after = (name if "*" in name else f"{name}_*").partition("*")
        found += [f"{before}forward{after}", f"{before}backward{after}"]
    return found

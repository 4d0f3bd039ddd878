"""Explains the import of a module that answers an assignment and is missing from its edition."""

from __future__ import annotations

from importlib.abc import MetaPathFinder
from typing import TYPE_CHECKING

from cs231n_lib.edition import is_left_out, why_left_out

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType


class LeftOutModules(MetaPathFinder):
    """The last finder that Python asks, so that it is asked only for modules that are not there."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find nothing; raise an ImportError if the edition leaves out this module."""
        if is_left_out(fullname):
            raise ImportError(why_left_out(fullname, fullname), name=fullname)
        return None

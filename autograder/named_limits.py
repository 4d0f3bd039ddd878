"""The limits of grading in a built notebook's metadata, so that `cs231n check` stops a cell when grading does.

Only `check` reads them. Grading goes by course.toml, whatever a submission says.
"""

from dataclasses import fields

from .course import Limits

KEY = "cs231n"
NAMES = ("cell_seconds", "notebook_seconds", "output_bytes", "memory_bytes")  # that mean something without a sandbox


def name_limits(notebook, limits: Limits) -> None:
    """Add the limits to the metadata of a notebook."""
    notebook.metadata.setdefault(KEY, {})["limits"] = {name: getattr(limits, name) for name in NAMES}


def read_limits(notebook) -> Limits | None:
    """The limits in a notebook; None where there are none that can be used."""
    own = notebook.metadata.get(KEY)
    given = own.get("limits") if isinstance(own, dict) else None
    if not isinstance(given, dict) or not {"cell_seconds", "notebook_seconds"} <= given.keys():
        return None
    known = {field.name: given[field.name] for field in fields(Limits) if field.name in given}
    if not all(type(value) is int and value > 0 for value in known.values()):
        return None
    return Limits(**known)

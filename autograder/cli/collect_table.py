"""Print the result of `cs231n collect`."""

from collections import Counter
from collections.abc import Callable

from autograder.console import console, plain, table
from autograder.submissions.collect import Collected, Placed

MAX_SAME = 5  # files of one folder that are listed one by one
MAX_LEFT_OUT = 60  # lines
SCREENFUL = 40  # students; of a larger class, only those with something to read are listed


def show_collected(collected: Collected) -> None:
    """Print which student handed in what, what could not be placed, and what was left out."""
    out = console()
    if shown := _with_something_to_read(collected.placed):
        named = any(item.person.name for item in shown)
        listing = table("student", *(["name"] if named else []), "is", "notebooks", "notes")
        for item in shown:
            style = {"unchanged": "dim", "replaced": "yellow", "time changed": "yellow"}.get(item.state, "green")
            name = [plain(item.person.name)] if named else []
            notes = plain("\n".join(item.notes))
            listing.add_row(plain(item.student), *name, plain(item.state, style), ", ".join(item.notebooks), notes)
        out.print(listing)
    if more := len(collected.placed) - len(shown):
        names = ", ".join(_usual(collected.placed))
        out.print(plain(f"{more} students{' more' * bool(shown)} with {names}: new or unchanged, without notes"))
    for title, items, style in (
        ("could not be placed", collected.unplaced, "red"),
        ("left out", _condensed(collected.left_out), "dim"),
    ):
        if items:
            listing = table(title, "why")
            for file, why in items:
                listing.add_row(plain(file, style), plain(why))
            out.print(listing)
    if collected.received:
        out.print(plain(f"Received: {collected.received}"), soft_wrap=True)
    for remark in collected.remarks:
        out.print(plain(f"Note: {remark}.", "yellow"), soft_wrap=True)
    states = ("new", "replaced", "time changed", "unchanged")
    counts = {state: sum(p.state == state for p in collected.placed) for state in states}
    counts |= {"not placed": len(collected.unplaced), "files left out": len(collected.left_out)}
    out.print(", ".join(f"{count} {what}" for what, count in counts.items() if count) or "No submissions found.")


def _with_something_to_read(placed: list[Placed]) -> list[Placed]:
    """The submissions to list: in a large class, those with a note, an uncommon state or other notebooks than most."""
    if len(placed) <= SCREENFUL:
        return placed
    usual = _usual(placed)
    return [it for it in placed if it.notes or it.state not in ("new", "unchanged") or tuple(it.notebooks) != usual]


def _usual(placed: list[Placed]) -> tuple[str, ...]:
    """The notebooks that most students handed in."""
    return Counter(tuple(item.notebooks) for item in placed).most_common(1)[0][0]


def _condensed(left_out: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """A line for each file, or one line for many similar ones: in one folder, or of one name in many folders."""
    folders, lines = _grouped(left_out, lambda path: path.rpartition("/")[0]), []
    for (folder, why), paths in folders.items():
        many = folder and len(paths) > MAX_SAME
        lines += [(f"{folder}/ ({len(paths)} files)", why)] if many else [(path, why) for path in paths]
    if len(lines) <= MAX_LEFT_OUT:
        return lines
    names = _grouped(lines, lambda path: path.partition("/")[2] or path)
    return [
        (f"{name} ({len(paths)} times)" if len(paths) > 1 else paths[0], why) for (name, why), paths in names.items()
    ]


def _grouped(left_out: list[tuple[str, str]], key: Callable[[str], str]) -> dict[tuple[str, str], list[str]]:
    groups: dict[tuple[str, str], list[str]] = {}
    for path, why in left_out:
        groups.setdefault((key(path), why), []).append(path)
    return groups

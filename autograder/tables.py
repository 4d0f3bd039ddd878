"""What `cs231n check` and `cs231n collect` print."""

from rich.padding import Padding

from autograder.check import Checked
from autograder.collect import Collected
from autograder.console import console, plain, table

WIDE = 130  # columns from which on there is room in the table for what is wrong; else it goes below
MAX_SAME = 5  # files of one folder that are listed one by one
MAX_LEFT_OUT = 60  # lines


def show_checked(checked: Checked) -> None:
    out = console()
    wide = out.width >= WIDE
    styles = {"passed": "green", "failed": "red", "not started": "yellow"}
    listing = table("exercise", "checks", "points", "result", right=("checks", "points"))
    for exercise in checked.exercises:
        state = plain(exercise.state, styles[exercise.state])
        for problem in exercise.problems if wide else ():
            state.append_text(plain("\n" + problem, style="default"))
        listing.add_row(
            plain(exercise.name),
            f"{exercise.passed}/{exercise.checks}",
            f"{exercise.points:g}/{exercise.max_points:g}",
            state,
        )
    out.print(listing)
    for exercise in () if wide else checked.exercises:
        if exercise.problems:
            out.print(plain(exercise.name, "bold"))
            out.print(Padding(plain("\n".join(exercise.problems)), (0, 0, 1, 2), expand=False))
    if checked.questions:
        answered = [name for name, done in checked.questions.items() if done]
        open_ones = [name for name, done in checked.questions.items() if not done]
        line = f"Inline questions answered: {len(answered)} of {len(checked.questions)}"
        out.print(plain(line + (f"; not yet: {', '.join(open_ones)}" if open_ones else "")), soft_wrap=True)
    for problem in checked.problems:
        out.print(plain(f"While running: {problem}", "yellow"), soft_wrap=True)
    if checked.not_run:
        what = f"Not run, as no shell command runs while grading: {'; '.join(checked.not_run)}."
        out.print(plain(f"{what} What it would install or fetch is not there while grading.", "yellow"), soft_wrap=True)
    if checked.warning:
        out.print(plain(checked.warning, "yellow"), soft_wrap=True)
    if checked.missing:
        listed = ", ".join(f"{name} ({points:g} points)" for name, points in checked.missing.items())
        what = f"Missing, though the notebook had them when it was released: {listed}."
        advice = "Grading runs such tests all the same; copy the cells from a fresh notebook to see what they say."
        out.print(plain(f"{what} {advice}", "red"), soft_wrap=True)
    if checked.changed:
        what = f"Changed by you, though meant to stay as they were: {', '.join(checked.changed)}."
        out.print(plain(f"{what} Grading puts the original cells back.", "yellow"), soft_wrap=True)
    passed = sum(exercise.state == "passed" for exercise in checked.exercises)
    points = sum(exercise.points for exercise in checked.exercises)
    out_of = sum(exercise.max_points for exercise in checked.exercises) + sum(checked.missing.values())
    count = f"{passed} of {len(checked.exercises)} exercises pass their visible checks"
    worth = f"worth {points:g} of {out_of:g} points ({checked.seconds:.0f} s)"
    out.print(f"{count}, {worth}. Grading runs further, hidden checks.", soft_wrap=True)


def show_collected(collected: Collected) -> None:
    out = console()
    if collected.placed:
        named = any(item.person and item.person.name for item in collected.placed)
        listing = table("student", *(["name"] if named else []), "is", "notebooks", "notes")
        for item in collected.placed:
            style = {"unchanged": "dim", "replaced": "yellow", "time changed": "yellow"}.get(item.state, "green")
            name = [plain(item.person.name if item.person else "")] if named else []
            notes = plain("\n".join(item.notes))
            listing.add_row(plain(item.student), *name, plain(item.state, style), ", ".join(item.notebooks), notes)
        out.print(listing)
    for title, items, style in (
        ("could not be placed", collected.unplaced, "red"),
        ("left out", _condensed(collected.left_out), "dim"),
    ):
        if items:
            listing = table(title, "why")
            for name, why in items:
                listing.add_row(plain(name, style), plain(why))
            out.print(listing)
    if collected.received:
        out.print(plain(f"Received: {collected.received}"), soft_wrap=True)
    states = ("new", "replaced", "time changed", "unchanged")
    counts = {state: sum(p.state == state for p in collected.placed) for state in states}
    counts |= {"not placed": len(collected.unplaced), "files left out": len(collected.left_out)}
    out.print(", ".join(f"{count} {what}" for what, count in counts.items() if count) or "nothing found")


def _condensed(left_out: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """A line for each file, or one for many alike: a folder full of them, or one in every student's folder."""
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


def _grouped(left_out: list[tuple[str, str]], key) -> dict[tuple[str, str], list[str]]:
    groups: dict[tuple[str, str], list[str]] = {}
    for path, why in left_out:
        groups.setdefault((key(path), why), []).append(path)
    return groups

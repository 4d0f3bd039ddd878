"""What `cs231n check` and `cs231n collect` print."""

from autograder.check import Checked
from autograder.collect import Collected
from autograder.console import console, plain, table

MAX_SAME = 5  # files of one folder that are listed one by one
MAX_LEFT_OUT = 60  # folders with such files


def show_checked(checked: Checked) -> None:
    out = console()
    styles = {"passed": "green", "failed": "red", "not started": "yellow"}
    listing = table("exercise", "checks", "points", "result", right=("checks", "points"))
    for exercise in checked.exercises:
        state = plain(exercise.state, styles[exercise.state])
        for problem in exercise.problems:
            state.append_text(plain("\n" + problem, style="default"))
        listing.add_row(
            plain(exercise.name),
            f"{exercise.passed}/{exercise.checks}",
            f"{exercise.points:g}/{exercise.max_points:g}",
            state,
        )
    out.print(listing)
    if checked.questions:
        answered = [name for name, done in checked.questions.items() if done]
        open_ones = [name for name, done in checked.questions.items() if not done]
        line = f"Inline questions answered: {len(answered)} of {len(checked.questions)}"
        out.print(plain(line + (f"; not yet: {', '.join(open_ones)}" if open_ones else "")), soft_wrap=True)
    for problem in checked.problems:
        out.print(plain(f"While running: {problem}", "yellow"), soft_wrap=True)
    if checked.changed:
        what = f"Changed by you, though meant to stay as they were: {', '.join(checked.changed)}."
        out.print(plain(f"{what} Grading puts the original cells back.", "yellow"), soft_wrap=True)
    passed = sum(exercise.state == "passed" for exercise in checked.exercises)
    points = sum(exercise.points for exercise in checked.exercises)
    out_of = sum(exercise.max_points for exercise in checked.exercises)
    count = f"{passed} of {len(checked.exercises)} exercises pass their visible checks"
    worth = f"worth {points:g} of {out_of:g} points ({checked.seconds:.0f} s)"
    out.print(f"{count}, {worth}. Grading runs further, hidden checks.", soft_wrap=True)


def show_collected(collected: Collected) -> None:
    out = console()
    if collected.placed:
        listing = table("student", "is", "notebooks", "notes")
        for item in collected.placed:
            style = {"unchanged": "dim", "replaced": "yellow"}.get(item.state, "green")
            listing.add_row(
                plain(item.student), plain(item.state, style), ", ".join(item.notebooks), plain("\n".join(item.notes))
            )
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
    counts = {state: sum(p.state == state for p in collected.placed) for state in ("new", "replaced", "unchanged")}
    counts |= {"not placed": len(collected.unplaced), "files left out": len(collected.left_out)}
    out.print(", ".join(f"{count} {what}" for what, count in counts.items() if count) or "nothing found")


def _condensed(left_out: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """One line for many files of a folder that are left out for the same reason, such as a library's."""
    groups: dict[tuple[str, str], list[str]] = {}
    for path, why in left_out:
        groups.setdefault((path.rpartition("/")[0], why), []).append(path)
    while len(groups) > MAX_LEFT_OUT:  # fold the deepest folders into the ones above them
        deepest = max(folder.count("/") + bool(folder) for folder, _ in groups)
        if deepest <= 1:
            break
        folded: dict[tuple[str, str], list[str]] = {}
        for (folder, why), paths in groups.items():
            above = folder.rpartition("/")[0] if folder.count("/") + 1 == deepest else folder
            folded.setdefault((above, why), []).extend(paths)
        groups = folded
    lines = []
    for (folder, why), paths in groups.items():
        if len(paths) > MAX_SAME:
            lines.append((f"{folder}/ ({len(paths)} files)" if folder else f"{len(paths)} files", why))
        else:
            lines += [(path, why) for path in paths]
    return lines

"""Print the result of `cs231n check`."""

from rich.padding import Padding

from autograder.check import Checked
from autograder.console import console, plain, table

WIDE = 130  # columns of a terminal in which the problems fit into the table; otherwise they go below it


def show_checked(checked: Checked) -> None:
    """Print the table of exercises, then the other findings, then the totals."""
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
        what = f"Not run, because shell commands do not run while grading: {'; '.join(checked.not_run)}."
        out.print(plain(f"{what} The grader lacks what they install or download.", "yellow"), soft_wrap=True)
    if checked.newer_kit:
        out.print(plain(checked.newer_kit, "red"), soft_wrap=True)
    if checked.warning:
        out.print(plain(checked.warning, "yellow"), soft_wrap=True)
    if checked.missing:
        listed = ", ".join(f"{name} ({points:g} points)" for name, points in checked.missing.items())
        what = f"These graded cells are missing from your notebook: {listed}."
        advice = "The grader runs such tests anyway. Copy the cells from a fresh notebook to see their results."
        out.print(plain(f"{what} {advice}", "red"), soft_wrap=True)
    if checked.changed:
        what = f"You changed these locked cells: {', '.join(checked.changed)}."
        out.print(plain(f"{what} The grader restores the original cells.", "yellow"), soft_wrap=True)
    passed = sum(exercise.state == "passed" for exercise in checked.exercises)
    points = sum(exercise.points for exercise in checked.exercises)
    out_of = sum(exercise.max_points for exercise in checked.exercises) + sum(checked.missing.values())
    count = f"{passed} of {len(checked.exercises)} exercises pass their visible checks"
    worth = f"worth {points:g} of {out_of:g} points ({checked.seconds:.0f} s)"
    out.print(f"{count}, {worth}. The grader also runs hidden checks.", soft_wrap=True)

"""Records which checks have passed in this session, for the table at the end of a notebook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_passed: dict[str, list[str]] = {}  # {exercise: messages}


def passed(exercise: str, message: str) -> None:
    """Print that a check of an exercise passed, and remember it for the summary."""
    messages = _passed.setdefault(exercise, [])
    if message not in messages:
        messages.append(message)
    print(f"✓ {exercise}: {message}")


def summary(exercises: Iterable[str] | Mapping[str, int]) -> None:
    """Print a table of the exercises and how many of their visible checks passed in this session.

    Parameters
    ----------
    exercises
        The names of the exercises; or {name: number of its checks}, so that the table shows which ones are partly done.
    """
    rows = []
    for name in exercises:
        count = len(_passed.get(name, ()))
        total = exercises[name] if isinstance(exercises, Mapping) else None
        plural = "check" if count == 1 else "checks"
        if count == 0:
            rows.append(("·", name, "not yet"))
        elif total and count < total:
            rows.append(("·", name, f"passed {count} of {total} checks"))
        else:
            rows.append(("✓", name, f"passed {count} {plural}"))
    width = max((len(name) for _, name, _ in rows), default=0)
    for mark, name, state in rows:
        print(f"{mark} {name:<{width}}  {state}")
    done = sum(mark == "✓" for mark, _, _ in rows)
    print(f"{done} of {len(rows)} exercises pass the checks of this notebook.")

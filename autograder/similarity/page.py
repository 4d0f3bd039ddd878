"""Show what `similar` found: a page that needs no network and no script, JSON, and a table for the terminal.

The templates escape every value, and the page's policy allows nothing but its own style.
"""

from importlib import resources
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from autograder.console import plain, table
from autograder.reports.page_templates import environment, source_hash
from autograder.similarity.pairs import ALIKE, LEAST, TOO_SHORT, Pair
from autograder.similarity.similar import Similar

if TYPE_CHECKING:
    from rich.table import Table

MOST_LINES = 400  # of one exercise on the page
MOST_WIDTH = 400  # characters of one line on the page
MEANING = (
    "Evidence to look at, not a verdict: submissions may be alike because of a common tutor, a shared source, a "
    "permitted group, or chance."
)


def page(found: Similar) -> str:
    """Return the page."""
    folder = resources.files("autograder.similarity") / "templates"
    style = (folder / "similar.css").read_text(encoding="utf-8")
    templates = environment().overlay()
    templates.filters = templates.filters | {"percent": percent, "chance": chance, "unusual": unusual}
    template = templates.from_string((folder / "similar.html.jinja").read_text(encoding="utf-8"))
    return template.render(
        found=found,
        compared=found.compared,
        style=Markup(style),
        policy=f"default-src 'none'; style-src '{source_hash(style)}'; base-uri 'none'; form-action 'none'",
        meaning=MEANING,
        alike=ALIKE,
        least=LEAST,
        too_short=TOO_SHORT,
        most_lines=MOST_LINES,
        most_width=MOST_WIDTH,
    )


def as_json(found: Similar) -> dict[str, Any]:
    """Return what the page shows, without the code, as values of JSON."""
    compared = found.compared
    return {
        "assignment": found.assignment,
        "meaning": MEANING,
        "submissions": found.own,
        "earlier_submissions": len(found.works) - found.own,
        "compared_pairs": compared.number,
        "share_of_median_pair": round(compared.typical, 4),
        "share_that_1_in_100_exceed": round(compared.high, 4),
        "pairs": [_pair_as_json(found, pair) for pair in compared.pairs],
        "groups": found.groups(),
        "exercises": [
            {
                "exercise": exercise.name,
                "answers": exercise.answers,
                "fingerprints_of_median_answer": exercise.length,
                "too_short": exercise.is_too_short,
                "share_of_median_pair": round(exercise.typical, 4),
                "share_that_1_in_100_exceed": round(exercise.high, 4),
            }
            for exercise in compared.exercises
        ],
        "problems": [{"submission": name, "problem": text} for name, text in found.problems],
    }


def pairs_table(found: Similar, most: int = 10) -> "Table":
    """A rich table of the pairs with the most evidence."""
    columns = ("pair", "exercises alike", "shared", "by chance", "")
    listing = table(*columns, right=("shared",), title=f"{found.assignment}: {found.title}")
    for pair in found.compared.pairs[:most]:
        listing.add_row(
            plain(f"{found.label[pair.first]} and {found.label[pair.second]}"),
            plain(f"{pair.alike} of {pair.compared}"),
            plain(percent(pair.share)),
            plain(chance(pair)),
            plain("stands out" if pair.stands_out else "", "bold"),
        )
    return listing


def percent(value: float) -> str:
    return f"{100 * value:.0f}%"


def chance(pair: Pair) -> str:
    """How many pairs as alike as this one a class of this size has by chance."""
    if pair.chance >= 0.5:
        return f"{pair.chance:.0f} such pair{'s' * (round(pair.chance) != 1)}"
    if pair.chance < 1e-6:
        return "1 in over a million classes"
    return f"1 in {1 / pair.chance:,.0f} classes"


def unusual(fraction: float) -> str:
    """The fraction of the class's pairs that share as much."""
    return f"1 in {1 / fraction:,.0f} pairs" if fraction < 0.05 else f"{percent(fraction)} of pairs"


def _joined_as_json(found: Similar, pair: Pair) -> dict[str, Any] | None:
    if not (joined := found.joined(pair)):
        return None
    return {
        "copy": found.label[joined.copy],
        "sources": [found.label[joined.first], found.label[joined.second]],
        "shares": [round(joined.share_of_first, 4), round(joined.share_of_second, 4)],
    }


def _pair_as_json(found: Similar, pair: Pair) -> dict[str, Any]:
    return {
        "first": found.label[pair.first],
        "second": found.label[pair.second],
        "stands_out": pair.stands_out,
        "alike_exercises": pair.alike,
        "compared_exercises": pair.compared,
        "share": round(pair.share, 4),
        "joined": _joined_as_json(found, pair),
        "evidence_bits": round(pair.bits, 2),
        "expected_pairs_by_chance": pair.chance,
        "exercises": [
            {
                "exercise": shared.name,
                "share": round(shared.share, 4),
                "fraction_of_pairs_that_share_as_much": shared.fraction,
                "lines": [
                    [number, line.partner] for number, line in enumerate(passages.first, start=1) if line.partner
                ],
            }
            for shared, passages in zip(pair.exercises, found.side_by_side(pair), strict=True)
        ],
    }

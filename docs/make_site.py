"""Make the project's documentation as a static site, from README.md, docs/ and the other pages: `make docs`.

It is made as `cs231n site` makes the site of a course.
"""

import sys
from pathlib import Path

from autograder.website.pages import Page
from autograder.website.static_site import write_site

ROOT = Path(__file__).resolve().parent.parent
MENU = {
    "Students": ("docs/students.md", "docs/library.md", "docs/lectures.md", "docs/shapes10.md", "docs/cifar10.md",
                 "docs/public-course.md"),
    "Instructors": ("docs/instructors.md", "docs/course-format.md", "docs/bring-your-course.md", "docs/platforms.md",
                    "docs/canvas.md", "docs/moodle.md", "docs/blackboard.md", "docs/brightspace.md",
                    "docs/gradescope.md", "docs/github.md", "docs/late-work.md", "docs/mistakes.md",
                    "docs/security.md", "docs/ci.md", "docs/clusters.md", "docs/postgresql.md", "docs/container.md"),
    "Developers": ("CONTRIBUTING.md", "docs/architecture.md", "docs/developers.md", "docs/performance.md",
                   "docs/dependencies.md", "docs/releasing.md", "assignments/README.md", "SECURITY.md", "CHANGELOG.md"),
}  # fmt: skip


def pages() -> list[Page]:
    """README.md as the first page, and every page of the menu at its own place."""
    places = {"README.md": "index.md"} | {page: page for part in MENU.values() for page in part}
    return [Page(place, (ROOT / page).read_text("utf-8"), (ROOT / page,)) for page, place in places.items()]


def title(page: str) -> str:
    """The first heading of a page."""
    return (ROOT / page).read_text("utf-8").partition("# ")[2].partition("\n")[0]


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    menu = [{part: [{title(page): page} for page in listed]} for part, listed in MENU.items()]
    warnings = write_site("CS231n course kit", pages(), {}, [{"The kit": "index.md"}, *menu], folder)
    print(*warnings, sep="\n", file=sys.stderr)
    print(folder / "index.html")

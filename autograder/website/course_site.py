"""The site of a course: its schedule, its released notebooks, its downloads and its pages for students."""

from pathlib import Path

import nbformat

from autograder.course.course_toml import Assignment
from autograder.course.workspace import Workspace
from autograder.notebook.cell_record import record_of
from autograder.text import html
from autograder.website.pages import Page, as_text, fenced, spaced, table
from autograder.website.static_site import Nav, write_site

DOWNLOADS = "downloads"


def make_course_site(workspace: Workspace, folder: Path) -> list[str]:
    """Write the site of the course into `folder`, and return what there is to warn about.

    Notebooks are those of the releases, so they hold no solutions and no hidden tests. The page of an assignment that
    is not released yet says only when it is due.
    """
    course = workspace.course
    pages: list[Page] = []
    nav: Nav = []
    files: dict[str, Path] = {}
    rows: list[list[str]] = []
    guides = course.edition.pages if course.edition else ()
    for assignment in course.assignments.values():
        release = workspace.release(assignment.name)
        archive = release.with_name(f"{assignment.name}.zip")
        name, due = as_text(assignment.title), _due(assignment)
        if not archive.is_file() or not all((release / f"{name}.ipynb").is_file() for name in assignment.notebooks):
            rows.append([name, "", "", due, "not released yet"])
            continue
        download = f"{DOWNLOADS}/{archive.name}"
        files[download] = archive
        chapters: list[dict[str, str]] = [{"About": f"{assignment.name}/index.md"}]
        points, listed = 0.0, []
        for notebook in assignment.notebooks:
            content = nbformat.read(release / f"{notebook}.ipynb", as_version=4)
            place = f"{assignment.name}/{_page(notebook)}"
            pages.append(Page(place, _notebook(content, archive.name), (release / f"{notebook}.ipynb",)))
            chapters.append({_title(content) or notebook: place})
            listed.append(f"[{as_text(notebook)}]({place})")
            points += sum(record.points or 0 for cell in content.cells if (record := record_of(cell)) and record.grade)
        about = (release / "README.md").read_text("utf-8")
        text = f"{about}\n\n[Download {archive.name}](../{archive.name})\n"
        pages.append(Page(f"{assignment.name}/index.md", spaced(text), (release / "README.md",)))
        nav.append({html(assignment.title): chapters})
        link = f"[{name}]({assignment.name}/index.md)"
        rows.append([link, ", ".join(listed), f"{points:g}", due, f"[{archive.name}]({download})"])
    for guide in guides:
        path = course.edition.root / guide if course.edition else Path(guide)
        copies = tuple(workspace.release(name) / path.name for name in course.assignments)
        place = _page(path.stem)
        pages.append(Page(place, spaced(path.read_text("utf-8")), (path, *copies)))
        nav.append({_heading(path.read_text("utf-8")) or path.stem: place})
    columns = ["assignment", "notebooks", "points", "due", "download"]
    if not any(row[3] for row in rows):
        columns, rows = columns[:3] + columns[4:], [row[:3] + row[4:] for row in rows]
    pages.append(Page("index.md", f"# {as_text(course.title)}\n\n{table(columns, rows)}\n"))
    return write_site(course.title, pages, files, [{"Schedule": "index.md"}, *nav], folder)


def _page(name: str) -> str:
    """The file of a page. `index` and `README` would be the first page of its folder."""
    return f"{name}-page.md" if name.lower() in ("index", "readme") else f"{name}.md"


def _due(assignment: Assignment) -> str:
    return f"{assignment.due_written:%A, %d %B %Y, %H:%M (%Z)}" if assignment.due_written else ""


def _notebook(notebook: nbformat.NotebookNode, archive: str) -> str:
    """The notebook as Markdown. A release has no outputs, and a text source has no pictures attached to its cells."""
    parts = [f"[Download the notebook, with all that it needs](../{archive})"]
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            parts.append(spaced(cell.source))
        elif cell.cell_type == "code" and cell.source.strip():
            parts.append(fenced(cell.source, "python"))
    return "\n\n".join(parts) + "\n"


def _title(notebook: nbformat.NotebookNode) -> str:
    texts = (cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return next((found for text in texts if (found := _heading(text))), "")


def _heading(text: str) -> str:
    return next((line[2:].strip() for line in text.split("\n") if line.startswith("# ")), "")

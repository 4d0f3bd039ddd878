"""Take over a workspace that nbgrader made: its gradebook and its students' work stay, and the kit's settings come."""

import os
from pathlib import Path

from autograder.course.course_toml import Course
from autograder.course.database_errors import explained
from autograder.course.plain_settings import Settings, plain_settings
from autograder.errors import WorkspaceError
from autograder.folders import write_atomically

CONFIG = "nbgrader_config.py"
CONFIG_BEFORE = "nbgrader_config.before_cs231n.py"
SOURCE_BEFORE = "source_before_cs231n"


def is_foreign(directory: Path) -> bool:
    """Whether the folder has an nbgrader_config.py that `cs231n init` has not written or completed."""
    path = directory / CONFIG
    return path.is_file() and ("Kit", "assignments") not in plain_settings(path)


def take_over(directory: Path, course: Course, added: str, course_id: str) -> None:
    """Add the kit's settings to nbgrader_config.py, and move the notebooks away that `build` would replace.

    Parameters
    ----------
    directory
        nbgrader's workspace.
    course
        The course whose sources the workspace gets.
    added
        The text to add to nbgrader_config.py.
    course_id
        The course's name in the gradebook.

    Raises
    ------
    WorkspaceError
        The workspace has another root, its gradebook has an older form, or a file of the name of a copy exists.
    """
    config = directory / CONFIG
    given = plain_settings(config)
    root = given.get(("CourseDirectory", "root"))
    if isinstance(root, str) and (directory / root).resolve() != directory:
        raise WorkspaceError(
            f"{config} belongs to the course in {root}, not to the one in this folder.", "Run `cs231n init` there."
        )
    source = directory / str(given.get(("CourseDirectory", "source_directory"), "source"))
    if directory not in Path(os.path.abspath(source)).parents:
        raise WorkspaceError(
            f"c.CourseDirectory.source_directory in {config} is {source}, which is not a folder inside {directory}.",
            "Move the sources there, and correct the setting.",
        )
    for path in (directory / CONFIG_BEFORE, directory / SOURCE_BEFORE):
        if path.exists():
            raise WorkspaceError(f"{path} exists, but a copy would get this name.", "Move it away.")
    check_gradebook(database(directory, given), course_id)
    if source.is_dir():
        os.rename(source, directory / SOURCE_BEFORE)
    write_atomically(directory / CONFIG_BEFORE, config.read_bytes())
    write_atomically(config, config.read_bytes().rstrip() + added.encode())


def database(directory: Path, given: Settings) -> str:
    """The URL of the workspace's gradebook."""
    url = given.get(("CourseDirectory", "db_url"))
    return url if isinstance(url, str) else f"sqlite:///{directory / 'gradebook.db'}"


def course_id_of(directory: Path, default: str) -> str:
    """The name that the course has in its gradebook."""
    given = plain_settings(directory / CONFIG)
    for section in ("CourseDirectory", "Exchange"):
        if isinstance(found := given.get((section, "course_id")), str) and found:
            return found
    names = _courses(database(directory, given))
    return names[0] if len(names) == 1 else default


def check_gradebook(url: str, course_id: str) -> None:
    """Check that the gradebook, if there is one, has the tables of this version of nbgrader. Raises WorkspaceError."""
    from alembic.script import ScriptDirectory
    from nbgrader.dbutil import ALEMBIC_DIR

    versions = _column(url, "SELECT version_num FROM alembic_version", "alembic_version")
    tables = _column(url, "SELECT COUNT(*) FROM assignment", "assignment")
    if tables and versions != [ScriptDirectory(ALEMBIC_DIR).get_current_head()]:
        raise WorkspaceError(
            "The gradebook was made by an older version of nbgrader.",
            "Upgrade it, which also makes a copy: nbgrader db upgrade. Then run `cs231n init` again.",
        )
    names = _courses(url)
    if names and course_id not in names:
        raise WorkspaceError(
            f"The gradebook belongs to the course {', '.join(names)}, not to {course_id}.",
            f"Set c.CourseDirectory.course_id in {CONFIG} to the name in the gradebook.",
        )


def _courses(url: str) -> list[str]:
    return [str(name) for name in _column(url, "SELECT id FROM course ORDER BY id", "course")]


def _column(url: str, query: str, table: str) -> list[object]:
    """The first column of a query; empty if the database or the table does not exist."""
    from sqlalchemy import NullPool, create_engine, inspect, text
    from sqlalchemy.engine import make_url

    known = make_url(url)
    if known.get_backend_name() == "sqlite" and known.database and not os.path.exists(known.database):
        return []
    with explained(url, f"c.CourseDirectory.db_url in {CONFIG}"):
        engine = create_engine(url, poolclass=NullPool)
        if table not in inspect(engine).get_table_names():
            return []
        with engine.connect() as connection:
            return [row[0] for row in connection.execute(text(query))]

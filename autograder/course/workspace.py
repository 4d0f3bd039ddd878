"""The workspace: an nbgrader course directory whose configuration names the folder of the course's sources."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from importlib import resources
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from autograder.course.course_toml import Course, load_course
from autograder.course.database_errors import check_url, explained, shown
from autograder.course.known_workspaces import is_known
from autograder.course.take_over import CONFIG, CONFIG_BEFORE, course_id_of, is_foreign, take_over
from autograder.errors import UnknownWorkspace, WorkspaceError
from autograder.text import printable

if TYPE_CHECKING:
    from nbgrader.api import Gradebook
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

STEP_FOLDERS = ("source", "release", "submitted", "autograded", "feedback")
# nbgrader's own lists, with the kit's ClearSolutions instead of nbgrader's, and StderrToStdout after Execute
RELEASE_PREPROCESSORS = (
    "nbgrader.preprocessors.IncludeHeaderFooter",
    "nbgrader.preprocessors.InstantiateTests",
    "nbgrader.preprocessors.LockCells",
    "autograder.authoring.solutions.ClearSolutions",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
)
AUTOGRADE_PREPROCESSORS = (
    "nbgrader.preprocessors.Execute",
    "autograder.grading.preprocessors.StderrToStdout",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
)


def create(directory: Path | str, assignments_dir: Path | str, db: str | None = None) -> "Workspace":
    """Make `directory` a workspace for the course in `assignments_dir`, or complete one.

    Existing files do not change: nbgrader_config.py, the gradebook, and the notebooks in the folders. Only a workspace
    of nbgrader's own is completed (take_over.py): its nbgrader_config.py gets the kit's settings.

    Parameters
    ----------
    directory
        The folder to turn into a workspace.
    assignments_dir
        The folder that holds course.toml.
    db
        The URL of the gradebook, for a new nbgrader_config.py.

    Raises
    ------
    CourseError
        There is no valid course in `assignments_dir`.
    WorkspaceError
        `directory` is a workspace with other sources or another gradebook, its path is not allowed, it cannot be
        written, the gradebook cannot be made, or `db` contains a password.
    """
    if db is not None:
        _refuse_password(db)
    directory, assignments_dir = Path(directory).resolve(), Path(assignments_dir).resolve()
    _refuse_path(directory, db)
    course = load_course(assignments_dir)
    config = directory / CONFIG
    if is_foreign(directory):
        course_id = course_id_of(directory, course.id)
        added = _filled("taken_over.py", directory, course, None, course_id=repr(course_id), backup=CONFIG_BEFORE)
        take_over(directory, course, added, course_id)
    try:
        for folder in STEP_FOLDERS:
            (directory / folder).mkdir(parents=True, exist_ok=True)
        if is_new := not config.exists():
            config.write_text(_filled(CONFIG, directory, course, db, repr(course.id)), encoding="utf-8")
    except OSError as error:
        raise WorkspaceError(f"Cannot make a workspace in {directory}: {error.strerror}.") from None
    workspace = Workspace(directory)
    if workspace.assignments != assignments_dir:
        raise WorkspaceError(
            f"{config} belongs to the course in {workspace.assignments}, not to the one in {assignments_dir}.",
            f"Choose another folder, or edit c.Kit.assignments in {config}.",
        )
    if db is not None and workspace.db_url != db:
        raise WorkspaceError(
            f"{directory} already has a gradebook: {shown(workspace.db_url)}, not {shown(db)}.",
            f"To use another one, set c.CourseDirectory.db_url in {config}; see docs/postgresql.md.",
        )
    try:
        workspace.create_gradebook()
    except WorkspaceError:
        if is_new:
            config.unlink()  # so that the user can try again with another URL
        raise
    return workspace


class Workspace:
    """An nbgrader course directory made by `create`.

    Attributes
    ----------
    root
        The folder that holds nbgrader_config.py, absolute.
    config
        All settings of nbgrader_config.py.
    course
        The course that course.toml describes.
    db
        The URL of a gradebook that this object uses instead of the one in nbgrader_config.py; None for that one.
    db_url
        The SQLAlchemy URL of the gradebook in use; it may contain a password.
    """

    def __init__(self, root: Path | str, db: str | None = None):
        self.root, self.db = Path(root).resolve(), db
        if not (self.root / CONFIG).is_file():
            raise WorkspaceError(f"{self.root} is not a workspace: it has no {CONFIG}.", _HOW_TO_CREATE)

    @classmethod
    def find(cls, start: Path | str | None = None, db: str | None = None) -> "Workspace":
        """Find the workspace in the folder `start` (by default the working folder), or the nearest one above it.

        A workspace in `start` itself is trusted. Any other must be one that `cs231n init` made, because its
        nbgrader_config.py is run, and a submission's must not be run.
        """
        if start is not None and (Path(start) / CONFIG).is_file():
            return cls(start, db)
        start = Path(start or ".").resolve()
        passed = None
        for folder in (start, *start.parents):
            if (folder / CONFIG).is_file():
                if is_known(folder):
                    return cls(folder, db)
                passed = passed or folder
        if passed:
            raise UnknownWorkspace(
                f"{printable(passed / CONFIG)} was not read. `cs231n init` has not made a workspace there, so the file "
                "may have come with a submission.",
                f"If this is your workspace, name it with `cs231n -C {printable(passed)} ...`, or run `cs231n init` "
                "there once.",
            )
        raise WorkspaceError(f"There is no workspace in {printable(start)} or above it.", _HOW_TO_CREATE)

    @cached_property
    def config(self) -> "Config":
        from traitlets.config import PyFileConfigLoader

        try:
            # with a search path as a second argument, the loader would expand variables in it
            config = PyFileConfigLoader(str(self.root / CONFIG)).load_config()
        except Exception as error:
            raise WorkspaceError(
                f"{self.root / CONFIG} cannot be run: {type(error).__name__}: {error}.",
                "Correct it, or move it away and run `cs231n init` again.",
            ) from error
        if self.db is not None:
            config.CourseDirectory.db_url = self.db
        return config

    @property
    def is_protected(self) -> bool:
        """Whether nbgrader_config.py keeps formgrader safe; files that earlier versions made do not."""
        return "exporter_class" in self.config.get("GenerateAssignment", {})

    @cached_property
    def assignments(self) -> Path:
        """The folder with course.toml and the notebook sources."""
        given = self._setting("Kit", "assignments", None)
        if not isinstance(given, str) or not given:
            raise WorkspaceError(
                f"{self.root / CONFIG} does not say where the course's sources are.",
                'Add the line: c.Kit.assignments = "PATH of the folder that holds course.toml"',
            )
        return (self.root / given).resolve()

    @cached_property
    def course(self) -> Course:
        return load_course(self.assignments)

    @cached_property
    def coursedir(self) -> "CourseDirectory":
        from nbgrader.coursedir import CourseDirectory

        return CourseDirectory(config=self.config, root=str(self.root))

    @property
    def db_url(self) -> str:
        return self._setting("CourseDirectory", "db_url", f"sqlite:///{self.root / 'gradebook.db'}")

    @contextmanager
    def gradebook(self) -> Iterator["Gradebook"]:
        """Open the gradebook. Database errors become WorkspaceErrors, both on opening and while it is open."""
        from nbgrader.api import Gradebook

        where = "--db" if self.db is not None else f"c.CourseDirectory.db_url in {self.root / CONFIG}"
        with explained(self.db_url, where):
            _state_version(self.db_url)
            with Gradebook(self.db_url, self.course_id) as gradebook:
                yield gradebook

    def create_gradebook(self) -> None:
        """Make the gradebook's tables if there are none yet."""
        with self.gradebook():
            pass

    @property
    def course_id(self) -> str:
        """The course's name in the gradebook."""
        return self._setting("CourseDirectory", "course_id", self.course.id)

    def source(self, assignment: str) -> Path:
        return self._folder("source", ".", assignment)

    def release(self, assignment: str) -> Path:
        return self._folder("release", ".", assignment)

    def submitted(self, student: str, assignment: str) -> Path:
        return self._folder("submitted", student, assignment)

    def autograded(self, student: str, assignment: str) -> Path:
        return self._folder("autograded", student, assignment)

    def feedback(self, student: str, assignment: str) -> Path:
        return self._folder("feedback", student, assignment)

    def _folder(self, step: str, student: str, assignment: str) -> Path:
        """The folder that nbgrader uses, computed here because importing nbgrader takes a second."""
        structure = self._setting(
            "CourseDirectory", "directory_structure", "{nbgrader_step}/{student_id}/{assignment_id}"
        )
        name = self._setting("CourseDirectory", f"{step}_directory", step)
        path = structure.format(nbgrader_step=name, student_id=student, assignment_id=assignment)
        return self.root / os.path.normpath(path)

    def _setting(self, section: str, key: str, default: Any) -> Any:
        return self.config.get(section, {}).get(key, default)


def _state_version(url: str) -> None:
    """Write the version of nbgrader's tables into an empty database. nbgrader itself runs `alembic` for it, for 2 s."""
    from sqlalchemy import NullPool, create_engine, inspect, text

    engine = create_engine(url, poolclass=NullPool)
    if not inspect(engine).get_table_names():
        from alembic.script import ScriptDirectory
        from nbgrader.dbutil import ALEMBIC_DIR

        version = ScriptDirectory(ALEMBIC_DIR).get_current_head()
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
            connection.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": version})


NOT_PROTECTED = f"{CONFIG} was made by an earlier version, so code that students wrote can run in formgrader."
HOW_TO_PROTECT = (
    f"Add these lines at the end of {CONFIG}:\nfrom autograder.marking.formgrader import protect\nprotect(c)"
)
_HOW_TO_CREATE = "Make one with `cs231n init DIR`, or name it with `cs231n -C DIR ...`."


def _refuse_path(directory: Path, db: str | None) -> None:
    """Refuse a folder in which nbgrader cannot work. Brackets and stars are allowed, see nbgrader_globs.py."""
    path = str(directory)
    if "$" in path:
        raise WorkspaceError(
            f"{path} cannot be a workspace: nbgrader reads a shell variable after a dollar sign.",
            "Choose a folder without a dollar sign in its path.",
        )
    if "?" in path and db is None:
        raise WorkspaceError(
            f"{path} cannot be a workspace: the URL of its gradebook cannot contain a question mark.",
            "Choose a folder without a question mark in its path.",
        )
    if not path.isprintable():
        raise WorkspaceError(
            f"{path!r} cannot be a workspace: its path has unprintable characters.", "Choose another folder."
        )


def _refuse_password(db: str) -> None:
    from sqlalchemy.engine import make_url

    check_url(db, "--db")
    url = make_url(db)
    if url.password is not None or "password" in url.query:
        raise WorkspaceError(
            f"The URL contains a password, which `init` would write into {CONFIG}.",
            "Leave it out of the URL, and put it into ~/.pgpass or PGPASSWORD; see docs/postgresql.md.",
        )


def _filled(name: str, directory: Path, course: Course, db: str | None, course_id: str, backup: str = "") -> str:
    """A template of nbgrader_config.py with the values of this workspace. `course_id` is Python text."""

    def template(name: str) -> str:
        return (resources.files("autograder.course") / "templates" / f"{name}.template").read_text(encoding="utf-8")

    def listing(names: tuple[str, ...]) -> str:
        return "".join(f'    "{name}",\n' for name in names)

    return Template(template(name).replace("$kit_settings", template("kit_settings.py"))).substitute(
        course_id=course.id,
        course_id_literal=course_id,
        backup=backup,
        assignments=repr(_relative(course.root, directory)),
        db_url=f"c.CourseDirectory.db_url = {db!r}"
        if db
        else '# c.CourseDirectory.db_url = "postgresql+psycopg://user@host/course"',
        release_preprocessors=listing(RELEASE_PREPROCESSORS),
        autograde_preprocessors=listing(AUTOGRADE_PREPROCESSORS),
    )


def _relative(path: Path, start: Path) -> str:
    """`path` relative to `start`, so that a tree that holds both can be moved; absolute if they are on two drives."""
    try:
        return Path(os.path.relpath(path, start)).as_posix()
    except ValueError:
        return path.as_posix()

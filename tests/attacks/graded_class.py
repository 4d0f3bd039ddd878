"""Grades a class of attackers and one honest student for real, and records the results and what the attacks reached."""

import contextlib
import hashlib
import os
import shutil
import socket
import tempfile
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from attack import Attack, add_cells, answered
from attack_course import ASSIGNMENT, COURSE, RIGHT
from attack_course import notebook as course_notebook
from classes import CLASSES, LOWER_LIMITS, WORKERS, class_of
from nbgrader.api import Gradebook

from autograder.authoring import build, release
from autograder.course import workspace
from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.grading.grade import grade
from autograder.grading.report import ClassReport
from autograder.grading.surroundings import surroundings
from autograder.reports.feedback import feedback
from autograder.submissions.collect import collect

HONEST = "honest"
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid.uuid4().hex  # the same in all processes of one run of pytest
PLANTED = "PLANTED"
WATCHED = ("submitted", "source", "release", "assignments", "nbgrader_config.py", "secret.txt")


CANARIES = {
    place: f"CANARY_{place}_{hashlib.sha256(f'{RUN} {place}'.encode()).hexdigest()[:32]}"
    for place in ("solution", "tests", "workspace", "gradebook", "classmate", "environment", "temporary", "home")
}


@dataclass
class GradedClass:
    """The results and traces of grading a class."""

    report: ClassReport
    scores: dict[str, dict[str, float | None]]  # student -> grade_id -> automatic score
    notebooks: dict[str, object]  # student -> autograded notebook
    pages: dict[str, str]  # student -> feedback page
    uncollected: list[tuple[str, str]]
    changed: set[str] = field(default_factory=set)  # changed files of the course or the home folder
    planted: list[str] = field(default_factory=list)
    running: list[str] = field(default_factory=list)  # command lines of processes that still run
    connected: list[str] = field(default_factory=list)  # servers on this machine that an attack reached

    def row(self, student: str):
        return next((row for row in self.report.rows if row.student == student), None)

    def points(self, student: str) -> float:
        return sum(score or 0 for score in self.scores.get(student, {}).values())


def make_course(folder: Path) -> None:
    """Make a workspace with the course built and released, and with the files that grading makes once per course."""
    sources = folder / "assignments"
    (sources / ASSIGNMENT).mkdir(parents=True)
    (sources / "course.toml").write_text(COURSE)
    text = course_notebook(CANARIES["solution"], CANARIES["tests"])
    (sources / ASSIGNMENT / "losses.py").write_text(text)
    course = workspace.create(folder / "workspace", sources)
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write("\nc.LateSubmissionPlugin.penalty_method = 'zero'\n")
    build.build(course, ASSIGNMENT)
    release.release(course, ASSIGNMENT)
    surroundings(course, course.course.assignment(ASSIGNMENT))


def graded_class(released: Path, folder: Path, attacks: list[Attack]) -> GradedClass:
    """Copy the course into `folder`, hand in the attacks, and grade them."""
    shutil.copytree(released, folder, dirs_exist_ok=True)
    groups = class_of(attacks[0].group)
    if groups == CLASSES[0]:
        course_toml = folder / "assignments" / "course.toml"
        text = course_toml.read_text()
        for usual, lower in LOWER_LIMITS.items():
            assert usual in text
            text = text.replace(usual, lower)
        course_toml.write_text(text)
    course = Workspace(folder / "workspace")
    with Surroundings(course, folder) as around:
        uncollected = _hand_in(course, folder, attacks, around.known)
        before = around.state()
        report = grade(course, ASSIGNMENT, workers=WORKERS.get(groups, 1))
        notebooks = _notebooks(course, report)
        found = GradedClass(report, _scores(course), notebooks, _pages(course, notebooks), uncollected)
        found.changed = {path for path, _ in before ^ around.state()}
        found.planted, found.running = around.planted(), around.running()
        found.connected = around.connected
    return found


class Surroundings:
    """Things on the grader's machine that attackers look for: secrets, servers, other processes."""

    def __init__(self, course: Workspace, folder: Path):
        self.course, self.folder = course, folder
        self.home, self.connected = folder / "home", []
        self.mark = f"attack-{RUN[:12]}-{folder.name}"  # in the command line of every process that an attack starts
        self.known: dict[str, str] = {}

    def __enter__(self):
        self.kept = contextlib.ExitStack()
        self.home.mkdir()
        (self.home / ".netrc").write_text(CANARIES["home"])
        (self.course.root / "secret.txt").write_text(CANARIES["workspace"])
        with Gradebook(self.course.db_url, self.course.course_id) as gradebook:
            gradebook.update_or_create_student(HONEST, last_name=CANARIES["gradebook"])
        secret = self.kept.enter_context(tempfile.NamedTemporaryFile("w", prefix="secret-", suffix=".txt"))
        secret.write(CANARIES["temporary"])
        secret.flush()
        os.chmod(secret.name, 0o644)
        changes = {"HOME": str(self.home), "SECRET_TOKEN": CANARIES["environment"], "OF_CLASS": self.mark}
        old = {name: os.environ.get(name) for name in changes}
        os.environ.update(changes)
        self.kept.callback(lambda: [_set_environment(name, value) for name, value in old.items()])
        self.known = {
            "MARK": self.mark, "WORKSPACE": str(self.course.root), "HOME": str(self.home), "SECRET": secret.name,
            "CHECKOUT": str(Path(__file__).resolve().parents[2]), "GRADER": str(os.getpid()), "HONEST": HONEST,
            **self._servers(),
        }  # fmt: skip
        return self

    def __exit__(self, *_):
        self.kept.close()

    def state(self) -> set[tuple[str, str]]:
        """Every watched file with a hash of its contents."""
        found = set()
        for top in (*(self.course.root / name for name in WATCHED), self.folder / "assignments", self.home):
            for path in [top, *top.rglob("*")] if top.is_dir() else [top]:
                ordinary = path.is_file() and not path.is_symlink() and path.lstat().st_size < 10**7
                found.add((str(path), hashlib.sha256(path.read_bytes()).hexdigest() if ordinary else ""))
        return found

    def planted(self) -> list[str]:
        """Files that attacks have created."""
        places = [Path("/"), Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"), Path.cwd()]
        found = {str(path) for place in places for path in place.glob(f"*{PLANTED}*")}
        return sorted(found | {str(path) for path in self.course.root.rglob(f"*{PLANTED}*")
                               if "submitted" not in path.parts})  # fmt: skip

    def running(self) -> list[str]:
        """Processes left over from grading this class, recognized by its folder or its mark."""
        end = time.monotonic() + 5
        while (left := self._running()) and time.monotonic() < end:
            time.sleep(0.1)
        return left

    def _running(self) -> list[str]:
        signs = [text.encode() for text in (str(self.course.root), self.mark)]
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            if int(process.name) == os.getpid():
                continue
            with contextlib.suppress(OSError):
                said = b"".join((process / name).read_bytes() for name in ("cmdline", "environ", "mountinfo"))
                if any(sign in said for sign in signs) and b"resource_tracker" not in said:  # started by Python itself
                    found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        return found

    def _servers(self) -> dict[str, str]:
        known, path = {}, str(self.folder / "socket")
        abstract = f"\0{self.mark}"
        for name, family, kind, address in (
            ("PORT", socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            ("PORT6", socket.AF_INET6, socket.SOCK_STREAM, ("::1", 0)),
            ("UDP", socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            ("SOCKET", socket.AF_UNIX, socket.SOCK_STREAM, path),
            ("ABSTRACT", socket.AF_UNIX, socket.SOCK_STREAM, abstract),
        ):
            server = self.kept.enter_context(socket.socket(family, kind))
            try:
                server.bind(address)
            except OSError:  # a machine without IPv6
                known[name] = "9"
                continue
            if kind == socket.SOCK_STREAM:
                server.listen()
            if family == socket.AF_UNIX:
                known[name] = address.replace("\0", "\\0")
            else:
                known[name] = str(server.getsockname()[1])
            server.settimeout(0.2)
            done = threading.Event()
            thread = threading.Thread(target=self._listen, args=(server, name, done), daemon=True)
            thread.start()
            self.kept.callback(thread.join)
            self.kept.callback(done.set)
        return known

    def _listen(self, server, name, done):
        while not done.is_set():
            with contextlib.suppress(TimeoutError):
                if server.type == socket.SOCK_DGRAM:
                    server.recv(100)
                else:
                    server.accept()[0].close()
                self.connected.append(name)


def _set_environment(name, value):
    if value is None:
        del os.environ[name]
    else:
        os.environ[name] = value


def _hand_in(course: Workspace, folder: Path, attacks: list[Attack], known) -> list[tuple[str, str]]:
    released = nbformat.read(course.release(ASSIGNMENT) / "losses.ipynb", as_version=4)
    honest = answered(released, RIGHT)
    add_cells(honest, f"# %% end\nprint('{CANARIES['classmate']}')")
    place = course.submitted(HONEST, ASSIGNMENT)
    place.mkdir(parents=True)
    nbformat.write(honest, place / "losses.ipynb")
    uncollected = []
    for attack in attacks:
        inbox = folder / "handed_in" / attack.group / attack.student
        place = inbox / attack.student if attack.collected else course.submitted(attack.student, ASSIGNMENT)
        place.mkdir(parents=True)
        attack.hand_in(released, place, known)
        if attack.collected:
            archive = inbox / "class.zip"  # some attacks make the archive of the class themselves
            try:
                collected = collect(course, ASSIGNMENT, archive if archive.exists() else inbox, attack.received)
                uncollected += collected.unplaced + collected.left_out
            except KitError as error:
                uncollected.append((attack.student, str(error)))
    return uncollected


def _scores(course: Workspace) -> dict[str, dict[str, float | None]]:
    with Gradebook(course.db_url, course.course_id) as gradebook:
        return {
            s.student.id: {g.name: g.auto_score for nb in s.notebooks for g in nb.grades}
            for s in gradebook.assignment_submissions(ASSIGNMENT)
        }


def _notebooks(course: Workspace, report: ClassReport) -> dict:
    paths = {row.student: course.autograded(row.student, ASSIGNMENT) / "losses.ipynb" for row in report.rows}
    return {student: nbformat.read(path, as_version=4) for student, path in paths.items() if path.is_file()}


def _pages(course: Workspace, notebooks: dict) -> dict[str, str]:
    """Make the feedback of the honest student and of those who attack it only."""
    students = [HONEST, *(student for student, notebook in notebooks.items() if "EVIL" in str(notebook))]
    made = feedback(course, ASSIGNMENT, students)
    assert made.failed == []
    return {student: (course.feedback(student, ASSIGNMENT) / "losses.html").read_text("utf-8") for student in students}

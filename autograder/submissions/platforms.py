"""Read whose a file or folder is, and which attempt, from the names in the downloads of learning platforms.

A name begins with the platform's part and ends with the student's name of the file. So if a name fits two platforms,
the one whose part ends first is right: the rest is the student's, who may have imitated another platform.

To add a platform whose names say whose each file or folder is:

1. Write a function like `_brightspace`: it splits a name into an `Upload`, or returns None for any other name. The
   person's id must be one that the platform gives, never a name that two students may share. The platform's names must
   have a mark that no person and no other platform writes, such as `_assignsubmission_` or `_attempt_` with a time.
   Names without a mark, such as `alee_1001_knn.ipynb`, would also match in other platforms' downloads. They need
   something that the whole download has in common: add it to `Download`, as `blackboard_logins` does for logins, and
   return None for names that it does not cover.
2. Add a row to `PLATFORMS`, below the functions. Its fields say what is different on this platform.
3. Add an example to `PLATFORMS` in tests/autograder/submissions/test_platforms.py: the names in a small download, and
   the ids and names that they give. The new row there is the whole test.
4. Name the platform in the table of downloads in docs/instructors.md, in the docstring of `layouts.sort_by_student`
   and in the help of `collect` (cli/course_commands.py). A test compares these with `PLATFORMS`.

Some platforms put the ids into a file of their own or into folders around the class. `blackboard_logins`,
`gradescope_uploads` and `github_login` read those; layouts.py calls them before it reads the names. origins.py compares
ids that change from one download to the next (`Platform.hides_names`).
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from autograder.course.moments import read_moment

HIDDEN = "Participant_"  # before an id, if the platform hides the name
PLAIN = ""  # no platform: people have named the folders, zips and files
Attempt = tuple[int, ...]

# "Ann Lee_301_assignsubmission_file_/sums.ipynb", or the same in front of the file's name. Moodle removes underscores
# from names. The number is that of assign_user_mapping: one for each user and assignment.
MOODLE = re.compile(r"(?P<prefix>(?P<name>[^_]+)_(?P<id>\d+)_assignsubmission_[a-z]+)(?:_(?P<file>.*))?", re.DOTALL)
MOODLE_DEFAULT_GROUP = re.compile(r"[^_]+_assignsubmission_[a-z]+(?:_.*)?", re.DOTALL)
# "leeann_LATE_1001_50001_sums.ipynb", "anon_h5Xz2_50001_sums.ipynb", "leeann_1001_text.html" (ContentZipper of Canvas)
_CANVAS_REST = r"(?:_(?P<upload>\d+))_(?P<file>.+)|(?P<text>_(?:text|link)\.html)"
CANVAS = re.compile(rf"(?P<prefix>(?P<name>.+?)(?P<late>_LATE)?_(?P<id>\d+))(?:{_CANVAS_REST})", re.DOTALL)
CANVAS_ANONYMOUS = re.compile(rf"(?P<prefix>(?P<late>LATE_)?(?P<id>anon_[0-9A-Za-z]+))(?:{_CANVAS_REST})", re.DOTALL)
# "Homework 1_alee_attempt_2026-11-20-10-00-00_sums.ipynb", and a receipt without a file's name
BLACKBOARD = re.compile(
    r"(?P<prefix>(?P<before>.+?)_attempt_(?P<time>\d{4}(?:-\d\d){5}))(?:_(?P<file>.+)|(?P<receipt>\.txt)|)", re.DOTALL
)
BLACKBOARD_RECEIPT = re.compile(r"\ufeff?Name:\s*(?P<name>.*)\((?P<login>[^()\s]+)\)\s*$", re.MULTILINE)
# "1001-77 - Ann Lee - Nov 20, 2026 1000 AM/sums.ipynb", or the same in front of the file's name
BRIGHTSPACE = re.compile(
    r"(?P<prefix>(?P<id>\d+)-\d+ - (?P<name>.+?) - (?P<time>[^-]*\d{4}[^-]*?))(?: - (?P<file>.+))?", re.DOTALL
)
_DATES = ("%b %d, %Y", "%B %d, %Y", "%d %b, %Y", "%d %B, %Y", "%d %B %Y")
BRIGHTSPACE_TIMES = [f"{date} {time}" for date in _DATES for time in ("%I:%M %p", "%H:%M")]
BRIGHTSPACE_LIST = "index.html"
GRADESCOPE_FOLDER = re.compile(r"submission_\d+")
GRADESCOPE_EXPORT = re.compile(r"assignment_\d+_export")
GRADESCOPE_METADATA = "submission_metadata.yml"
CLONES = re.compile(r"(?P<assignment>.+)-submissions")  # the folder that GitHub's `gh classroom clone` makes
LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
BRANCH = re.compile(r"(?<=.)-(?:main|master)$")  # what GitHub's "Download ZIP" adds to the repository's name
# what Moodle writes for a hidden name in several languages, without characters that are not allowed in file names; the
# name of a group may stand before it
BLIND = re.compile(
    r"(?:.*-)?(?:participant(?:[ -]?e)?|teilnehmer(?:[ _*:-]?in(?:nen)?)?|teilnehmende|partecipante|deelnemer|deltager|"
    r"deltagare|deltaker|osallistuja|uczestnik|účastník)",
    re.IGNORECASE | re.DOTALL,
)
SUFFIX = re.compile(r"-(\d{1,3})(?=\.[^.]+$|$)")  # what Canvas adds to the name of a file that is handed in again


@dataclass(frozen=True)
class Person:
    """A person who handed in work.

    Attributes
    ----------
    id
        The platform's id of the person.
    name
        The name for people to read; "" if the platform does not give it.
    platform
        The platform's name in `PLATFORMS`, or PLAIN.
    email
        The email address that the platform gives, or "".
    source
        Blackboard's text before "_attempt_": a title and a login, which only a receipt separates with certainty.
    """

    id: str
    name: str = ""
    platform: str = PLAIN
    email: str = ""
    source: str = ""

    @property
    def guessed(self) -> bool:
        """Whether the id is a guess from a name such as Blackboard's."""
        return self.on.guesses_ids and not self.name and self.source.count("_") > 1

    @property
    def on(self) -> "Platform":
        """The platform that gave this id; a platform without rules if people named the files."""
        return next((platform for platform in PLATFORMS if platform.name == self.platform), Platform(self.platform))

    def __str__(self) -> str:
        known = ", ".join(part for part in (self.name, self.platform) if part)
        return f"{self.id} ({known})" if known else self.id


@dataclass(frozen=True)
class Upload:
    """The information in the name of a file or folder in a download.

    Attributes
    ----------
    person
        Whose file or folder it is.
    file
        The student's own name for the file; "" for a folder, or if there is none.
    attempt
        The attempt, which is greater for a later attempt of the same person; () if the platform keeps only one.
    late
        Whether the platform marks it as late.
    arrived
        When it arrived, if the platform says so elsewhere than in `attempt`.
    receipt
        Whether it is a file of the platform's own about the person's submission.
    ends
        Where the platform's part of the name ends, as an index.
    """

    person: Person
    file: str = ""
    attempt: Attempt = ()
    late: bool = False
    receipt: bool = False
    arrived: datetime | None = None
    ends: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Download:
    """The information that only all names of a download together give.

    Attributes
    ----------
    logins
        For Blackboard, the person for each text before "_attempt_": see `blackboard_logins`.
    """

    logins: Mapping[str, Person] = field(default_factory=dict)


@dataclass(frozen=True)
class Platform:
    """How to recognize the downloads of one learning platform.

    Attributes
    ----------
    name
        The platform's name.
    read
        A function that reads the name of a file or folder, given facts about the whole download. It returns None for a
        name that is not the platform's. `read` itself is None if the platform's names do not identify students.
    own_files
        Names of files that the platform adds to a download.
    around_class
        Names of the folder or zip that holds a whole class.
    of_one_student
        Names of the folder or zip of one student that do not say whose it is.
    ids_ignore_case
        Whether ids that differ only in case are the same person's.
    hides_names
        Whether an instructor may download the work of `Participant_ID` first, and later the same person's by name.
    guesses_ids
        Whether an id may be a guess from a name: see `Person.source`.
    attempts_are_times
        Whether an attempt is the date and time of arrival, in the time zone of the platform.
    ranks
        A function from all attempts at files of one name to the rank of each, if attempts cannot be compared directly.
    """

    name: str
    read: Callable[[str, Download], Upload | None] | None = None
    own_files: Collection[str] = ()
    around_class: re.Pattern[str] | None = None
    of_one_student: re.Pattern[str] | None = None
    ids_ignore_case: bool = False
    hides_names: bool = False
    guesses_ids: bool = False
    attempts_are_times: bool = False
    ranks: Callable[[Collection[Attempt]], dict[Attempt, Attempt]] | None = None


def read_name(name: str, download: Download | None = None) -> Upload | None:
    """Read whose the file or folder `name` is; None if no platform made that name.

    Parameters
    ----------
    name
        The name of a file or folder, without the folders around it.
    download
        What is known about its download, if anything.
    """
    found = [platform.read(name, download or Download()) for platform in PLATFORMS if platform.read]
    return min((upload for upload in found if upload), key=lambda upload: upload.ends, default=None)


def is_around_class(name: str) -> bool:
    """Whether a platform gives this name to the folder or zip of a whole class."""
    return any(platform.around_class and platform.around_class.fullmatch(name) for platform in PLATFORMS)


def is_of_one_student(name: str) -> bool:
    """Whether a platform gives this name to the work of one student, without saying whose."""
    return any(platform.of_one_student and platform.of_one_student.fullmatch(name) for platform in PLATFORMS)


def is_own_file(name: str) -> bool:
    """Whether a platform adds a file of this name to a download."""
    return any(name in platform.own_files for platform in PLATFORMS)


def _moodle(name: str, download: Download) -> Upload | None:
    if not (match := MOODLE.fullmatch(name)):
        return None
    blind = match["name"].rpartition("-")[2] == "Participant"  # a group's name may stand before it
    person = Person(f"{HIDDEN}{match['id']}" if blind else match["id"], "" if blind else match["name"], "Moodle")
    return Upload(person, match["file"] or "", ends=match.end("prefix"))


def _canvas(name: str, download: Download) -> Upload | None:
    if not (match := CANVAS_ANONYMOUS.fullmatch(name) or CANVAS.fullmatch(name)):
        return None
    person = Person(match["id"], match.groupdict().get("name") or "", "Canvas")
    if match["text"]:
        return Upload(person, match["text"][1:], late=bool(match["late"]), ends=match.end("prefix"))
    suffix = SUFFIX.search(match["file"])
    attempt = (int(match["upload"]), int(suffix[1]) if suffix else 0)
    return Upload(person, match["file"], attempt, bool(match["late"]), ends=match.end("upload"))


def _blackboard(name: str, download: Download) -> Upload | None:
    if not (match := BLACKBOARD.fullmatch(name)):
        return None
    person = download.logins.get(match["before"]) or blackboard_logins([name])[match["before"]]
    attempt = tuple(map(int, match["time"].split("-")))
    return Upload(person, match["file"] or "", attempt, receipt=bool(match["receipt"]), ends=match.end("prefix"))


def _brightspace(name: str, download: Download) -> Upload | None:
    if not (match := BRIGHTSPACE.fullmatch(name)):
        return None
    attempt: Attempt = ()
    time = re.sub(r"(\d{1,2})(\d\d)(?= ?[AP]M$|$)", r"\1:\2", match["time"].strip(), count=1)  # "115 PM" is 1:15
    for form in BRIGHTSPACE_TIMES:
        try:
            attempt = datetime.strptime(time, form).timetuple()[:5]
            break
        except ValueError:
            continue
    return Upload(
        Person(match["id"], match["name"], "Brightspace"), match["file"] or "", attempt, ends=match.end("prefix")
    )


def _canvas_ranks(attempts: Collection[Attempt]) -> dict[Attempt, Attempt]:
    """The rank of each attempt among the Canvas files of one name; a later attempt has a greater rank.

    The highest Canvas number is the latest, whatever its suffix `-1` is. The files of one submission also have
    different numbers, so files of different names must not be compared by number.
    """
    latest_first = sorted(attempts, reverse=True)
    return {attempt: (-place, attempt[1]) for place, attempt in enumerate(latest_first)}


PLATFORMS = (
    Platform("Moodle", _moodle, of_one_student=MOODLE_DEFAULT_GROUP, hides_names=True),
    Platform("Canvas", _canvas, ranks=_canvas_ranks),
    Platform("Blackboard", _blackboard, guesses_ids=True, attempts_are_times=True),
    Platform("Brightspace", _brightspace, own_files={BRIGHTSPACE_LIST}, attempts_are_times=True),
    Platform(
        "Gradescope",
        own_files={GRADESCOPE_METADATA},
        around_class=GRADESCOPE_EXPORT,
        of_one_student=GRADESCOPE_FOLDER,
    ),
    Platform("GitHub", around_class=CLONES, ids_ignore_case=True),
)


def blackboard_logins(names: Iterable[str], receipts: Mapping[str, str] | None = None) -> dict[str, Person]:
    """Map each text before "_attempt_" in the names of one download to the person.

    The text is the assignment's title, `_` and a login. Both may contain underscores, so the login is taken from a
    receipt, or is what remains without the beginning that all texts share.

    Parameters
    ----------
    names
        The names of all files and folders, including those of other platforms.
    receipts
        For texts before "_attempt_", the contents of a receipt, which begins with "Name: Ann Lee (alee)".
    """
    befores = {match["before"] for name in names if (match := BLACKBOARD.fullmatch(name))}
    titles = [before.split("_")[:-1] for before in befores]
    shared = 0
    while titles and all(len(title) > shared and title[shared] == titles[0][shared] for title in titles):
        shared += 1
    people = {}
    for before in befores:
        receipt = BLACKBOARD_RECEIPT.match((receipts or {}).get(before, ""))
        if receipt and before.endswith("_" + receipt["login"]):
            people[before] = Person(receipt["login"], receipt["name"].strip(), "Blackboard", source=before)
        else:
            login = "_".join(before.split("_")[shared:]) or before
            people[before] = Person(login, "", "Blackboard", source=before)
    return people


def github_login(folder: str, clones_of: Iterable[str]) -> Person | None:
    """The person of a clone called ASSIGNMENT-LOGIN; `clones_of` are the names that ASSIGNMENT may have."""
    for assignment in clones_of:
        login = folder[len(assignment) + 1 :]
        if folder.startswith(f"{assignment}-") and LOGIN.fullmatch(login):
            return Person(login, "", "GitHub")
    return None


def without_branch(folder: str) -> str:
    """`knn-octocat` of `knn-octocat-main`, the name that GitHub's "Download ZIP" gives."""
    return BRANCH.sub("", folder)


def gradescope_uploads(metadata: bytes) -> dict[str, list[Upload]]:
    """Read who handed in each folder of an export, and when, from its submission_metadata.yml.

    Raises
    ------
    ValueError
        The file is not readable, or lists no submissions. The text is the predicate of a sentence about the file.
    """
    import yaml

    try:  # the base loader reads every value as text, including those with tags of Ruby classes
        entries = yaml.load(metadata, getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    except (yaml.YAMLError, RecursionError, UnicodeError) as error:
        raise ValueError(f"is not readable YAML ({str(error).splitlines()[0]})") from None
    if not isinstance(entries, dict):
        raise ValueError("lists no submissions")
    uploads = {}
    for folder, entry in entries.items():
        submitters = entry.get(":submitters") if isinstance(entry, dict) else ()
        known = [_submitter(each) for each in submitters or () if isinstance(each, dict)]
        arrived = _created(entry) if isinstance(entry, dict) else None
        uploads[str(folder)] = [Upload(person, arrived=arrived) for person in known if person.id]
    return uploads


def _created(entry: Mapping[str, object]) -> datetime | None:
    try:
        moment, stated = read_moment(str(entry.get(":created_at", "")))
    except ValueError:
        return None
    return moment if stated else None


def _submitter(entry: Mapping[str, object]) -> Person:
    texts = {key: str(entry.get(f":{key}") or "").strip() for key in ("sid", "email", "name")}
    return Person(texts["sid"] or texts["email"], texts["name"], "Gradescope", texts["email"])

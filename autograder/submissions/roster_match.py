"""Find the student of the roster who a platform, a folder or a file's name means, or say why that is unclear."""

from dataclasses import dataclass

from autograder.course.roster import Roster, Student, as_key, name_key
from autograder.submissions.foreign_files import Refused
from autograder.submissions.platforms import HIDDEN, PLAIN, Person
from autograder.text import printable

# their downloads have numbers or logins of their own, which elsewhere may mean another student
_OWN_IDS = ("Moodle", "Brightspace", "GitHub")
_ANONYMOUS = "anon_"  # before an id in an anonymous download of Canvas


@dataclass(frozen=True)
class Match:
    """The student whom a download means, and whether only the name says so."""

    student: Student
    by_name: bool = False


def is_hidden(person: Person) -> bool:
    """Whether the platform hides who the person is, for anonymous marking."""
    if person.on.hides_names:
        return person.id.startswith(HIDDEN)
    return person.platform == "Canvas" and person.id.startswith(_ANONYMOUS)


def alias_of(person: Person) -> str:
    """The alias that makes a person certain: the id, after the platform's name if it is the platform's own."""
    if person.platform in _OWN_IDS:
        return f"{person.platform} {person.id.removeprefix(HIDDEN)}"
    return person.id


def match(roster: Roster, person: Person) -> Match:
    """Find the student of the roster who is this person.

    An id, login, address or alias decides; without one, a name that only one student has.

    Raises
    ------
    Refused
        It is nobody, or may be several. The text says which alias to write.
    """
    by_key = {student.id: student for key in _keys(roster, person) if (student := roster.by_key(key))}
    if len(by_key) > 1:
        who = " and ".join(printable(str(student)) for student in by_key.values())
        raise Refused(f"means two students of the roster: {who}; correct their ids, logins or aliases in roster.csv")
    if by_key:
        student = next(iter(by_key.values()))
        if _is_another(roster, person, student):
            raise Refused(
                f"has the id of {printable(str(student))} in the roster, but another name; write "
                f"{printable(f'{person.platform} {person.id}')!r} into the aliases of the right student in roster.csv"
            )
        return Match(student)
    by_name = _by_name(roster, person)
    if len(by_name) == 1:
        return Match(by_name[0], by_name=True)
    alias = printable(alias_of(person))
    if by_name:
        who = " or ".join(printable(str(student)) for student in by_name)
        how = "; or import the assignment's grading worksheet" if person.platform == "Moodle" else ""
        raise Refused(f"may be {who}; write {alias!r} into the aliases of the right one in roster.csv{how}")
    raise Refused(
        f"is not in the roster; write {alias!r} into the aliases of a student in roster.csv, or add a row for a new one"
    )


def moodle_group(person: Person, student: Student | None) -> str:
    """ "@Moodle GROUP" if the name in the download is "GROUP-NAME" and the student has this name, else ""."""
    if person.platform != "Moodle" or student is None or not student.name:
        return ""
    key = name_key(student.name)
    ends = (place for place, character in enumerate(person.name) if character == "-")
    return next((f"@Moodle {person.name[:end]}" for end in ends if name_key(person.name[end + 1 :]) == key), "")


def student_of_folder(roster: Roster, folder: str) -> Student | None:
    """The student whose folder in submitted/ this is, also if it was collected before the name was known."""
    if folder.startswith(HIDDEN) and (student := roster.by_key(f"Moodle {folder.removeprefix(HIDDEN)}")):
        return student
    return roster.students.get(folder)


def _keys(roster: Roster, person: Person) -> list[str]:
    if person.source and not person.name:  # Blackboard's title and login, which only a receipt separates
        return _ends(roster, person.source)
    keys = [_with_platform(person), person.email]
    if person.platform not in _OWN_IDS:
        keys.append(person.id)
    elif person.platform == "GitHub" and (student := roster.by_key(person.id)) and not student.login:
        keys.append(person.id)  # a roster whose ids are the logins on GitHub
    keys += [text for text in (person.id, person.name) if text and _is_alias(roster, text)]
    return keys


def _with_platform(person: Person) -> str:
    return f"{person.platform} {person.id.removeprefix(HIDDEN)}".strip()


def _is_alias(roster: Roster, text: str) -> bool:
    """Whether an instructor has made the text an alias."""
    student = roster.by_key(text)
    return student is not None and any(as_key(alias) == as_key(text) for alias in student.aliases)


def _is_another(roster: Roster, person: Person, student: Student) -> bool:
    """Whether only a number says that they are one, which may be another platform's number, and the names differ."""
    if person.platform != "Gradescope" or not (person.name and student.name):
        return False
    is_sure = any(roster.by_key(key) is student for key in (person.email, _with_platform(person)))
    return not is_sure and name_key(person.name) != name_key(student.name)


def _ends(roster: Roster, source: str) -> list[str]:
    """The parts after each `_` that are a student's key."""
    parts = source.split("_")
    return [end for start in range(1, len(parts)) if roster.by_key(end := "_".join(parts[start:]))]


def _by_name(roster: Roster, person: Person) -> list[Student]:
    name = person.name or (person.id if person.platform == PLAIN else "")
    if found := roster.by_name(name):
        return found
    if person.platform != "Moodle":
        return []
    # Moodle may write "GROUP-NAME", and both may contain a hyphen
    ends = (name[place + 1 :] for place, character in enumerate(name) if character == "-")
    students = {student.id: student for end in ends for student in roster.by_name(end)}
    return list(students.values())

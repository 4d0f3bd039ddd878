"""Mail each student the feedback pages, once: who gets what, the messages, and what became of each.

mail_journal.py remembers every message, and mail_server.py hands them over.
"""

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate

from autograder.course.course_toml import Course
from autograder.course.mail_settings import Mail, as_address, in_header
from autograder.course.roster import as_key, read_roster
from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.reports.feedback_files import FeedbackFile, digest_of, feedback_files
from autograder.reports.mail_journal import Journal
from autograder.reports.mail_server import MailServer
from autograder.submissions.roster_match import student_of_folder
from autograder.text import one_line

MOST_IN_DOUBT = 2  # messages in a row, after which the server is not asked again


@dataclass(frozen=True)
class Letter:
    """A message to a student: the id, the first and the whole name, the address, the pages, and their digest."""

    student: str
    first_name: str
    name: str
    address: Address
    files: tuple[FeedbackFile, ...]
    digest: str


@dataclass
class Plan:
    """Who gets a message, and who does not, with the reasons.

    Attributes
    ----------
    letters
        The messages to send.
    before
        The students who have this feedback already.
    changed
        The students who were mailed other feedback before, and get this only on demand.
    in_doubt
        (student, time) of earlier messages whose fate is unknown.
    unreachable
        (student, reason) of those without a page or a usable address.
    """

    letters: list[Letter] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    in_doubt: list[tuple[str, str]] = field(default_factory=list)
    unreachable: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Mailed:
    """What became of the messages.

    Attributes
    ----------
    sent
        The students whose message the server has taken.
    refused, in_doubt
        (student, reason) of messages that the server did not take, and of those whose fate is unknown.
    stopped
        Why the rest was not sent; "" if all were tried.
    """

    sent: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    in_doubt: list[tuple[str, str]] = field(default_factory=list)
    stopped: str = ""


def plan_mail(
    workspace: Workspace,
    assignment: str,
    students: Iterable[str],
    journal: Journal,
    changed: bool = False,
    again: Collection[str] = (),
) -> Plan:
    """Find out who gets a message about `assignment`.

    Parameters
    ----------
    workspace
        Where the pages are; make them first with `feedback`.
    assignment
        The assignment's name.
    students
        Those whose pages are up to date.
    journal
        What was mailed before.
    changed
        Whether to mail feedback that has changed since it was mailed.
    again
        The students who get a message whatever was mailed before.

    Raises
    ------
    KitError
        A student of `again` is not one of `students`.
    """
    students = list(students)
    if unknown := [student for student in again if student not in students]:
        raise KitError(f"{unknown[0]!r} has no feedback on {assignment}.")
    people = _people(workspace, students)
    shared = Counter(as_key(email) for _, _, email in people.values() if email)
    plan = Plan()
    for student in students:
        first, name, email = people[student]
        files = feedback_files(workspace, assignment, student)
        try:
            if not files:
                raise ValueError("has no page")
            if not email:
                raise ValueError("has no e-mail address")
            if shared[as_key(email)] > 1:
                raise ValueError(f"shares the address {email} with another student")
            address = _address(name, email)
        except ValueError as error:
            plan.unreachable.append((student, str(error)))
            continue
        digest, past = digest_of(files), journal.of(student)
        shown = one_line(student, 200)
        letter = Letter(student, first or name or shown, name or shown, address, tuple(files), digest)
        if student in again:
            plan.letters.append(letter)
        elif past.in_doubt:
            plan.in_doubt.append((student, past.in_doubt))
        elif past.digest == digest:
            plan.before.append(student)
        elif past.digest and not changed:
            plan.changed.append(student)
        else:
            plan.letters.append(letter)
    return plan


def message_to(letter: Letter, course: Course, assignment: str, mail: Mail) -> EmailMessage:
    """The message with which a student gets the feedback: the course's text, and the pages as attachments."""
    words = {
        "name": letter.name,
        "first_name": letter.first_name,
        "course": course.title,
        "assignment": course.assignment(assignment).title,
    }
    sender = as_address(mail.sender)
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = sender
    message["To"] = letter.address
    if mail.reply_to:
        message["Reply-To"] = as_address(mail.reply_to)
    message["Subject"] = in_header(mail.subject.format(**words))
    message["Date"] = formatdate()
    # the same for the same feedback, so that a mailbox can notice a second copy
    unique = hashlib.sha256(f"{course.id} {assignment} {letter.student} {letter.digest}".encode(errors="replace"))
    message["Message-ID"] = f"<{unique.hexdigest()[:32]}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answer by a machine, such as "on holiday"
    message.set_content(mail.body.format(**words), cte="quoted-printable")
    for file in letter.files:
        html = file.path.read_bytes()
        message.add_attachment(html, "text", "html", cte="base64", filename=file.name, params={"charset": "utf-8"})
    return message


def send_all(
    letters: list[Letter],
    course: Course,
    assignment: str,
    journal: Journal,
    password: str,
    progress: Callable[[int, int], None] | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Mailed:
    """Send the messages, one after another, and record each in the journal.

    Parameters
    ----------
    letters
        The messages of a plan.
    course, assignment
        The course, which has a [mail] table, and the assignment's name.
    journal
        Where each message is recorded.
    password
        The password of the server's user.
    progress
        Called as progress(done, total) after each message.
    sleep
        Waits for some seconds, so that no more than `per_minute` messages are sent.

    Raises
    ------
    KitError
        Nothing was sent, because the server cannot be used.
    """
    mail = course.mail
    assert mail is not None
    sender = as_address(mail.sender).addr_spec
    result = Mailed()
    in_a_row = 0
    with MailServer(mail, password) as server:
        for done, letter in enumerate(letters, start=1):
            if done > 1:
                sleep(60 / mail.per_minute)
            address = letter.address.addr_spec
            entry = (letter.student, letter.digest, address)
            message = message_to(letter, course, assignment, mail).as_bytes()
            handed = False
            try:

                def before(entry: tuple[str, str, str] = entry) -> None:
                    nonlocal handed
                    journal.write("sending", *entry)
                    handed = True

                fate, words = server.send(sender, address, message, before)
                if handed and fate != "in doubt":
                    journal.write(fate, *entry)
            except (KitError, OSError) as error:
                if done == 1 and isinstance(error, KitError):
                    raise
                result.stopped = str(error) if isinstance(error, KitError) else f"{journal.path}: {error.strerror}."
                if handed:
                    result.in_doubt.append((letter.student, "the answer of the server could not be recorded"))
                break
            in_a_row = in_a_row + 1 if fate == "in doubt" else 0
            if fate == "sent":
                result.sent.append(letter.student)
            else:
                (result.refused if fate == "refused" else result.in_doubt).append((letter.student, words))
            if progress:
                progress(done, len(letters))
            if in_a_row == MOST_IN_DOUBT and done < len(letters):
                result.stopped = "The connection was lost in each of the last messages."
                break
    return result


def _people(workspace: Workspace, students: list[str]) -> dict[str, tuple[str, str, str]]:
    """(first name, whole name, address) of each student: those of the roster, or of the gradebook."""
    roster = read_roster(workspace)
    with workspace.gradebook() as gradebook:
        known = {s.id: (s.first_name or "", s.last_name or "", s.email or "") for s in gradebook.students}
    found = {}
    for id in students:
        first, last, email = known.get(id, ("", "", ""))
        if student := student_of_folder(roster, id):
            first, last = student.parts if student.name else (first, last)
            email = student.email or email
        name = " ".join(part for part in (first, last) if part)
        found[id] = (one_line(first, 200), one_line(name, 200), email.strip())
    return found


def _address(name: str, email: str) -> Address:
    """Raises ValueError if the address cannot be used."""
    try:
        return Address(in_header(name), addr_spec=as_address(email).addr_spec)
    except ValueError as error:
        raise ValueError(f"has an address that cannot be used: {one_line(email, 100)} {error}") from None

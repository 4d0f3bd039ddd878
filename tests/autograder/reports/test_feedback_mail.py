"""Every student gets the feedback by mail once, whatever happens in between."""

import os
import signal
import subprocess
import sys
from email import policy

import pytest
import smtp

from autograder.course.mail_settings import Mail
from autograder.course.roster import Roster, Student, write_roster
from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.reports.feedback_mail import message_to, plan_mail, send_all
from autograder.reports.mail_journal import Journal

NAMES = {"s1": "Lee, Ann", "s2": "Lee, Ann", "s3": "Müller, Zoë", "s4": "李, 小龙", "s5": "Ray, Bob"}
TABLE = '[mail]\nhost = "localhost"\nport = {port}\nfrom = "Course <t@example.org>"\nsecurity = "none"\n'


@pytest.fixture
def course(tiny):
    """A class of five with pages."""
    write_roster(tiny, Roster({id: Student(id, name, f"{id}@x.org") for id, name in NAMES.items()}))
    for student in NAMES:
        page(tiny, student, "adding")
    return tiny


def page(workspace, student, notebook, text="<p>ü</p>"):
    folder = workspace.feedback(student, "sums")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{notebook}.html").write_text(f"{student} {text}")


@pytest.fixture
def server(course):
    with smtp.running() as server:
        with (course.assignments / "course.toml").open("a") as file:
            file.write(TABLE.format(port=server.port))
        yield server


def plan(workspace, students=NAMES, **options):
    return plan_mail(workspace, "sums", students, Journal(workspace, "sums"), **options)


def run(workspace, students=NAMES, **options):
    """Mail as a new process would; the plan, what became of it, and the pauses."""
    workspace = Workspace(workspace.root)
    planned, pauses = plan(workspace, students, **options), []
    journal = Journal(workspace, "sums")
    done = send_all(planned.letters, workspace.course, "sums", journal, "", sleep=pauses.append)
    return planned, done, pauses


def test_everyone_gets_the_pages_once(course, server):
    page(course, "s3", "squaring", "more")
    planned, done, pauses = run(course)
    assert done.sent == [*NAMES] and (done.refused, done.in_doubt, done.stopped) == ([], [], "")
    assert server.to == [f"{id}@x.org" for id in NAMES] and pauses == [2] * 4 and server.connections == 1
    for (_, message), student in zip(server.messages, NAMES, strict=True):
        pages = {part.get_filename(): part.get_content() for part in message.iter_attachments()}
        assert pages["feedback-adding.html"] == f"{student} <p>ü</p>"
        assert len(pages) == 1 + (student == "s3")

    for student in NAMES:  # made again, without a change
        page(course, student, "adding")
    planned, done, _ = run(course)
    assert planned.before == [*NAMES] and done.sent == [] and len(server.messages) == 5


def test_changed_feedback_is_mailed_on_demand(course, server):
    run(course)
    page(course, "s2", "adding", "better")
    planned, done, _ = run(course)
    assert planned.changed == ["s2"] and done.sent == []
    planned, done, _ = run(course, changed=True)
    assert planned.changed == [] and done.sent == ["s2"]
    assert run(course, changed=True)[1].sent == [] and server.to.count("s2@x.org") == 2
    assert run(course, again=["s1"])[1].sent == ["s1"]
    with pytest.raises(KitError, match="'zoe' has no feedback on sums"):
        plan(course, again=["zoe"])


def test_who_cannot_be_reached_is_said(course):
    students = {id: Student(id, name, f"{id}@x.org") for id, name in NAMES.items()}
    students["s1"] = Student("s1", "Lee, Ann")
    students["s2"] = Student("s2", "Lee, Ann", "josé@x.org")
    students["s4"] = Student("s4", "Li", "s4@x.org, t@x.org")
    write_roster(course, Roster(students))
    planned = plan(course, [*NAMES, "s6"])
    assert [letter.student for letter in planned.letters] == ["s3", "s5"]
    assert planned.unreachable == [
        ("s1", "has no e-mail address"),
        ("s2", "has an address that cannot be used: josé@x.org has letters beyond ASCII in the address"),
        ("s4", "has an address that cannot be used: s4@x.org, t@x.org is not an e-mail address"),
        ("s6", "has no page"),
    ]


def test_without_a_roster_the_gradebook_has_the_addresses_and_two_never_share_one(tiny):
    from nbgrader.api import Gradebook

    with Gradebook(tiny.db_url, tiny.course_id) as gradebook:
        for id, email in (("s1", "a@x.org"), ("s2", "A@x.org"), ("s3", "c@x.org"), ("s4", None)):
            gradebook.add_student(id, first_name="Ann", last_name="Lee", email=email)
            page(tiny, id, "adding")
    planned = plan(tiny, ["s1", "s2", "s3", "s4"])
    assert [(letter.student, letter.name, str(letter.address)) for letter in planned.letters] == [
        ("s3", "Ann Lee", "Ann Lee <c@x.org>")
    ]
    assert [why.split(" ")[0] for _, why in planned.unreachable] == ["shares", "shares", "has"]


def test_a_student_whose_name_was_hidden_at_first(course):
    write_roster(course, Roster({"s1": Student("s1", "Lee, Ann", "s1@x.org", aliases=("Moodle 301",))}))
    page(course, "Participant_301", "adding")
    [letter] = plan(course, ["Participant_301"]).letters
    assert str(letter.address) == "Ann Lee <s1@x.org>"


def test_a_message(course):
    [letter] = plan(course, ["s3"]).letters
    mail = Mail("h", "Course <t@example.org>", reply_to="ta@example.org")
    message = message_to(letter, course.course, "sums", mail)
    assert message["From"] == "Course <t@example.org>" and message["Reply-To"] == "ta@example.org"
    assert message["To"] == "Zoë Müller <s3@x.org>" and message["Auto-Submitted"] == "auto-generated"
    assert message["Subject"] == "A tiny course: feedback on Adding up"
    text = message.get_body(("plain",)).get_content()
    assert text.startswith("Hello Zoë Müller,") and "Adding up" in text
    raw = message.as_bytes()
    assert raw.isascii() and max(map(len, raw.splitlines())) < 998
    assert message_to(letter, course.course, "sums", mail)["Message-ID"] == message["Message-ID"]
    other = message_to(plan(course, ["s1"]).letters[0], course.course, "sums", mail)
    assert other["Message-ID"] != message["Message-ID"]
    own = Mail("h", "t@example.org", subject="{first_name}: {assignment}", body="{name} {{}}")
    message = message_to(letter, course.course, "sums", own)
    assert message["Subject"] == "Zoë: Adding up" and message.get_body().get_content().strip() == "Zoë Müller {}"


def test_a_name_writes_no_header(course):
    write_roster(course, Roster({"s1": Student("s1", "Lee\r\nBcc: b@x.org, Ann", "s1@x.org")}))
    [letter] = plan(course, ["s1"]).letters
    raw = message_to(letter, course.course, "sums", Mail("h", "t@x.org", subject="{name}")).as_bytes(policy=policy.SMTP)
    assert b"\nBcc" not in raw


def test_a_refused_address_and_a_lost_connection(course, server):
    server.refused["s2@x.org"] = "550 No such user"
    server.at_data[2] = smtp.lose_connection  # the message to s3
    _, done, _ = run(course)
    assert done.sent == ["s1", "s4", "s5"] and done.stopped == ""
    assert done.refused == [("s2", "the server says 550 No such user")]
    assert [student for student, _ in done.in_doubt] == ["s3"]

    server.refused.clear()
    planned, done, _ = run(course)
    assert done.sent == ["s2"] and [student for student, _ in planned.in_doubt] == ["s3"]
    assert run(course, again=["s3"])[1].sent == ["s3"]
    planned, done, _ = run(course)
    assert planned.before == [*NAMES] and done.sent == planned.in_doubt == []
    assert sorted(server.to) == [f"{id}@x.org" for id in NAMES]


def test_a_server_that_takes_nothing_is_left_alone(course, server):
    server.at_data = dict.fromkeys(range(1, 9), smtp.lose_connection)
    _, done, _ = run(course)
    assert [student for student, _ in done.in_doubt] == ["s1", "s2"] and "connection was lost" in done.stopped
    server.at_data = {3: "451 later"}
    planned, done, _ = run(course)
    assert done.refused == [("s3", "the server says 451 later")] and done.sent == ["s4", "s5"]
    assert run(course)[1].sent == ["s3"] and server.to.count("s1@x.org") == 0


def test_a_server_that_disappears(course, server):
    def end(smtp_server):
        server.deaf = True
        return smtp.lose_connection(smtp_server)

    server.at_data[2] = end
    _, done, _ = run(course)
    assert done.sent == ["s1"] and [student for student, _ in done.in_doubt] == ["s2"]
    assert "Cannot connect to localhost" in done.stopped
    with pytest.raises(KitError, match="Cannot connect to localhost"):
        run(course)
    server.deaf = False
    assert run(course)[1].sent == ["s3", "s4", "s5"]


@pytest.mark.parametrize(("call", "arrived", "in_doubt"), [(3, ["s1"], []), (4, ["s1", "s2"], ["s2"])])
def test_a_disk_that_is_full_stops_the_run_and_nobody_is_mailed_twice(
    course, server, monkeypatch, call, arrived, in_doubt
):
    synced = []

    def full(_):
        synced.append(1)
        if len(synced) == call:  # before or after the second message
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        _, done, _ = run(course)
    assert done.sent == ["s1"] and "No space left" in done.stopped
    assert [student for student, _ in done.in_doubt] == in_doubt
    assert server.to == [f"{id}@x.org" for id in arrived]
    planned, done, _ = run(course)
    assert done.sent == ["s3", "s4", "s5"]
    # what the disk has kept of the last line decides
    known = ["s2"] if in_doubt else []
    assert planned.before == ["s1", *known] and len(planned.in_doubt) == 1 - len(known)


KILLED = """
import sys
from autograder.course.workspace import Workspace
from autograder.reports.feedback_mail import plan_mail, send_all
from autograder.reports.mail_journal import Journal
workspace = Workspace(sys.argv[1])
journal = Journal(workspace, "sums")
plan = plan_mail(workspace, "sums", sys.argv[2:], journal)
print(len(plan.letters), flush=True)
send_all(plan.letters, workspace.course, "sums", journal, "", sleep=lambda seconds: None)
"""


@pytest.mark.slow
def test_after_a_kill_the_next_run_sends_what_is_left(course, server):
    processes = []

    def kill(smtp_server):
        processes[0].send_signal(signal.SIGKILL)
        processes[0].wait()
        return None  # the server has the message, and takes it

    server.at_data[3] = kill
    command = [sys.executable, "-c", KILLED, str(course.root), *NAMES]
    processes.append(subprocess.Popen(command, stdout=subprocess.PIPE))
    assert processes[0].communicate(timeout=60)[0] == b"5\n" and processes[0].returncode == -signal.SIGKILL
    planned, done, _ = run(course)
    assert planned.before == ["s1", "s2"] and done.sent == ["s4", "s5"]
    assert [student for student, _ in planned.in_doubt] == ["s3"]
    assert sorted(server.to) == [f"{id}@x.org" for id in NAMES]  # s3's has arrived, and was not sent again


ENCODED = "=?utf-8?q?Ann=0D=0ABcc=3A_x=40y=2Eorg=0D=0A=0D=0Aforged?="


@pytest.mark.parametrize("name", [ENCODED, f"={ENCODED}", "Ann\u2028Bcc: x@y.org"])
def test_a_name_adds_no_header(course, name):
    mail = Mail("localhost", f"{ENCODED} <t@x.org>", subject="{first_name}: {course}")
    write_roster(course, Roster({"s1": Student("s1", name, "s1@x.org")}))
    [letter] = plan(course, ["s1"]).letters
    head = message_to(letter, course.course, "sums", mail).as_bytes().partition(b"\r\n\r\n")[0]
    starts = [line.partition(b":")[0].lower() for line in head.split(b"\r\n") if line[:1] != b" "]
    assert b"bcc" not in starts and len(starts) == len(set(starts)) and b"mime-version" in starts

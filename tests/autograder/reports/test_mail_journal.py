"""What is known about each student's mail after any end of the process that sent it."""

import os
from types import SimpleNamespace

import pytest

from autograder.errors import KitError
from autograder.reports.mail_journal import Journal, Past, only_mailer

ADDRESS = "a@x.org"


@pytest.fixture
def course(tmp_path):
    return SimpleNamespace(root=tmp_path)


def of(course, *events, student="ann"):
    """What a new process knows after these events about the feedback with the digest d."""
    journal = Journal(course, "sums")
    for event in events:
        name, _, digest = event.partition(" ")
        journal.write(name, student, digest or "d", ADDRESS)
    read = Journal(course, "sums").of(student)
    assert read == journal.of(student)
    return read


@pytest.mark.parametrize(
    ("events", "digest", "in_doubt"),
    [
        ([], "", False),
        (["sending", "sent"], "d", False),
        (["sending"], "", True),
        (["sending", "refused"], "", False),
        (["sending", "refused", "sending", "sent"], "d", False),
        (["sending", "sent", "sending e"], "d", True),
        (["sending", "sent", "sending e", "refused e"], "d", False),
        (["sending", "sent", "sending e", "sent e"], "e", False),
        (["sending", "sending", "sent"], "d", False),
    ],
)
def test_what_is_known_afterwards(course, events, digest, in_doubt):
    past = of(course, *events)
    assert (past.digest, bool(past.in_doubt)) == (digest, in_doubt)
    assert of(course, student="bob") == Past() == Journal(course, "more").of("ann")
    assert of(course, "sending", "sent", student="a\u2028b").digest == "d"


@pytest.mark.parametrize(
    "torn", ['{"event": "sent", "student": "ann", "dig', "{", "3", "[]", "\n\n", '{"event": "sent"}']
)
def test_a_torn_line_says_nothing_and_the_next_one_is_whole(course, torn):
    assert of(course, "sending").in_doubt
    with Journal(course, "sums").path.open("a") as file:
        file.write(torn)
    assert Journal(course, "sums").of("ann").in_doubt
    assert of(course, "sending", student="Zoë\nÜ").in_doubt
    assert of(course, "sent", student="Zoë\nÜ").digest == "d"
    assert Journal(course, "sums").of("ann").in_doubt


def test_an_event_is_on_the_disk_when_write_returns(course, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda file: synced.append(os.fstat(file).st_size))
    journal = Journal(course, "sums")
    for _ in range(2):
        journal.write("sending", "ann", "d", ADDRESS)
        assert synced[-1] == journal.path.stat().st_size
    assert len(set(synced)) == 2


def test_what_cannot_be_written_is_not_believed(course, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    journal = Journal(course, "sums")
    with pytest.raises(OSError, match="No space"):
        journal.write("sending", "ann", "d", ADDRESS)
    assert journal.of("ann") == Past()


def test_two_processes_do_not_mail_at_once(course):
    with only_mailer(course, "sums") as journal:
        journal.write("sending", "ann", "d", ADDRESS)
        with pytest.raises(KitError, match="Another process mails the feedback on sums"), only_mailer(course, "sums"):
            pass
        with only_mailer(course, "more") as other:
            assert other.of("ann") == Past()
    with only_mailer(course, "sums") as journal:
        assert journal.of("ann").in_doubt

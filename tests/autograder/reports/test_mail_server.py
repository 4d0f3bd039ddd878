"""One message at a time to a real SMTP server, and what became of it."""

import os
import shutil

import pytest
import smtp

from autograder.course.mail_settings import Mail
from autograder.errors import KitError
from autograder.reports.mail_server import MailServer, password_of

MESSAGE = b"Subject: x\r\n\r\n.a line with a dot\r\n"


@pytest.fixture(scope="module")
def certificate(made_once):
    if not shutil.which("openssl"):
        pytest.skip("needs openssl to make a certificate")
    folder, _ = made_once("smtp_certificate", lambda folder: smtp.certificate(folder) and None)
    return folder / "localhost.pem"


@pytest.fixture
def server():
    with smtp.running() as server:
        yield server


def mail(server, **given):
    return Mail(**{"host": "localhost", "sender": "t@example.org", "security": "none", "port": server.port} | given)


def sent(server, *addresses, password="", **given):
    """The fates of messages to these addresses, on one connection, and the calls before the messages."""
    calls = []
    with MailServer(mail(server, **given), password) as to:
        fates = [to.send("t@example.org", address, MESSAGE, lambda: calls.append(len(calls))) for address in addresses]
    return fates, len(calls)


def test_messages_arrive_as_they_are_on_one_connection(server):
    assert sent(server, "a@x.org", "b@x.org") == ([("sent", "")] * 2, 2)
    assert server.to == ["a@x.org", "b@x.org"] and server.connections == 1
    assert server.messages[0][1].get_content().splitlines() == [".a line with a dot"]


def test_a_refused_address_gets_no_message_and_the_next_one_does(server):
    server.refused["b@x.org"] = "550 5.1.1 No such user"
    fates, calls = sent(server, "a@x.org", "b@x.org", "c@x.org")
    assert fates[1] == ("refused", "the server says 550 5.1.1 No such user")
    assert server.to == ["a@x.org", "c@x.org"] and calls == 2 and server.connections == 1


@pytest.mark.parametrize("answer", ["552 too large", "451 later"])
def test_a_message_that_is_refused(server, answer):
    server.at_data[1] = answer
    fates, _ = sent(server, "a@x.org", "b@x.org")
    assert fates == [("refused", f"the server says {answer}"), ("sent", "")]


def test_a_sender_who_is_refused_is_the_same_for_everyone(server):
    server.at_mail = "550 5.7.1 Not allowed"
    with pytest.raises(KitError, match="localhost takes no mail from t@example.org: 550 5.7.1 Not allowed"):
        sent(server, "a@x.org", "b@x.org")
    server.at_mail = "451 later"
    assert sent(server, "a@x.org") == ([("refused", "the server says 451 later")], 0)


def test_a_message_beyond_the_servers_limit(server):
    with smtp.running(data_size_limit=20) as small:
        [(fate, words)], calls = sent(small, "a@x.org")
    assert (fate, calls) == ("refused", 0) and "552" in words


def test_a_server_that_says_good_bye_is_called_again(server):
    server.refused["a@x.org"] = "421 closing"
    fates, _ = sent(server, "a@x.org", "b@x.org")
    assert [fate for fate, _ in fates] == ["refused", "sent"] and server.connections == 2


def test_after_a_lost_connection_the_message_is_in_doubt_and_the_next_is_sent(server):
    server.at_data[2] = smtp.lose_connection
    fates, calls = sent(server, "a@x.org", "b@x.org", "c@x.org")
    assert [fate for fate, _ in fates] == ["sent", "in doubt", "sent"] and calls == 3
    assert "connection was lost" in fates[1][1] and server.to == ["a@x.org", "c@x.org"]


def test_a_connection_that_ended_while_it_waited_is_made_again(server):
    with MailServer(mail(server), "") as to:
        assert to.send("t@example.org", "a@x.org", MESSAGE, lambda: None)[0] == "sent"
        to._smtp.sock.shutdown(2)
        assert to.send("t@example.org", "b@x.org", MESSAGE, lambda: None)[0] == "sent"
    assert server.to == ["a@x.org", "b@x.org"] and server.connections == 2


def test_starttls_and_login(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with smtp.running(certificate, auth=True) as server:
        fates, _ = sent(server, "a@x.org", security="starttls", user=smtp.USER, password=smtp.PASSWORD)
        assert fates == [("sent", "")] and server.logins == 1
        with pytest.raises(KitError, match="refuses the login of teacher: 535"):
            sent(server, "b@x.org", security="starttls", user=smtp.USER, password="wrong")
        monkeypatch.delenv("SSL_CERT_FILE")
        with pytest.raises(KitError, match="(?i)certificate"):
            sent(server, "b@x.org", security="starttls", user=smtp.USER, password=smtp.PASSWORD)
    assert server.to == ["a@x.org"]


def test_a_connection_that_is_encrypted_from_the_start(certificate, monkeypatch):
    with smtp.running(certificate, auth=True, at_once=True) as server:
        given = {"security": "ssl", "user": smtp.USER, "password": smtp.PASSWORD}
        with pytest.raises(KitError, match="(?i)certificate"):
            sent(server, "a@x.org", **given)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert sent(server, "a@x.org", **given) == ([("sent", "")], 1) and server.logins == 1


def test_the_answer_to_a_message_may_take_long(server):
    waits = []
    with MailServer(mail(server), "") as to:
        assert to.send("t@example.org", "a@x.org", MESSAGE, lambda: None)[0] == "sent"
        server.at_data[2] = lambda _: waits.append(to._smtp.sock.gettimeout())
        assert to.send("t@example.org", "b@x.org", MESSAGE, lambda: None)[0] == "sent"
        assert waits == [600] and to._smtp.sock.gettimeout() == 60


def test_without_encryption_there_is_no_falling_back(server):
    for security in ("starttls", "ssl"):
        with pytest.raises(KitError, match=f"Cannot connect to localhost, port {server.port}, with security"):
            sent(server, "a@x.org", security=security)
    assert server.messages == []


def test_a_server_that_is_not_there():
    with smtp.running() as server:
        pass
    with pytest.raises(KitError, match="Cannot connect"):
        sent(server, "a@x.org")


def test_the_password(monkeypatch, tmp_path):
    given = Mail("smtp.example.org", "t@example.org", user="teacher")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("CS231N_MAIL_PASSWORD", raising=False)
    assert password_of(Mail("smtp.example.org", "t@example.org")) == ""
    with pytest.raises(KitError, match="password of teacher on smtp.example.org is not known"):
        password_of(given)
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine smtp.example.org login teacher password secret\n")
    os.chmod(netrc, 0o600)
    assert password_of(given) == "secret"
    with pytest.raises(KitError, match="not known"):
        password_of(Mail("smtp.example.org", "t@example.org", user="other"))
    monkeypatch.setenv("CS231N_MAIL_PASSWORD", "first")
    assert password_of(given) == "first"
    monkeypatch.setenv("CS231N_MAIL_PASSWORD", "fürst")
    with pytest.raises(KitError, match="letters beyond ASCII") as caught:
        password_of(given)
    assert "fürst" not in str(caught.value)

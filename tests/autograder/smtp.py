"""A real SMTP server on loopback, for tests: it keeps the messages, and fails where a test says so."""

import asyncio
import contextlib
import ssl
import subprocess
import threading
from email import message_from_bytes, policy
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult

USER, PASSWORD = "teacher", "pass: word"


class Server:
    """The messages that have arrived, and how the next commands are answered.

    Attributes
    ----------
    messages
        (address, message) of each that the server has taken.
    refused
        Addresses and the answer to RCPT.
    at_data
        For the number of a message, from 1: an answer instead of "250", or a function of the session that is called
        when the whole message is there.
    """

    def __init__(self):
        self.messages, self.refused, self.at_data = [], {}, {}
        self.count = self.connections = self.logins = 0
        self.port = 0
        self.deaf = False  # then it ends each new connection
        self.at_mail = ""  # the answer to MAIL instead of "250"

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        if self.deaf:
            server.transport.abort()
        self.connections += not session.host_name
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.at_mail:
            return self.at_mail
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        what = self.at_data.get(self.count)
        if callable(what):
            what = what(server)
        if what:
            return what
        [address] = envelope.rcpt_tos
        self.messages.append((address, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 taken"

    def authenticate(self, server, session, envelope, mechanism, login):
        self.logins += 1
        good = (login.login, login.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=good, handled=good)

    @property
    def to(self):
        return [address for address, _ in self.messages]


def lose_connection(server):
    """End the connection without an answer, after the whole message has arrived."""
    server.transport.abort()
    return "250 never seen"


@contextlib.contextmanager
def running(certificate=None, auth=False, at_once=False, **options):
    """Run a server in a thread of this process.

    With the file `certificate`, it requires STARTTLS, or encrypts `at_once`; with `auth`, it takes a login.
    """
    server, encrypted = Server(), None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        if at_once:
            encrypted = context
        else:
            options |= {"tls_context": context, "require_starttls": True}
    if auth:
        # aiosmtpd knows only of its own STARTTLS, and warns if a login is required without it
        starttls = bool(certificate) and not at_once
        options |= {"authenticator": server.authenticate, "auth_required": starttls, "auth_require_tls": starttls}
    loop = asyncio.new_event_loop()
    make = loop.create_server(
        lambda: SMTP(server, loop=loop, hostname="localhost", **options), "127.0.0.1", 0, ssl=encrypted
    )
    listening = loop.run_until_complete(make)
    server.port = listening.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(_end(listening), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _end(listening):
    listening.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def certificate(folder: Path) -> Path:
    """Make a key and a certificate for localhost that vouches for itself."""
    path = folder / "localhost.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    extra = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(path), "-out", str(folder / "cert.pem")]
    subprocess.run([*command.split(), *extra], check=True, capture_output=True)
    path.write_text(path.read_text() + (folder / "cert.pem").read_text())
    return path

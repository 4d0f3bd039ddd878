"""Hand one message at a time to an SMTP server, and know what became of it."""

import contextlib
import netrc
import os
import smtplib
import ssl
from collections.abc import Callable
from types import TracebackType
from typing import Literal

from autograder.course.mail_settings import Mail
from autograder.errors import KitError
from autograder.text import one_line

PASSWORD = "CS231N_MAIL_PASSWORD"
TIMEOUT = 60  # seconds
PATIENCE = 600  # seconds for the answer to a message, which a server may search for viruses first (RFC 5321, 4.5.3.2.6)
TOO_LARGE = 552  # the answer to a message that exceeds the server's limit
Fate = Literal["sent", "refused", "in doubt"]


def password_of(mail: Mail) -> str:
    """The password of `mail.user`, from the environment or ~/.netrc; "" without a user. Raises KitError."""
    if not mail.user:
        return ""
    found = os.environ.get(PASSWORD) or _in_netrc(mail)
    if not found.isascii():
        raise KitError(f"The password of {mail.user} has letters beyond ASCII, which Python's smtplib cannot send.")
    return found


def _in_netrc(mail: Mail) -> str:
    try:
        known = netrc.netrc().authenticators(mail.host)
    except FileNotFoundError:
        known = None
    except (netrc.NetrcParseError, OSError) as error:
        raise KitError(f"~/.netrc cannot be read: {error}.", f"Correct it, or set {PASSWORD}.") from None
    if not known or known[0] != mail.user or not known[2]:
        raise KitError(
            f"The password of {mail.user} on {mail.host} is not known.",
            f"Set {PASSWORD}, or add a line to ~/.netrc: machine {mail.host} login {mail.user} password ...",
        )
    return known[2]


class MailServer:
    """A connection to the server, which is made when it is first needed, and again when it was lost."""

    def __init__(self, mail: Mail, password: str) -> None:
        self.mail, self.password = mail, password
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> "MailServer":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._smtp and kind is None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                self._smtp.quit()
        self._drop()

    def send(self, sender: str, address: str, message: bytes, before: Callable[[], None]) -> tuple[Fate, str]:
        """Hand a message to the server. Return what became of it, and the server's words if it was not taken.

        Parameters
        ----------
        sender, address
            The bare addresses.
        message
            The message, with CRLF at the end of its lines.
        before
            Called when the server has accepted the address, immediately before it gets the message.

        Raises
        ------
        KitError
            The server cannot be reached, does not encrypt as it should, or refuses the login or the sender. The message
        was not sent.
        """
        smtp, why = self._envelope(sender, address, len(message))
        if smtp is None:
            return "refused", why
        before()
        try:
            self._wait_for(PATIENCE)
            code, words = smtp.data(message)
            self._wait_for(TIMEOUT)
        except smtplib.SMTPDataError as error:  # the answer to DATA, before the message
            return self._refused(error.smtp_code, error.smtp_error)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            return "in doubt", f"the connection was lost ({_reason(error)})"
        return ("sent", "") if code == 250 else self._refused(code, words)

    def _envelope(self, sender: str, address: str, size: int) -> tuple[smtplib.SMTP | None, str]:
        """Announce a message. Return the connection that waits for it, or the reason why the server refuses."""
        for is_last in (False, True):
            smtp = self._connected()
            try:
                code, words = smtp.mail(sender, [f"size={size}"] if smtp.has_extn("size") else [])
                if 500 <= code <= 599 and code != TOO_LARGE:  # about the sender, so it is the same for everyone
                    raise KitError(f"{self.mail.host} takes no mail from {sender}: {code} {_text(words)}.")
                if code == 250:
                    code, words = smtp.rcpt(address)
                if code in (250, 251):
                    return smtp, ""
                return None, self._refused(code, words)[1]
            except (smtplib.SMTPException, OSError) as error:
                self._drop()  # a server may end a connection that has been idle or has sent many messages
                if is_last:
                    raise KitError(f"{self.mail.host} ends each connection ({_reason(error)}).") from None
        raise AssertionError("unreachable")

    def _connected(self) -> smtplib.SMTP:
        if self._smtp:
            return self._smtp
        mail, where = self.mail, f"{self.mail.host}, port {self.mail.port}"
        try:
            if mail.security == "ssl":
                context = ssl.create_default_context()
                self._smtp = smtplib.SMTP_SSL(mail.host, mail.port, timeout=TIMEOUT, context=context)
            else:
                self._smtp = smtplib.SMTP(mail.host, mail.port, timeout=TIMEOUT)
            if mail.security == "starttls":
                self._smtp.starttls(context=ssl.create_default_context())
            if mail.user:
                self._smtp.login(mail.user, self.password)
            self._smtp.ehlo_or_helo_if_needed()
        except smtplib.SMTPAuthenticationError as error:
            self._drop()
            said = f"{error.smtp_code} {_text(error.smtp_error)}"
            raise KitError(
                f"{where}, refuses the login of {mail.user}: {said}.", f"Check user and {PASSWORD}."
            ) from None
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            hint = "Check host, port and security in [mail] of course.toml."
            raise KitError(
                f"Cannot connect to {where}, with security {mail.security!r}: {_reason(error)}.", hint
            ) from None
        return self._smtp

    def _refused(self, code: int, words: bytes | str) -> tuple[Fate, str]:
        """Make the connection ready for another message."""
        if code == 421 or not self._smtp:  # the server ends the connection
            self._drop()
        else:
            try:
                self._smtp.rset()
            except (smtplib.SMTPException, OSError):
                self._drop()
        return "refused", f"the server says {code} {_text(words)}"

    def _wait_for(self, seconds: float) -> None:
        if self._smtp and self._smtp.sock:
            self._smtp.sock.settimeout(seconds)

    def _drop(self) -> None:
        if self._smtp:
            self._smtp.close()
        self._smtp = None


def _text(words: bytes | str) -> str:
    return one_line(words.decode("utf-8", "replace") if isinstance(words, bytes) else words, 200)


def _reason(error: Exception) -> str:
    return one_line(str(error), 200) or type(error).__name__

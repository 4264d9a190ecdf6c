"""Messages as e-mails, by SMTP: standard library only, one attempt and one transaction for each time it is asked.

What goes wrong goes out as an error, so that the message waits and is tried again by whoever delivers.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from contextlib import suppress
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import Enum
from typing import Final

from funnelkit.adapters.letters import Box, Mail, Writer
from funnelkit.adapters.system import SystemClock
from funnelkit.errors import FunnelkitError, Invalid, Problem
from funnelkit.plain import digest
from funnelkit.ports.clock import Clock
from funnelkit.values.plan import Message

ENHANCED: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?!\S)")
"""The short code at the beginning of what a server says; all behind it may speak of a person."""

OPEN: Final = "a password is not sent in the open; use STARTTLS or SSL"
BOTH: Final = "a user and a password belong together"


class Security(Enum):
    """How the connection is kept from being read; each has the port that is usual for it."""

    # fmt: off
    STARTTLS = 587   # begins in the open, and goes on encrypted, or not at all
    SSL = 465        # encrypted from the start
    NONE = 25        # in the open: for a server on the same machine
    # fmt: on


class NotSent(FunnelkitError):
    """The server could not be reached, or did not take the mail: `code` is its answer, if it gave one.

    It says the template, the recipient's id and the server's code. What else the server said is left out: it may
    repeat an address, or a piece of the mail.
    """

    def __init__(self, message: Message, why: str, code: int | None = None) -> None:
        super().__init__(f"{message.template} for {message.recipient.value} {message.to!r}: {why}")
        self.template = message.template
        self.to = message.to
        self.code = code


class SmtpNotifier:
    """Sends each message as one mail with a plain and an HTML part. Safe under threads: it keeps no connection.

    A second copy of a message, after a failure, has the `Message-ID` of the first, so that a server or a reader's
    program can drop it. Raises Invalid for settings that do not fit each other.
    """

    def __init__(  # what a server asks for, all by name
        self,
        host: str,
        port: int | None = None,
        *,
        writer: Writer,
        security: Security = Security.STARTTLS,
        user: str | None = None,
        password: str | None = None,
        context: ssl.SSLContext | None = None,
        timeout: float = 30.0,
        hello: str | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Take a server and who writes. `port` None: the usual one. `timeout` in seconds, for each answer.

        `context`: which certificates are good; None: those that the machine trusts. `hello`: the name that this machine
        gives itself; None: what it is called. `clock`: for the date of a mail; None: the machine's.
        """
        problems = []
        if (user is None) is not (password is None):
            problems.append(Problem("password", BOTH))
        elif user is not None and security is Security.NONE:
            problems.append(Problem("security", OPEN))
        if not timeout > 0:
            problems.append(Problem("timeout", "seconds are needed, more than none"))
        if problems:
            raise Invalid(*problems)
        self._host, self._port = host, security.value if port is None else port
        self._writer, self._security = writer, security
        self._user, self._password = user, password
        self._context = context
        self._timeout, self._hello = timeout, hello
        self._clock = clock or SystemClock()

    def send(self, account: str, message: Message) -> None:
        """Send it, in one attempt. Raises NoAddress, NoText or NotSent."""
        mail = self._writer.write(account, message)
        wrong: Exception | None = None
        try:
            self._hand_over(self._ready(account, message, mail), mail)
        except (smtplib.SMTPException, MessageError, OSError, ValueError) as error:
            wrong = error
        if wrong is not None:  # raised out here, so that what the server said does not hang on it
            raise NotSent(message, *_said(wrong))

    def _ready(self, account: str, message: Message, mail: Mail) -> EmailMessage:
        ready = EmailMessage(policy=SMTP)
        ready["From"] = _header(mail.sender)
        ready["To"] = _header(mail.to)
        ready["Subject"] = mail.subject
        ready["Date"] = format_datetime(self._clock.now())
        ready["Message-ID"] = message_id(account, message.key, mail.sender[1])
        ready["Auto-Submitted"] = "auto-generated"
        ready.set_content(mail.text, cte="quoted-printable")  # seven bits, whatever the server takes
        ready.add_alternative(mail.html, subtype="html", cte="quoted-printable")
        return ready

    def _hand_over(self, ready: EmailMessage, mail: Mail) -> None:
        connection = self._connection()
        try:
            if self._security is Security.STARTTLS:
                connection.starttls(context=self._trusted())
            if self._user is not None and self._password is not None:
                connection.login(self._user, self._password)
            connection.send_message(ready, from_addr=mail.sender[1], to_addrs=[mail.to[1]])
            with suppress(smtplib.SMTPException, OSError):  # the server has it; a farewell that fails changes nothing
                connection.quit()
        finally:
            connection.close()

    def _connection(self) -> smtplib.SMTP:
        if self._security is Security.SSL:
            return smtplib.SMTP_SSL(
                self._host, self._port, self._hello, timeout=self._timeout, context=self._trusted()
            )  # fmt: skip
        return smtplib.SMTP(self._host, self._port, self._hello, timeout=self._timeout)

    def _trusted(self) -> ssl.SSLContext:
        return self._context or ssl.create_default_context()


def message_id(account: str, key: str, sender: str) -> str:
    """Give what a message is known by in the mail: the same for each attempt, and nothing can be read out of it."""
    domain = sender.rpartition("@")[2]
    return f"<{digest((account, key))}@{domain if domain.isascii() else 'funnelkit.invalid'}>"


def _header(box: Box) -> Address:
    user, _, domain = box[1].rpartition("@")
    return Address(box[0] or "", username=user, domain=domain)


def _said(error: Exception) -> tuple[str, int | None]:
    """Say what went wrong without a word of the server's, and its code."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        return _answered("the recipient was refused", code, text)
    if isinstance(error, smtplib.SMTPResponseException):
        return _answered(type(error).__name__, error.smtp_code, error.smtp_error)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return str(error), None  # smtplib's own words: no STARTTLS, no AUTH, no SMTPUTF8 for an address that needs it
    why = error.strerror if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException) else None
    return f"{type(error).__name__}{f': {why}' if why else ''}", None


def _answered(what: str, code: int, text: bytes | str) -> tuple[str, int]:
    enhanced = ENHANCED.match(text.decode("ascii", "replace") if isinstance(text, bytes) else text)
    return f"{what}: {code}{f' {enhanced[0]}' if enhanced else ''}", code

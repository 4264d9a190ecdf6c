"""Messages become mails: against a real SMTP server on loopback, and on the screen."""

from __future__ import annotations

import ast
import io
import re
import shutil
import socket
import ssl
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from hypothesis import example, given, settings
from hypothesis import strategies as st

import funnelkit.commands
from funnelkit import AGENCY, COACHING, FRANCHISE, STUDIO, TEAM, Actor, FunnelService, Invalid, Role
from funnelkit.adapters.console import ConsoleNotifier
from funnelkit.adapters.letters import (
    ENGLISH,
    Box,
    NoAddress,
    NoText,
    Template,
    Writer,
    addresses,
    names,
    placeholders,
)
from funnelkit.adapters.memory import FixedClock, MemoryObserver, MemoryStorage
from funnelkit.adapters.smtp import NotSent, Security, SmtpNotifier, message_id
from funnelkit.commands import (
    Accept,
    AddMember,
    Decline,
    DefineOffer,
    Invite,
    RecordPayment,
    SendAgain,
)
from funnelkit.ports.notifications import Notifier
from funnelkit.statuses.team import Team
from funnelkit.values.plan import Letter, Message
from funnelkit.values.token import NOBODYS, Token
from funnelkit.words import Channel, Purpose, Recipient

NOON: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
WEB: Final = Actor(id="web", role=Role.SYSTEM)
OLGA: Final = Actor(id="m-1", role=Role.OWNER)
CORA: Final = Actor(id="m-2", role=Role.COACH)
TEAM_BOX: Final = ("Acme Coaching", "team@acme.example")
OFFICE: Final = ("The office", "office@acme.example")
PAGE: Final = "https://acme.example/welcome"
LINK: Final = re.compile(re.escape(PAGE) + r"#(fki_[A-Za-z0-9_.-]+)")
MESSAGE: Final = Message(key="event-1:receipt", to="c-1", template="receipt", params={"contact": "c-1"})
LETTER: Final = Letter(
    key="event-1:invitation", to="c-1", template="invitation", invitation="i-1",
    params={"contact": "c-1", "sender": "account", "by": "m-1"}, token=Token("s" * 20, "v" * 43),
)  # fmt: skip

Crm: TypeAlias = FunnelService[Any, Any]


class Inbox:
    """What a mail server does with what comes: it keeps it, unless it was told to answer something else first."""

    def __init__(self, *answers: str, recipients: str | None = None, hangs_up: bool = False) -> None:
        self.answers = list(answers)
        self.recipients = recipients
        self.hangs_up = hangs_up
        self.mails: list[EmailMessage] = []
        self.envelopes: list[tuple[str, list[str]]] = []
        self.encrypted: list[bool] = []
        self.seven_bits: list[bool] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802  # the server asks for this name
        """Take the recipient, or none."""
        if self.recipients is not None:
            return self.recipients.format(address=address)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # the server asks for this name
        """Keep the mail, or give the next answer."""
        if self.answers:
            return self.answers.pop(0)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.seven_bits.append(envelope.content.isascii())
        self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        self.encrypted.append(session.ssl is not None)
        return "250 OK"

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # the server asks for this name
        """Say good-bye, or hang up without a word."""
        if self.hangs_up:
            server.transport.abort()
        return "221 Bye"


class Server(Controller):
    """A server on a port that is free: the system picks one, and the first look at it knows which."""

    def _trigger_server(self) -> None:
        self.port: int = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]  # it listens by now
        super()._trigger_server()  # type: ignore[no-untyped-call]  # it is not typed there


@contextmanager
def serving(inbox: Inbox, **settings: Any) -> Iterator[int]:
    """Run a server with this inbox, and give its port."""
    server = Server(inbox, hostname="127.0.0.1", port=0, server_hostname="localhost", **settings)
    server.start()
    try:
        yield server.port
    finally:
        server.stop()


def writer(storage: MemoryStorage, **more: Any) -> Writer:
    """Give a writer that finds everybody in the storage."""
    known = {"address": addresses(storage, OFFICE), "words": names(storage), "sender": TEAM_BOX, "url": PAGE}
    return Writer(**{**known, **more})


def to(name: str | None, address: str = "ada@x.example", **more: Any) -> Writer:
    """Give a writer that writes to this name and address, whatever the message."""
    return Writer(sender=TEAM_BOX, address=lambda account, message: (name, address), url=PAGE, **more)


def notifier(port: int, writer: Writer, **more: Any) -> SmtpNotifier:
    """Give a notifier for the server on this port, in the open unless told otherwise."""
    known: dict[str, Any] = {"security": Security.NONE, "timeout": 10, "hello": "localhost", "clock": FixedClock(NOON)}
    return SmtpNotifier("localhost", port, writer=writer, **{**known, **more})


class Office:
    """An account with an owner and a coach, in memory; it is given a notifier anew for each server."""

    def __init__(self) -> None:
        self.storage, self.clock, self.observer = MemoryStorage(), FixedClock(NOON), MemoryObserver()
        crm = self.with_notifier(None)
        crm.do(AddMember(id="m-1", name="Olga", role=Role.OWNER, email="olga@acme.example", by=WEB))
        crm.do(AddMember(id="m-2", name="Cora Çelik", role=Role.COACH, email="cora@acme.example", by=OLGA))
        crm.do(DefineOffer(id="five", name="Five sessions", sessions=5, by=OLGA))

    def with_notifier(self, notifier: Notifier | None) -> Crm:
        """Give the service with this notifier."""
        return FunnelService(
            TEAM, account="acme", storage=self.storage, clock=self.clock, notifier=notifier, observer=self.observer
        )

    def at(self, port: int, **more: Any) -> Crm:
        """Give the service that mails through the server on this port."""
        return self.with_notifier(notifier(port, writer(self.storage, **more)))


INVITE: Final[Invite[Any]] = Invite(
    name="Jörg Müller", email="joerg@x.example", status=Team.CLIENT, coach="m-2", packages=("five",),
    message="Welcome!\nWe start <soon>.", by=OLGA,
)  # fmt: skip


def part(mail: EmailMessage, kind: str) -> str:
    """Give the plain or the HTML part of a mail."""
    found = mail.get_body((kind,))
    assert found is not None
    return str(found.get_content()).replace("\r\n", "\n")


def token_in(mail: EmailMessage) -> str:
    """Give the token that both parts of a mail bring."""
    plain, html = (set(LINK.findall(part(mail, kind))) for kind in ("plain", "html"))
    assert plain == html
    (token,) = plain
    return str(token)


def words_of(mail: EmailMessage) -> list[str]:
    """Give all that the headers of a mail say."""
    return [f"{name}: {value}" for name, value in mail.items()]


def told(error: BaseException) -> str:
    """Give all that an error shows: its text, its arguments, and everything that hangs on it."""
    whole, here = "", traceback.TracebackException.from_exception(error)
    while True:
        whole += "".join(here.format_exception_only())
        further = here.__cause__ or here.__context__
        if further is None:
            return whole + repr(error.args) + repr(vars(error))
        here = further


# ---- the whole path


def test_an_invitation_arrives_in_both_parts_and_its_link_accepts() -> None:
    """The mail goes to the person, in the team's name, says who the coach is, and its link opens the portal."""
    office, inbox = Office(), Inbox()
    with serving(inbox) as port:
        crm = office.at(port)
        invitation = crm.do(INVITE)
        assert 2 == crm.deliver()
    mail = inbox.mails[0]
    assert ("team@acme.example", ["joerg@x.example"]) == inbox.envelopes[0]
    assert "Jörg Müller <joerg@x.example>" == mail["To"]
    assert "Acme Coaching <team@acme.example>" == mail["From"]
    assert "Acme Coaching invites you" == mail["Subject"]
    assert "Sun, 22 Nov 2026 12:00:00 +0000" == mail["Date"]
    assert "auto-generated" == mail["Auto-Submitted"]
    assert "multipart/alternative" == mail.get_content_type()
    assert ["text/plain", "text/html"] == [one.get_content_type() for one in mail.iter_parts()]
    for kind in ("plain", "html"):
        assert "Hello Jörg Müller," in part(mail, kind)
        assert "Your coach is Cora Çelik." in part(mail, kind)
    assert [True, True] == inbox.seven_bits
    assert "Welcome!\nWe start <soon>.\n" in part(mail, "plain")
    assert "<p>Welcome!<br>We start &lt;soon&gt;.</p>" in part(mail, "html")
    assert f'<a href="{PAGE}#fki_' in part(mail, "html")
    assert invitation.id == crm.do(Accept(token=token_in(mail))).id


def test_the_coach_of_somebody_elses_invitation_is_told_at_the_members_address() -> None:
    """The coach's mail goes to the member, names the client, and brings no link."""
    office, inbox = Office(), Inbox()
    with serving(inbox) as port:
        crm = office.at(port)
        crm.do(INVITE)
        crm.deliver()
    mail = inbox.mails[1]
    assert "Cora Çelik <cora@acme.example>" == mail["To"]
    assert "You have a new client" == mail["Subject"]
    assert "You are the coach of Jörg Müller now." in part(mail, "plain")
    assert "fki_" not in mail.as_string()


def test_an_invitation_from_ones_own_portal_bears_ones_own_name() -> None:
    """What a coach sends from the own portal comes in the coach's name, from the account's address."""
    office, inbox = Office(), Inbox()
    with serving(inbox) as port:
        crm = office.at(port)
        crm.do(Invite(name="Ada", email="ada@x.example", status=Team.CLIENT, by=CORA))
        assert 1 == crm.deliver()
    assert "Cora Çelik <team@acme.example>" == inbox.mails[0]["From"]
    assert "Cora Çelik invites you" == inbox.mails[0]["Subject"]
    assert "Cora Çelik invites you to our client portal." in part(inbox.mails[0], "plain")


def test_a_second_attempt_brings_another_link_under_the_same_id_and_both_are_good() -> None:
    """The server says no once: the message waits, leaves with a new link and the same id; the old link is good too."""
    office = Office()
    kept: list[EmailMessage] = []

    class Forgetful(Inbox):
        """Keeps what it then says it could not take, as a server may that breaks in between."""

        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # the server asks for this name
            """Keep it, and say no to the first."""
            await super().handle_DATA(server, session, envelope)
            kept.append(self.mails[-1])
            return "451 4.3.0 try again" if len(kept) == 1 else "250 OK"

    with serving(Forgetful()) as port:
        crm = office.at(port)
        crm.do(Invite(name="Ada", email="ada@x.example", status=Team.CLIENT, by=OLGA))
        assert 0 == crm.deliver()
        assert 1 == crm.deliver()
        assert 0 == crm.deliver()
    first, second = kept
    assert first["Message-ID"] == second["Message-ID"]
    tokens = (token_in(first), token_in(second))
    assert tokens[0] != tokens[1]
    assert [True, True] == [bool(crm.peek(token).decision) for token in tokens]
    crm.do(Accept(token=tokens[0]))
    assert [False, False] == [bool(crm.peek(token).decision) for token in tokens]


def test_what_is_sent_again_is_another_mail() -> None:
    """Sending again is no second copy: it has an id of its own, and the link of before is good no more."""
    office, inbox = Office(), Inbox()
    with serving(inbox) as port:
        crm = office.at(port)
        invitation = crm.do(Invite(name="Ada", email="ada@x.example", status=Team.CLIENT, by=OLGA))
        crm.deliver()
        crm.do(SendAgain(invitation=invitation.id, by=OLGA))
        crm.deliver()
    first, again = inbox.mails
    assert first["Message-ID"] != again["Message-ID"]
    assert "Acme Coaching invites you: a reminder" == again["Subject"]
    assert [False, True] == [bool(crm.peek(token_in(mail)).decision) for mail in (first, again)]


def test_without_a_server_messages_wait_and_none_is_lost() -> None:
    """Nobody listens: nothing leaves and the observer hears of it; later all of it leaves, once."""
    office, inbox = Office(), Inbox()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # it does not listen
        closed = office.at(taken.getsockname()[1])
        closed.do(INVITE)
        assert 0 == closed.deliver()
    failed = {"error": "NotSent", "dead": False}
    assert [
        ("failed", "acme", {"template": "invitation", **failed}),
        ("failed", "acme", {"template": "client_assigned", **failed}),
    ] == [heard for heard in office.observer.heard if heard[0] == "failed"]
    with serving(inbox) as port:
        assert 2 == office.at(port).deliver()
        assert 0 == office.at(port).deliver()
    assert [["joerg@x.example"], ["cora@acme.example"]] == [recipients for _, recipients in inbox.envelopes]


def test_the_account_hears_of_an_answer_where_there_is_no_coach() -> None:
    """What is for the account goes to the address that was given for it."""
    office, inbox = Office(), Inbox()
    with serving(inbox) as port:
        crm = office.at(port)
        crm.do(Invite(name="Ada", email="ada@x.example", status=Team.CLIENT, by=OLGA))
        crm.deliver()
        crm.do(Decline(token=token_in(inbox.mails[0])))
        crm.deliver()
    assert "The office <office@acme.example>" == inbox.mails[1]["To"]
    assert "Ada has declined the invitation." in part(inbox.mails[1], "plain")


def test_a_package_is_called_by_its_name() -> None:
    """Who has the portal and buys a further package reads what it is called."""
    office, inbox = Office(), Inbox()
    with serving(inbox) as port:
        crm = office.at(port)
        contact = crm.do(INVITE).contact
        crm.deliver()
        crm.do(Accept(token=token_in(inbox.mails[0])))
        crm.do(RecordPayment(payment="pi-1", offer="five", contact=contact, by=WEB))
        crm.deliver()
    assert ["A package was added for you"] == [m["Subject"] for m in inbox.mails if m["Subject"].startswith("A ")]
    assert "It is called Five sessions." in part(inbox.mails[-1], "plain")


# ---- what the server says


def test_a_refusal_says_the_code_and_nothing_of_the_person() -> None:
    """The server repeats the address in its answer; the error says the template, the id and the code."""
    inbox = Inbox(recipients="550 5.1.1 <{address}> is not known here")
    with serving(inbox) as port, pytest.raises(NotSent) as caught:
        notifier(port, to("Ada")).send("acme", LETTER)
    assert "invitation for contact 'c-1': the recipient was refused: 550 5.1.1" == str(caught.value)
    assert (550, "c-1", "invitation") == (caught.value.code, caught.value.to, caught.value.template)
    for secret in ("ada@x", "Ada", "vvv", "not known here"):
        assert secret not in told(caught.value)
    assert caught.value.__context__ is None


def test_an_answer_without_a_short_code_is_told_by_its_number() -> None:
    """What the server says in its own words is left out, whatever it is."""
    with serving(Inbox("554 v5.7.1 no fki_ here")) as port, pytest.raises(NotSent) as caught:
        notifier(port, to("Ada")).send("acme", LETTER)
    assert "invitation for contact 'c-1': SMTPDataError: 554" == str(caught.value)


def test_a_failed_farewell_is_no_reason_for_a_second_copy() -> None:
    """The server has taken the mail and then hangs up: that counts as sent."""
    office, inbox = Office(), Inbox(hangs_up=True)
    with serving(inbox) as port:
        crm = office.at(port)
        crm.do(Invite(name="Ada", email="ada@x.example", status=Team.CLIENT, by=OLGA))
        assert 1 == crm.deliver()
        assert 0 == crm.deliver()
    assert 1 == len(inbox.mails)


def test_the_id_of_a_mail_is_made_of_account_and_key() -> None:
    """Another account or another key is another id; neither can be read out of it; a strange domain does no harm."""
    one = message_id("acme", "event-1:invitation", "team@acme.example")
    assert one == message_id("acme", "event-1:invitation", "team@acme.example")
    others = {
        message_id(*other, "team@acme.example") for other in (("acme2", "event-1:invitation"), ("acme", "event-2"))
    }
    assert 3 == len({one, *others})
    assert re.fullmatch(r"<[0-9a-f]{32}@acme\.example>", one)
    assert message_id("acme", "event-1", "team@bücher.example").endswith("@funnelkit.invalid>")


# ---- encryption and log-in


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Give a key and a certificate for localhost that only who is told so trusts."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("the program openssl is needed to make a certificate")
    folder = tmp_path_factory.mktemp("certificate")
    key, found = folder / "key.pem", folder / "certificate.pem"
    asked = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    asked += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(found)]
    subprocess.run([openssl, *asked], check=True, capture_output=True)
    return key, found


@pytest.fixture
def shown(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    """Give what the server shows who it is by."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate[1], certificate[0])
    return context


@pytest.fixture
def trusted(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    """Give the trust in that certificate, and in no other."""
    return ssl.create_default_context(cafile=certificate[1])


def doorkeeper(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
    """Let in who has the password."""
    good = isinstance(given, LoginPassword) and (b"acme", b"open sesame") == (given.login, given.password)
    return AuthResult(success=good, handled=False)


def test_a_mail_goes_encrypted_by_starttls_after_a_log_in(shown: ssl.SSLContext, trusted: ssl.SSLContext) -> None:
    """The server takes mails only from who has logged in, and shows a certificate that is trusted."""
    inbox = Inbox()
    with serving(inbox, tls_context=shown, require_starttls=True, auth_required=True, authenticator=doorkeeper) as port:
        secured: dict[str, Any] = {"security": Security.STARTTLS, "context": trusted}
        notifier(port, to("Ada"), **secured, user="acme", password="open sesame").send("acme", LETTER)
        for wrong in ("closed sesame", "öffne dich"):
            with pytest.raises(NotSent) as caught:
                notifier(port, to("Ada"), **secured, user="acme", password=wrong).send("acme", LETTER)
            assert wrong not in told(caught.value)
    assert [True] == inbox.encrypted


def test_a_wrong_password_is_told_by_its_code(shown: ssl.SSLContext, trusted: ssl.SSLContext) -> None:
    """The error says that the log-in failed, with the server's code."""
    secured: dict[str, Any] = {"security": Security.STARTTLS, "context": trusted}
    with serving(Inbox(), tls_context=shown, authenticator=doorkeeper) as port, pytest.raises(NotSent) as caught:
        notifier(port, to("Ada"), **secured, user="acme", password="closed sesame").send("acme", LETTER)
    assert "invitation for contact 'c-1': SMTPAuthenticationError: 535 5.7.8" == str(caught.value)


def test_a_mail_goes_encrypted_from_the_start(shown: ssl.SSLContext, trusted: ssl.SSLContext) -> None:
    """A server that speaks nothing but TLS is spoken to in TLS."""
    inbox = Inbox()
    with serving(inbox, ssl_context=shown) as port:
        notifier(port, to("Ada"), security=Security.SSL, context=trusted).send("acme", LETTER)
    assert "Ada <ada@x.example>" == inbox.mails[0]["To"]


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.SSL])
def test_a_certificate_that_nobody_vouches_for_is_not_trusted(shown: ssl.SSLContext, security: Security) -> None:
    """Unless told otherwise, what the machine trusts is trusted; the mail waits."""
    inbox = Inbox()
    settings = {"ssl_context": shown} if security is Security.SSL else {"tls_context": shown}
    with serving(inbox, **settings) as port, pytest.raises(NotSent, match="SSLCertVerificationError"):
        notifier(port, to("Ada"), security=security).send("acme", LETTER)
    assert [] == inbox.mails


def test_what_is_to_go_encrypted_never_goes_in_the_open() -> None:
    """The server offers no STARTTLS: nothing is sent."""
    inbox = Inbox()
    with serving(inbox) as port, pytest.raises(NotSent, match="STARTTLS extension not supported"):
        SmtpNotifier("localhost", port, writer=to("Ada"), timeout=10).send("acme", LETTER)
    assert [] == inbox.mails


def test_settings_that_do_not_fit_are_told_together() -> None:
    """A password in the open, half a log-in, no time to answer: each is refused by its field."""
    for wrong, paths in (
        ({"user": "acme"}, ["password"]),
        ({"password": "open sesame", "timeout": 0}, ["password", "timeout"]),
        ({"user": "acme", "password": "open sesame", "security": Security.NONE}, ["security"]),
    ):
        with pytest.raises(Invalid) as caught:
            SmtpNotifier("localhost", writer=to("Ada"), **wrong)
        assert paths == [problem.path for problem in caught.value.problems]
        assert "sesame" not in told(caught.value)


def test_nothing_shows_the_password() -> None:
    """The notifier's repr says nothing of the log-in."""
    assert "sesame" not in repr(SmtpNotifier("localhost", writer=to("Ada"), user="acme", password="open sesame"))


# ---- names and addresses

HEADERS: Final = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
NASTY: Final = (
    "Ada\r\nBcc: eve@y.example",
    "Ada\nBcc: eve@y.example\n\n<script>alert(1)</script>",
    "=?utf-8?q?Ada=0D=0ABcc:_eve@y.example?=",
    "=?utf-8?b?QWRhDQpCY2M6IGV2ZUB5LmV4YW1wbGU=?= Ü",
    'Ada" <eve@y.example>, "x',
    "Müller, Ada <eve@y.example>",
    "Ada\u2028Bcc: eve@y.example\x85\x00",
    '"><script>alert(1)</script>{note}{0}',
)


def sent(name: str) -> EmailMessage:
    """Send a letter to this name in the name of such a one, and give the mail as it comes to be read."""
    inbox = Inbox()
    own = Letter(
        key="k", to="c-1", template="invitation", token=LETTER.token, note=name, invitation="i-1",
        params={"contact": "c-1", "sender": "member", "by": "m-1"},
    )  # fmt: skip
    told = {"by": name, "coach": name, "contact": name}
    with serving(inbox) as port:
        notifier(port, to(name, words=lambda account, message: told)).send("acme", own)
    return inbox.mails[0]


@pytest.mark.parametrize("name", NASTY)
def test_a_name_adds_no_header_no_recipient_and_no_markup(name: str) -> None:
    """Line breaks, encoded words, quotes, brackets and tags in a name are nothing but signs of the name."""
    mail = sent(name)
    assert HEADERS == list(mail.keys())
    assert ["ada@x.example"] == [address.addr_spec for address in mail["To"].addresses]
    assert ["team@acme.example"] == [address.addr_spec for address in mail["From"].addresses]
    assert "<script" not in part(mail, "html")
    assert {"p", "a", "br"} >= set(re.findall(r"<\s*/?\s*([a-z]+)", part(mail, "html")))
    assert "#fki_" in part(mail, "plain")
    assert not {"\r", "\x00", "\x85", "\u2028"} & {*part(mail, "plain"), *part(mail, "html")}


@settings(deadline=None)
@given(name=st.text(min_size=1, max_size=60))
@example(name="\x1e")
@example(name="=\u200d?utf-8?q?x=0D=0A?=")
def test_whatever_the_name_the_headers_are_the_same(name: str) -> None:
    """Any text as a name of the reader and the sender leaves one recipient, one sender and no header more."""
    told = {"by": name}
    letter = Letter(key="k", to="c", template="invitation", params={"sender": "member"}, token=NOBODYS)
    written = to(name, words=lambda account, message: told).write("acme", letter)
    ready = SmtpNotifier("localhost", writer=to(None))._ready("acme", letter, written)  # noqa: SLF001  # no server needed
    mail = message_from_bytes(ready.as_bytes(), policy=policy.default)
    assert HEADERS == list(mail.keys())
    assert ["ada@x.example"] == [address.addr_spec for address in mail["To"].addresses]
    assert ["team@acme.example"] == [address.addr_spec for address in mail["From"].addresses]
    assert "\n" not in str(mail["Subject"])


PERSIAN: Final = "\u0646\u0627\u0645\u200c\u0647\u0627"


@pytest.mark.parametrize("name", ["Jörg Müller", "名前, さん", PERSIAN, 'Zoë "Zo" O\'Brien', "🙂"])
def test_names_of_any_script_arrive_as_they_are_written(name: str) -> None:
    """Umlauts, other scripts, quotes and emoji are the same in the header and in the text."""
    mail = sent(name)
    assert [name] == [address.display_name for address in mail["To"].addresses]
    assert f"Hello {name},\n" in part(mail, "plain")


def test_an_address_that_is_not_ascii_goes_where_the_server_takes_it() -> None:
    """With SMTPUTF8 it arrives; without, nothing is sent, and the error says what was asked for."""
    taken, refused = Inbox(), Inbox()
    with serving(taken, enable_SMTPUTF8=True) as port:
        notifier(port, to("Jörg", "jörg@bücher.example")).send("acme", LETTER)
    assert [("team@acme.example", ["jörg@bücher.example"])] == taken.envelopes
    assert "Jörg <jörg@bücher.example>" == taken.mails[0]["To"]
    with serving(refused, enable_SMTPUTF8=False) as port, pytest.raises(NotSent, match="SMTPUTF8") as caught:
        notifier(port, to("Jörg", "jörg@bücher.example")).send("acme", LETTER)
    assert [] == refused.mails
    assert "bücher" not in told(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "eve@y.example,ada@x.example",
        "<ada@x.example>",
        "ada(x)@x.example",
        '"ada"@x.example',
        "=?utf-8?q?a=0D=0ABcc?=@x.example",
        "ada@x.example\r\nBcc: eve@y.example",
        "ada@x.example>",
        "ada;eve@x.example",
        "ada",
    ],
)
def test_an_address_that_is_more_than_an_address_is_refused(address: str) -> None:
    """Lists, brackets, comments, quotes, encoded words and line breaks are not written into a mail."""
    with pytest.raises(NoAddress) as caught:
        to("Ada", address).write("acme", LETTER)
    assert "invitation for contact 'c-1': the address cannot be written to" == str(caught.value)
    assert "x.example" not in told(caught.value)


def test_blanks_around_an_address_are_no_part_of_it() -> None:
    """An address is kept as it was typed; the mail goes to the address alone."""
    assert ("Ada", "ada@x.example") == to("Ada", "  ada@x.example ").write("acme", LETTER).to


# ---- nobody there


def test_who_is_not_known_gets_no_mail_and_the_error_names_no_address() -> None:
    """Unknown contacts and members, people without an address, an account without one, another channel: all told."""
    office = Office()
    crm = office.with_notifier(None)
    crm.do(AddMember(id="m-3", name="Nameless", role=Role.ADMIN, by=OLGA))
    written = writer(office.storage, address=addresses(office.storage))
    for message, why in (
        (Message(key="k", to="c-9", template="package_added"), "package_added for contact 'c-9': nobody knows"),
        (
            Message(key="k", to="m-9", template="client_assigned", recipient=Recipient.COACH),
            "client_assigned for coach 'm-9': nobody knows",
        ),
        (
            Message(key="k", to="m-3", template="client_assigned", recipient=Recipient.COACH),
            "client_assigned for coach 'm-3': nobody knows",
        ),
        (
            Message(key="k", to="account", template="invitation_declined", recipient=Recipient.COACH),
            "invitation_declined for coach 'account': nobody knows",
        ),
        (
            Message(key="k", to="m-2", template="client_assigned", recipient=Recipient.COACH, channel=Channel.TEXT),
            "client_assigned for coach 'm-2': it is to go by text, not by e-mail",
        ),
    ):
        with pytest.raises(NoAddress, match=re.escape(why)) as caught:
            written.write("acme", message)
        assert message.to == caught.value.to
        assert "Nameless" not in told(caught.value)


def test_a_contact_is_not_looked_for_among_the_members() -> None:
    """A contact with a member's id does not get the member's mail, nor one who is called account the account's."""
    office = Office()
    find = addresses(office.storage, OFFICE)
    assert find("acme", Message(key="k", to="m-1", template="t")) is None
    assert find("acme", Message(key="k", to="account", template="t")) is None
    assert OFFICE == find("acme", Message(key="k", to="account", template="t", recipient=Recipient.COACH))


def test_another_accounts_people_are_not_found() -> None:
    """An address is looked for in the account of the message only."""
    office = Office()
    message = Message(key="k", to="m-2", template="t", recipient=Recipient.COACH, params={"coach": "m-2"})
    assert ("Cora Çelik", "cora@acme.example") == addresses(office.storage)("acme", message)
    assert addresses(office.storage)("other", message) is None
    assert {"coach": None, "by": None, "contact": None, "package": None} == names(office.storage)("other", message)


# ---- what is said


def sent_by_the_library() -> set[str]:
    """Read out of the source which templates the commands send, and of the funnels which ones their MAILS name."""
    found = {mail.template for funnel in (AGENCY, COACHING, FRANCHISE, STUDIO, TEAM) for mail in funnel.mails}
    for path in Path(funnelkit.commands.__file__).parent.glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", None)
            place = {"tell_coach": 2, "send": 2, "mail_invitation": 2}.get(str(name))
            given = [] if place is None else call.args[place:]
            given += [keyword.value for keyword in call.keywords if keyword.arg == "tells"]
            found |= {one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return found


def test_there_is_a_text_for_every_message_that_the_library_sends() -> None:
    """No template is missing, and none is there that nothing sends."""
    assert sent_by_the_library() == set(ENGLISH)


def test_every_text_of_ours_can_be_written_with_what_is_always_told() -> None:
    """With nothing but the ids of the message, each template makes a mail that says something."""
    for key in ENGLISH:
        plain = {"contact": "c-1"}
        message = Message(key="k", to="c-1", template=key, params=plain)
        if "link" in placeholders(ENGLISH[key].text):
            message = Letter(key="k", to="c-1", template=key, params=plain, token=LETTER.token)
        mail = to(None).write("acme", message)
        assert "" not in (mail.subject.strip(), mail.text.strip(), mail.html.strip())
        assert "None" not in mail.text + mail.html + mail.subject
        assert "Hello" not in mail.text


def test_a_line_for_which_there_is_nothing_to_say_is_left_out() -> None:
    """No note, no coach: the sentences about them are not there, and no gap is left."""
    text = to("Ada").write("acme", LETTER).text
    assert "Your coach" not in text
    assert "\n\n\n" not in text
    assert text.startswith("Hello Ada,\n\nAcme Coaching invites you to our client portal.\n\nHere you can accept")


def test_a_host_brings_its_own_texts_by_template_and_language() -> None:
    """A table of templates is chosen for each message; what it says comes from there."""
    german = {"receipt": Template.of("Ihre Quittung", "Guten Tag {name},", "danke & bis bald, Ihr {team} ({stage})")}
    english = {"receipt": Template("Your receipt", "Thanks, {name}", "<b>{{Thanks}}, {name}</b>")}
    speaks = {"c-1": german, "c-2": english}
    written = to("Jörg & Söhne", templates=lambda account, message: speaks[message.to])
    params = {"stage": "a<b"}
    mail = written.write("acme", Message(key="k", to="c-1", template="receipt", params=params))
    assert "Ihre Quittung" == mail.subject
    assert "Guten Tag Jörg & Söhne,\n\ndanke & bis bald, Ihr Acme Coaching (a<b)\n" == mail.text
    assert (
        "<p>Guten Tag Jörg &amp; Söhne,</p>\n<p>danke &amp; bis bald, Ihr Acme Coaching (a&lt;b)</p>\n"
    ) == mail.html
    mail = written.write("acme", Message(key="k", to="c-2", template="receipt"))
    assert "<b>{Thanks}, Jörg &amp; Söhne</b>" == mail.html


def test_what_cannot_be_said_is_an_error_with_its_reason() -> None:
    """No template, a word that nobody told, no page for a link, a template that forgets it, an empty subject."""
    plain = Message(key="k", to="c-1", template="receipt")
    bare = Template("Welcome", "Welcome", "Welcome")
    half = Template("Welcome", "{link}", "Welcome")
    strange = {"receipt": Template("{weather}", "{weather}", "{mood}")}
    for asked, message, why in (
        (to("Ada"), plain, "receipt for contact 'c-1': there is no template"),
        (to("Ada", templates=strange), plain, "receipt for contact 'c-1': nobody told what to say for {weather}"),
        (to("Ada", templates={"invitation": bare}), LETTER, "the template does not say {link}"),
        (to("Ada", templates={"invitation": half}), LETTER, "the template does not say {link}"),
        (Writer(sender=TEAM_BOX, address=lambda *_: ("Ada", "a@x.example")), LETTER, "give the writer the url"),
        (to(None, templates={"receipt": Template("{name}", "x", "x")}), plain, "there is no word for its subject"),
    ):
        with pytest.raises(NoText, match=re.escape(why)) as caught:
            asked.write("acme", message)
        assert "vvv" not in told(caught.value)


@pytest.mark.parametrize(
    ("parts", "paths"),
    [
        (("{link}", "x", "x"), ["subject"]),
        (("for you: {note}", "x", "x"), ["subject"]),
        (("one\ntwo", "x", "x"), ["subject"]),
        (("x", "{name.__class__}", "x"), ["text"]),
        (("x", "{name!r}", "x"), ["text"]),
        (("x", "{name:>99}", "x"), ["text"]),
        (("x", "{0}", "{}"), ["text", "html"]),
        (("x", "x", "p { color: red }"), ["html"]),
        (("x", "{name", "x}"), ["text", "html"]),
        (("", "", ""), ["subject", "text", "html"]),
    ],
)
def test_a_template_that_cannot_be_filled_does_not_come_to_be(parts: tuple[str, str, str], paths: list[str]) -> None:
    """A link in a subject, more than a name in braces, lone braces, nothing at all: told by the part."""
    with pytest.raises(Invalid) as caught:
        Template(*parts)
    assert paths == [problem.path for problem in caught.value.problems]


def test_a_sender_and_a_page_are_looked_at_when_the_writer_is_made() -> None:
    """A wrong address or page is told at the start, and not by the first message."""

    def nobody(account: str, message: Message) -> Box | None:
        return None

    for sender, url, paths in (
        (("Acme", "acme"), PAGE, ["sender"]),
        (("Acme", "a,b@acme.example"), "acme.example", ["sender", "url"]),
        (TEAM_BOX, "javascript:alert(1)", ["url"]),
        (TEAM_BOX, PAGE + "#top", ["url"]),
    ):
        with pytest.raises(Invalid) as caught:
            Writer(sender=sender, address=nobody, url=url)
        assert paths == [problem.path for problem in caught.value.problems]


# ---- the token


def test_the_token_stands_in_the_body_and_nowhere_else() -> None:
    """No header, no repr, no event, nothing that the observer hears, and no error shows it; nor does the id."""
    office, inbox = Office(), Inbox("554 5.7.1 no")
    with serving(inbox) as port:
        crm = office.at(port)
        invitation = crm.do(Invite(name="Ada", email="ada@x.example", status=Team.CLIENT, by=OLGA))
        crm.deliver()
        crm.deliver()
    (mail,) = inbox.mails
    secret = token_in(mail).partition(".")[2]
    selector = token_in(mail).partition(".")[0].removeprefix("fki_")
    assert 43 == len(secret)
    written = to("Ada").write("acme", LETTER)
    shown = [*words_of(mail), *map(repr, crm.history(invitation.contact)), repr(office.observer.heard)]
    for text in shown:
        assert secret not in text
        assert selector not in text
    assert "Mail()" == repr(written)
    assert "vvv" not in repr(to("Ada")) + repr(LETTER)


# ---- on the screen


def test_the_console_prints_ids_template_and_parameters_and_no_token() -> None:
    """Who looks on sees what would be sent to whom, by ids; neither the token, nor a name, nor the note."""
    out = io.StringIO()
    office = Office()
    crm = office.with_notifier(ConsoleNotifier(out))
    crm.do(INVITE)
    assert 2 == crm.deliver()
    assert [
        "acme: invitation to contact contact-1 by email",
        "  by: m-1",
        "  coach: m-2",
        "  contact: contact-1",
        "  round: 1",
        "  sender: account",
        "  token: not shown",
        "acme: client_assigned to coach m-2 by email",
        "  contact: contact-1",
    ] == out.getvalue().splitlines()


def test_the_console_shows_the_token_when_it_is_asked_to() -> None:
    """With `reveal`, the token that is printed opens the invitation."""
    out = io.StringIO()
    crm = Office().with_notifier(ConsoleNotifier(out, reveal=True))
    crm.do(Invite(name="Ada", email="ada@x.example", status=Team.CLIENT, by=OLGA))
    crm.deliver()
    (token,) = re.findall(r"token: (fki_\S+)", out.getvalue())
    assert crm.peek(token).decision


def test_the_console_shows_the_mail_with_a_writer_and_hides_its_link() -> None:
    """A demo shows what the mail says; where the link goes is shown, and its token only if asked for."""
    hidden, open_ = io.StringIO(), io.StringIO()
    for out, reveal in ((hidden, False), (open_, True)):
        ConsoleNotifier(out, writer=to("Ada"), reveal=reveal).send("acme", LETTER)
    assert "  Acme Coaching invites you\n\n  Hello Ada,\n" in hidden.getvalue()
    assert f"  {PAGE}#…\n" in hidden.getvalue()
    assert "fki_" not in hidden.getvalue()
    assert f"  {PAGE}#{LETTER.token.reveal()}\n" in open_.getvalue()


def test_the_console_prints_to_the_screen_unless_told_where(capsys: pytest.CaptureFixture[str]) -> None:
    """Without an argument it is the standard output; a parameter keeps to its line."""
    ConsoleNotifier().send(
        "acme", Message(key="k", to="c-1", template="news", params={"a": "x\ny"}, purpose=Purpose.MARKETING)
    )
    assert "acme: news to contact c-1 by email\n  a: x y\n" == capsys.readouterr().out


def test_the_import_brings_no_mail() -> None:
    """A fresh `import funnelkit` loads neither smtplib nor ssl."""
    program = (
        "import sys; old = {*sys.modules}; import funnelkit; print(sorted({'smtplib', 'ssl'} & ({*sys.modules} - old)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert "[]" == done.stdout.strip()

"""What a message says, and to whom: templates, words to fill them with, and the mail that comes of it.

The clear text of a link goes into the body of a mail, and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from html import escape
from string import Formatter
from typing import Final, TypeAlias

from attrs import field, frozen

from funnelkit.errors import FunnelkitError, gather, invalid
from funnelkit.ports.storage import Storage
from funnelkit.values.checks import Checked, asks, email, long_text
from funnelkit.values.plan import THE_ACCOUNT, Letter, Message
from funnelkit.values.token import NOBODYS, link
from funnelkit.words import Channel, Recipient, Sender

Box: TypeAlias = tuple[str | None, str]
"""A name, or None, and an e-mail address."""
Address: TypeAlias = Callable[[str, Message], Box | None]
"""Gives where a message of an account goes, or None where nobody knows."""
Words: TypeAlias = Callable[[str, Message], Mapping[str, str | None]]
"""Gives words to fill a template with, by placeholder; None: there is nothing to say."""

WORDS: Final = ("name", "sender", "team", "contact", "coach", "by", "package", "link", "note")
"""Every template may say these: the reader, in whose name it comes, and the account, always; the rest where it is so.

What else stands in `params` can be said, too: the ids of an invitation, a campaign, a pipeline, a stage.
"""

IN_THE_BODY: Final = frozenset({"link", "note"})
"""What no header may hold: the subject says neither."""

JOINERS: Final = "\u200c\u200d"
"""Signs that are not printed and still belong to names: they join letters, or keep them apart."""


class NotWritten(FunnelkitError):
    """A message of which no mail can be made. It says why, the template and the recipient's id, and no address."""

    def __init__(self, message: Message, why: str) -> None:
        super().__init__(f"{message.template} for {message.recipient.value} {message.to!r}: {why}")
        self.template = message.template
        self.to = message.to


class NoAddress(NotWritten):
    """Nobody knows an e-mail address for the recipient; or it is none that a mail can be sent to."""


class NoText(NotWritten):
    """There is no template; or it asks for a word that nobody told."""


def _named(line: str) -> Iterable[str]:
    """Give the placeholders of a line. Raises ValueError for braces that do not fit, and for more than a name."""
    for _, name, how, conversion in Formatter().parse(line):
        if name is not None:
            if not name.isidentifier() or how or conversion:
                raise ValueError
            yield name


def _text(value: object) -> str | None:
    """A text with placeholders: `{name}`, and `{{` for a brace."""
    wrong = long_text(value)
    if wrong is None:
        try:
            for line in str(value).split("\n"):
                list(_named(line))
        except ValueError:
            return "a placeholder is a name in braces on one line, {name}; a brace of the text itself is doubled: {{"
    return wrong


def _subject(value: object) -> str | None:
    """A line with placeholders, and without what only the body may say."""
    wrong = _text(value)
    if wrong is None and "\n" in str(value):
        return "a subject has one line"
    if wrong is None and IN_THE_BODY & {*_named(str(value))}:
        return "a subject is read on the way: {link} and {note} stand in the text and the HTML only"
    return wrong


@frozen
class Template(Checked):
    """What one message says, with placeholders such as {name}: subject, plain text, HTML. Raises Invalid.

    A line with a placeholder for which there is nothing to say is left out; so an optional sentence is one line. In
    the HTML every word is escaped, and a brace of the HTML itself is doubled.
    """

    subject: str = field(metadata=asks(_subject))
    text: str = field(metadata=asks(_text))
    html: str = field(metadata=asks(_text))

    @classmethod
    def of(cls, subject: str, *paragraphs: str) -> Template:
        """Write both parts from plain paragraphs: what is left out, is so by paragraph."""
        flat = [" ".join(paragraph.split()) for paragraph in paragraphs]
        rich = [escape(paragraph, quote=False).replace("{link}", ANCHOR) for paragraph in flat]
        return cls(subject, "\n\n".join(flat) + "\n", "".join(f"<p>{paragraph}</p>\n" for paragraph in rich))


ANCHOR: Final = '<a href="{link}">{link}</a>'
HELLO: Final = "Hello {name},"
COACH: Final = "Your coach is {coach}."
ANSWER: Final = "Here you can accept the invitation, or decline it:"
CARE: Final = (
    "The link is meant for you alone and is good for a limited time. If you do not know what this is about, ignore it."
)

ENGLISH: Final[Mapping[str, Template]] = {
    # to the contact
    "invitation": Template.of(
        "{sender} invites you", HELLO, "{sender} invites you to our client portal.", COACH, "{note}", ANSWER, "{link}",
        CARE,
    ),
    "invitation_again": Template.of(
        "{sender} invites you: a reminder", HELLO,
        "{sender} has invited you to our client portal; the invitation still waits.",
        COACH, "{note}", ANSWER, "{link}", "Links of earlier messages are good no more.", CARE,
    ),
    "package_added": Template.of(
        "A package was added for you", HELLO, "You can use a further package now.", "It is called {package}.", "{team}"
    ),
    "product_credentials": Template.of(
        "Your purchase", HELLO, "Thank you for your purchase.",
        "An account was made for you, in which you find what you bought.", "{team}",
    ),
    "account_details": Template.of(
        "Your account", HELLO, "Thank you for accepting the agreement.", "An account was made for you.", "{team}"
    ),
    # to a member, or to the account
    "client_assigned": Template.of("You have a new client", HELLO, "You are the coach of {contact} now.", "{team}"),
    "client_handed_over": Template.of(
        "You have handed over a client", HELLO, "You are not the primary coach of {contact} any more.", "{team}"
    ),
    "invitation_accepted": Template.of(
        "An invitation was accepted", HELLO, "{contact} has accepted the invitation.", "{team}"
    ),
    "invitation_declined": Template.of(
        "An invitation was declined", HELLO, "{contact} has declined the invitation.", "{team}"
    ),
    "contact_registered": Template.of("Somebody has registered", HELLO, "{contact} has registered.", "{team}"),
}  # fmt: skip
"""What the messages say that this library's commands and funnels send; those of a host's pipelines are the host's."""


@frozen(kw_only=True)
class Mail:
    """A message as a mail says it, all filled in. It shows nothing of that: the link stands in it."""

    to: Box = field(repr=False)
    sender: Box = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)


def _url(value: str | None) -> None:
    if value is not None:
        link(value, NOBODYS)


@frozen(kw_only=True)
class Writer:
    """Makes a mail of a message. Raises Invalid for a sender or a page that cannot be one.

    `templates` may be chosen for each message, e.g. by the reader's language:
    `lambda account, message: GERMAN if speaks_german(message.to) else ENGLISH`.
    """

    sender: Box
    """The account's name and the address that mails come from; an invitation in one's own name bears that name."""
    address: Address
    """Where a message goes: `addresses(storage)`, or a host's own."""
    words: Words | None = None
    """What it can say besides: `names(storage)`, or a host's own. None: contacts are called by their ids."""
    templates: Mapping[str, Template] | Callable[[str, Message], Mapping[str, Template]] = field(
        default=ENGLISH, repr=False
    )
    url: str | None = None
    """Your page that an invitation's link leads to: it asks the person, and sends the token on to `Accept`."""

    def __attrs_post_init__(self) -> None:
        """Look at what the host has set before the first message is lost on it."""
        wrong = email(self.sender[1])

        def sender() -> None:
            if wrong is not None or not sendable(self.sender[1]):
                raise invalid("sender", wrong or "is no address that a mail can come from")

        gather(sender, lambda: _url(self.url))

    def write(self, account: str, message: Message, *, reveal: bool = True) -> Mail:
        """Write it. Raises NoAddress or NoText. `reveal` False: the link is there without its token."""
        to = self._to(account, message)
        template = self._template(account, message)
        words = self._words(account, message, to, reveal=reveal)
        own = words["by"] if _in_ones_own_name(message) else None
        subject = one_line(filled(template.subject, words, message))
        if not subject:
            raise NoText(message, "there is no word for its subject")
        html = {name: None if word is None else _marked_up(word) for name, word in words.items()}
        return Mail(
            to=to, sender=(own or one_line(self.sender[0] or "") or None, self.sender[1]), subject=subject,
            text=filled(template.text, words, message), html=filled(template.html, html, message),
        )  # fmt: skip

    def _to(self, account: str, message: Message) -> Box:
        if message.channel is not Channel.EMAIL:
            raise NoAddress(message, f"it is to go by {message.channel.value}, not by e-mail")
        found = self.address(account, message)
        if found is None:
            raise NoAddress(message, "nobody knows an e-mail address")
        name, address = found[0], found[1].strip()
        if email(address) is not None or not sendable(address):
            raise NoAddress(message, "the address cannot be written to")
        return one_line(name or "") or None, address

    def _template(self, account: str, message: Message) -> Template:
        table = self.templates(account, message) if callable(self.templates) else self.templates
        found = table.get(message.template)
        if found is None:
            raise NoText(message, "there is no template")
        if isinstance(message, Letter) and not all("link" in placeholders(part) for part in (found.text, found.html)):
            raise NoText(message, "the template does not say {link} in the text and in the HTML")
        return found

    def _words(self, account: str, message: Message, to: Box, *, reveal: bool) -> dict[str, str | None]:
        """Give all that can be said, each on one line, the note apart."""
        params, team = message.params, one_line(self.sender[0] or "") or self.sender[1]
        told: dict[str, str | None] = {key: word for key, word in params.items() if key not in WORDS}
        told |= {**dict.fromkeys(WORDS), "contact": params.get("contact")}
        told |= self.words(account, message) if self.words is not None else {}
        said = {key: None if word is None else one_line(word) or None for key, word in told.items()}
        by = said["by"] if _in_ones_own_name(message) else None
        said |= {"name": to[0], "team": team, "sender": by or team}
        if isinstance(message, Letter):
            if self.url is None:
                raise NoText(message, "give the writer the url of your page, so that there is a link")
            said["link"] = link(self.url, message.token) if reveal else f"{self.url}#…"
            said["note"] = None if message.note is None else _lines(message.note)
        return said


def placeholders(text: str) -> frozenset[str]:
    """Give what a text of a template asks for."""
    return frozenset(name for line in text.split("\n") for name in _named(line))


def filled(text: str, words: Mapping[str, str | None], message: Message) -> str:
    """Fill a text line by line; one for which there is nothing to say is left out. Raises NoText for what none told."""
    unknown = sorted(placeholders(text) - set(words))
    if unknown:
        raise NoText(message, f"nobody told what to say for {', '.join(f'{{{name}}}' for name in unknown)}")
    lines: list[str] = []
    for line in text.split("\n"):
        told = {name: words[name] for name in _named(line)}
        after_a_gap = not lines or not lines[-1].strip()
        if all(told.values()) and not (after_a_gap and not line.strip()):
            lines.append(line.format_map(told))
    return "\n".join(lines)


def one_line(text: str) -> str:
    """Give a text as a header may hold it: one line, no control signs, nothing that is read as an encoded word.

    Python's own headers decode `=?utf-8?q?…?=` in what they are given, line breaks included.
    """
    shown = "".join(sign if sign.isprintable() or sign in JOINERS else " " for sign in text)
    return " ".join(shown.split()).replace("=?", "= ?")


def sendable(address: str) -> bool:
    """Whether an address can stand in a header and in a mail's envelope as it is: no comment, list, quote or route.

    Letters of any script are; whether the server takes them is the server's to say.
    """
    return ADDRESS.fullmatch(address) is not None and address.isprintable() and "=?" not in address


ADDRESS: Final = re.compile(r"""[^\s@()<>\[\]:;,"\\]+@[^\s@()<>\[\]:;,"\\]+""")


def addresses(storage: Storage, account: Box | None = None) -> Address:
    """Find addresses in the storage: of contacts among persons, of coaches among members.

    `account`: the name and address for what is for the account as a whole.
    """

    def address(of: str, message: Message) -> Box | None:
        if message.recipient is Recipient.COACH and message.to == THE_ACCOUNT:
            return account
        with storage.transaction(of) as stores:
            people = stores.persons if message.recipient is Recipient.CONTACT else stores.members
            found = people.get(message.to)
        return None if found is None or found.email is None else (found.name, found.email)

    return address


def names(storage: Storage) -> Words:
    """Find names in the storage: of the contact, the coach, whoever invites, and the package.

    A contact whose name the host keeps to itself is called by the id.
    """

    def words(of: str, message: Message) -> Mapping[str, str | None]:
        said, params = dict[str, str | None](), message.params
        with storage.transaction(of) as stores:
            for key in ("coach", "by"):
                member = stores.members.get(params[key]) if key in params else None
                said[key] = None if member is None else member.name
            person = stores.persons.get(params["contact"]) if "contact" in params else None
            said["contact"] = params.get("contact") if person is None else person.name
            package = stores.packages.get(params["package"]) if "package" in params else None
            offer = None if package is None else stores.offers.get(package.offer)
            said["package"] = None if offer is None else offer.name
        return said

    return words


def _lines(text: str) -> str:
    """Give a text of several lines as a body may hold it."""
    shown = ("".join(s if s.isprintable() or s in JOINERS else " " for s in line) for line in text.splitlines())
    return "\n".join(line.rstrip() for line in shown).strip("\n")


def _in_ones_own_name(message: Message) -> bool:
    return message.params.get("sender") == Sender.MEMBER.value


def _marked_up(word: str) -> str:
    return escape(word).replace("\n", "<br>")

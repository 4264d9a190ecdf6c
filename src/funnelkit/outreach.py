"""WHO IS REACHED: whom a segment picks, which campaigns there are, and what leaves now. It decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar
from warnings import warn

from attrs import evolve, field, fields, frozen

from funnelkit.asking import asked
from funnelkit.commands.campaigns import seen
from funnelkit.commands.invitations import minted
from funnelkit.decisions import Decision
from funnelkit.errors import NotFound, invalid
from funnelkit.funnel import Funnel
from funnelkit.ports.clock import Clock
from funnelkit.ports.notifications import Notifier
from funnelkit.ports.observer import Observer
from funnelkit.ports.outbox import Waiting
from funnelkit.ports.storage import Storage, Transaction
from funnelkit.rules import outreach
from funnelkit.stored import StoredView, place_of, was_erased
from funnelkit.table import Status
from funnelkit.times import instant
from funnelkit.values.contact import Contact
from funnelkit.values.outreach import Campaign, Segment
from funnelkit.values.plan import Letter, Message
from funnelkit.values.token import Token
from funnelkit.words import Recipient, Standing

S = TypeVar("S", bound=Status)
R = TypeVar("R", bound=StrEnum)


@frozen(kw_only=True)
class Pick(Generic[S]):
    """A contact that a segment is for: whether it is picked for a campaign, and why. Names show in no repr."""

    contact: str
    name: str | None = field(repr=False)
    """None where the host keeps names to itself."""
    status: S
    why: Decision = field(repr=False)


@frozen(kw_only=True)
class Audience(Generic[S]):
    """Whom a segment is for, in the order in which they came: who is picked, and who is left out."""

    picked: tuple[Pick[S], ...]
    left_out: tuple[Pick[S], ...]


class Outreach(Generic[S, R]):
    """What can be asked about campaigns; and the release of messages."""

    funnel: Funnel[S, R]
    account: str
    zone: str
    zones: Mapping[str, str]
    _storage: Storage
    _clock: Clock
    _notifier: Notifier | None
    _token: Callable[[], Token]
    _observer: Observer | None

    @asked
    def segment(self, segment: Segment) -> Audience[S]:
        """Give whom a segment is for now, each with the decision on whether a campaign picks them; in two queries.

        Two more for each of them that is archived: who was erased is not picked.
        Raises Invalid for a status that the funnel does not have.
        """
        funnel: Funnel[Status, StrEnum] = self.funnel
        asked, now = outreach.segment_of(funnel, segment), instant(self._clock.now(), "clock")
        with self._storage.transaction(self.account, write=False) as stores:
            every = list(stores.contacts.every(self.funnel.name))
            persons = stores.persons.many([contact.id for contact in every])
            cases = ((contact, seen(contact, persons.get(contact.id), now)) for contact in every)
            meant = [(contact, case) for contact, case in cases if outreach.is_meant(funnel, asked, case)]
            put_away = (contact.id for contact, _ in meant if contact.standing is Standing.ARCHIVED)
            gone = {contact for contact in put_away if was_erased(stores, contact, (self.funnel.name,))}
        picks: list[Pick[S]] = []
        for contact, case in meant:
            person = persons.get(contact.id)
            name, status = None if person is None else person.name, self.funnel.status(contact.status)
            why = outreach.may_pick(funnel, evolve(case, there=contact.id not in gone))
            picks.append(Pick(contact=contact.id, name=name, status=status, why=why))
        return Audience(
            picked=tuple(pick for pick in picks if pick.why), left_out=tuple(pick for pick in picks if not pick.why)
        )

    @asked
    def campaign(self, campaign: str) -> Campaign:
        """Give a campaign with its members."""
        with self._storage.transaction(self.account, write=False) as stores:
            return StoredView(stores, self.funnel.name).campaign(campaign)

    def campaigns(self) -> tuple[Campaign, ...]:
        """Give all campaigns of the funnel, in the order in which they were made."""
        with self._storage.transaction(self.account, write=False) as stores:
            return tuple(stores.campaigns.every(self.funnel.name))

    def withheld(self) -> tuple[Message, ...]:
        """Give the account's messages that never leave, since the person may not be contacted any more."""
        with self._storage.transaction(self.account, write=False) as stores:
            return stores.outbox.withheld()

    @asked
    def deliver(self, limit: int = 100) -> int:
        """Release up to so many stored messages to the notifier; give how many left. What fails is tried again.

        Whether the person may be contacted is asked again. What waits for the end of quiet hours, or is never sent,
        does not count: it takes nobody's place.
        """
        if self._notifier is None:
            raise invalid("notifier", "this service was made without one")
        now, shell = instant(self._clock.now(), "clock"), self.funnel.policy.shell
        left, failed = 0, set[str]()
        while (room := limit - left - len(failed)) > 0:
            with self._storage.transaction(self.account) as stores:
                rows = stores.outbox.claim(room, now, shell.lease.after(now), frozenset(failed))
            if not rows:
                break
            for row in rows:
                if not self._ready(row.message, now):
                    continue
                if self._left(self._notifier, row, now):
                    left += 1
                else:
                    failed.add(row.message.key)
        return left

    def given_up(self) -> tuple[Message, ...]:
        """Give the account's messages that were tried as often as the policy says, and failed."""
        with self._storage.transaction(self.account, write=False) as stores:
            return stores.outbox.dead()

    @asked
    def send_again(self, key: str) -> None:
        """Let a message that was given up wait again, as if it had never failed. Raises NotFound."""
        with self._storage.transaction(self.account) as stores:
            if not stores.outbox.revive(key):
                raise NotFound("no message that was given up has this key")

    # ---- inside

    def _left(self, notifier: Notifier, row: Waiting, now: datetime) -> bool:
        """Hand one message to the notifier, and note what became of it."""
        key, template = row.message.key, row.message.template
        try:
            notifier.send(
                self.account, row.message if row.message.invitation is None else self._letter(row.message, now)
            )
        except Exception as error:  # noqa: BLE001  # whatever a notifier raises, the message waits
            until = outreach.tried_again_at(self.funnel, row.failures + 1, now)
            with self._storage.transaction(self.account) as stores:
                stores.outbox.failed(key, until)
            self._tell("failed", template=template, error=type(error).__name__, dead=until is None)
            return False
        with self._storage.transaction(self.account) as stores:
            stores.outbox.sent(key)
        self._tell("sent", template=template)
        return True

    def _ready(self, message: Message, now: datetime) -> bool:
        """Ask once more whether a message may leave; one that may not is put off, or never sent."""
        with self._storage.transaction(self.account) as stores:
            later = self._leaves_at(stores, message, now)
            if later == now:
                return True
            if later is None:
                stores.outbox.withhold(message.key)
            else:
                stores.outbox.hold(message.key, later)
        self._tell("withheld" if later is None else "held", template=message.template)
        return False

    def _leaves_at(self, stores: Transaction, message: Message, now: datetime) -> datetime | None:
        """Give when it leaves: now, when the quiet hours end, or (None) never."""
        if message.invitation is not None:
            found = stores.invitations.get(message.invitation)
            if found is None or not found.waits(now) or message.params.get("round") != str(found.round):
                return None
        if message.recipient is not Recipient.CONTACT:
            member = stores.members.get(message.to)
            return None if member is not None and member.left is not None else now
        case = self._recipient(stores, message, now)
        return now if outreach.may_send(self.funnel, case) else outreach.leaves_at(self.funnel, case)

    def _letter(self, message: Message, now: datetime) -> Letter:
        """Give a message with its link, which is made now: what is kept of it is stored before it goes out."""
        token = self._token()
        with self._storage.transaction(self.account) as stores:
            found = stores.invitations.get(message.invitation or "")
            if found is None or not found.waits(now):
                raise NotFound("the invitation does not wait any more")
            stores.links.save(minted(token, found, self.account, now))
            note = None if found.note is None else stores.history.text(found.note)
        return Letter(**{f.name: getattr(message, f.name) for f in fields(Message)}, token=token, note=note)

    def _recipient(self, stores: Transaction, message: Message, now: datetime) -> outreach.Case:
        contact, person = self._place_of(stores, message.to), stores.persons.get(message.to)
        coach = None if contact is None else contact.coach
        gone = person is None and was_erased(stores, message.to, stores.contacts.funnels(message.to))
        return outreach.Case(
            contact=message.to, channel=message.channel, purpose=message.purpose, now=now,
            there=contact is not None and not gone,
            zone=place_of(stores, coach, self.zones, self.zone),
            blocks=person.blocks if person else (), do_not_market=person.do_not_market if person else False,
        )  # fmt: skip

    def _place_of(self, stores: Transaction, contact: str) -> Contact | None:
        """Give the contact; where the message is another funnel's, as it stands there."""
        found = stores.contacts.get(self.funnel.name, contact)
        if found is not None:
            return found
        return next((stores.contacts.get(name, contact) for name in stores.contacts.funnels(contact)), None)

    def _tell(self, what: str, **facts: object) -> None:
        """Tell the observer, if there is one. One that raises stops nothing: there is a warning, with no word of it."""
        if self._observer is None:
            return
        try:
            self._observer.hears(what, self.account, facts)
        except Exception as error:  # noqa: BLE001  # what was done is done, whoever listens
            with suppress(RuntimeWarning):  # where warnings are errors
                warn(f"the observer raised {type(error).__name__} at {what!r}", RuntimeWarning, stacklevel=2)

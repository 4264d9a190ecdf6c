"""A plan in the making, at its beginning: what a command says, and what it sets beside the status of a contact."""

from __future__ import annotations

from datetime import datetime
from itertools import combinations
from typing import Any, Final, TypeVar

from attrs import evolve

from funnelkit.decisions import Consequence, Notice
from funnelkit.errors import NotFound, invalid
from funnelkit.facts import Known, facts, met
from funnelkit.planning import AnyFunnel, Command, Moment, View
from funnelkit.rules import follow_up as rule_of
from funnelkit.rules import history
from funnelkit.table import Need, Row, Status
from funnelkit.times import zone_of
from funnelkit.values.contact import Contact
from funnelkit.values.events import (
    ContactChanged,
    DoNotContactSet,
    Event,
    FollowUpEnded,
    FollowUpScheduled,
    PipelineMoved,
)
from funnelkit.values.follow_up import FollowUp
from funnelkit.values.outreach import Block
from funnelkit.values.person import Person
from funnelkit.values.pipeline import AtStage, Pipeline
from funnelkit.values.plan import Message, Noun, Obligation, kind_of_noun
from funnelkit.words import Because, Channel, Direction, Ending, Origin, StageMove, Standing

E = TypeVar("E", bound=Event)

NO_DATE: Final = Notice(
    "follow_up.no_date", "the contact is archived, or may not be contacted, so the follow-up gets no date", "BG-A12"
)


class Saying:
    """Collects a plan. `view.read` holds what was read; everything else is written here and handed over once."""

    staged: tuple[tuple[PipelineMoved, Pipeline], ...] = ()
    """Moves to a stage whose messages are to be sent, if the contact stands there in the end."""

    def __init__(self, funnel: AnyFunnel, moment: Moment, view: View, command: Command[Any, Any]) -> None:
        """Start empty. Raises Invalid for a command whose time is still to come."""
        self.funnel, self.moment, self.view = funnel, moment, view
        self.by, self.cause = command.by, command.cause
        self.at = None if command.at is None else command.timely(moment.now)
        self.events: list[Event] = []
        self.nouns: dict[tuple[str, str], Noun] = {}
        self.removed: tuple[tuple[str, str], ...] = ()
        self.touched: tuple[tuple[str, str], ...] = ()
        self.texts: tuple[tuple[str, str], ...] = ()
        self.messages: tuple[Message, ...] = ()
        self.consequences: tuple[Consequence, ...] = ()
        self.obligations: tuple[Obligation, ...] = ()
        self.notices: tuple[Notice, ...] = ()

    # ---- time

    def when(self, changed: datetime | None = None) -> datetime:
        """Give the time of effect: `at`, else now. What is done now comes after all that was done, by any clock."""
        return self.latest(changed) if self.at is None else self.at

    def latest(self, changed: datetime | None) -> datetime:
        """Give now, by whatever clock: behind all that has happened to a contact."""
        return self.moment.now if changed is None or changed <= self.moment.now else changed

    def as_of(self, contact: Contact, effective: datetime) -> Contact | None:
        """Give the contact as it was then: itself, unless something later has happened to it."""
        return contact if effective >= contact.changed else history.contact_at(self.view.history(contact.id), effective)

    def base(self, contact: Contact, effective: datetime) -> Contact:
        """Give the contact as it was then. Raises Invalid for a time before it came."""
        found = self.as_of(contact, effective)
        if found is None:
            raise invalid("at", "the contact was not there then; give a later time, or none")
        return found

    def since(self, stored: Contact, effective: datetime) -> tuple[datetime, Contact]:
        """Give when something takes effect, and the contact then: what happened before it came does when it came."""
        found = self.as_of(stored, effective)
        if found is None:
            effective = self.view.history(stored.id)[0].effective
            found = self.as_of(stored, effective) or stored
        return effective, found

    def in_turn(self, kind: str, key: str, said: tuple[type[Event], ...]) -> None:
        """Ask that nothing like this was decided of a noun afterwards: it would be undone. Raises Invalid."""
        if self.at is None:
            return
        last = max((e.effective for e in self.view.history(key, kind) if isinstance(e, said)), default=self.at)
        if last > self.at:
            raise invalid("at", f"would undo what was decided {last.isoformat()}; give that time, a later one, or none")

    def told(self, noun: str, kind: str = "contact") -> tuple[Event, ...]:
        """Give what this plan says about a noun so far; a contact and an appointment may have the same id."""
        return tuple(event for event in self.events if event.noun == kind and event.about == noun)

    # ---- saying and changing

    def say(self, kind: type[E], about: str, version: int, effective: datetime, **said: Any) -> E:
        """Add an event."""
        within = self.funnel.name if kind.noun == "contact" else ""
        event = kind(
            id=said.pop("id", None) or self.moment.fresh("event"),
            about=about,
            within=within,
            by=self.by,
            effective=effective,
            recorded=self.moment.now,
            version=version,
            funnel=self.funnel.fingerprint,
            cause=self.cause,
            **said,
        )
        self.events.append(event)
        return event

    def keep(self, noun: Noun) -> None:
        """Note a changed or new value."""
        self.nouns[kind_of_noun(noun), noun.id] = noun

    def person(self, contact: str) -> Person | None:
        """Give the person behind a contact, as it is planned so far."""
        planned = self.nouns.get(("person", contact))
        return planned if isinstance(planned, Person) else self.view.person(contact)

    def somebody(self, contact: str) -> Person:
        """Give the person behind a contact. Raises NotFound where the host keeps it to itself, or it was erased."""
        found = self.person(contact)
        if found is None:
            raise NotFound("nobody keeps this person here, so there is nobody to keep it with")
        return found

    def blocked(self, contact: str, when: datetime) -> bool:
        """Whether a do-not-contact was in force then; nobody knows of a person whom the host keeps to itself."""
        person = self.person(contact)
        return person is not None and person.was_blocked(when)

    def blocked_before(self, contact: str, when: datetime) -> bool:
        """Whether a do-not-contact was in force just before, as was known then."""
        person = self.person(contact)
        return person is not None and person.blocked_before(when)

    def erased(self, contact: str) -> bool:
        """Whether the person was taken out of this place; who comes to the id in another funnel is somebody else."""
        return history.was_erased(self.view.history(contact))

    def nobody_there(self, contact: Contact) -> bool:
        """Whether it is the place of who was erased: these stay in the archive, so nobody else is looked up."""
        return contact.standing is Standing.ARCHIVED and self.erased(contact.id)

    def note(self, event: Event, text: str | None) -> None:
        """Put a reason or note beside an event."""
        if text is not None:
            self.texts += ((event.id, text),)

    def place(self, member: str | None) -> str:
        """Give the zone by whose clock a member works, else the account's."""
        if member is None or member in self.moment.zones:
            return zone_of(member, self.moment.zones, self.moment.zone)
        found = self.view.member(member)
        return self.moment.zone if found is None or found.zone is None else found.zone

    def facts(self, needs: tuple[Need, ...], **known: Any) -> dict[str, bool]:
        """Find what a row asks for; nothing is looked up for a row that asks for nothing."""
        if not needs:
            return {}
        return facts(needs, Known(funnel=self.funnel, view=self.view, **known), self.moment.facts)

    def met(self, row: Row[Status], contact: Contact, item: str | None = None) -> bool:
        """Whether everything that a row asks for is so; what nobody told is not."""
        known = Known(funnel=self.funnel, view=self.view, contact=contact, to=row.to, item=item)
        return met(row, known, self.moment.facts)

    def case_of(
        self, contact: Contact, attempt: int, when: datetime, notes: str | None = None, due: datetime | None = None
    ) -> rule_of.Case[Status]:
        """Give what the rules of follow-ups look at."""
        return rule_of.Case(
            by=self.by, when=when, status=contact.status, attempt=attempt, due=due, follow_up=contact.follow_up,
            standing=contact.standing, blocked=self.blocked(contact.id, when), notes=notes is not None,
            contact=contact.id,
        )  # fmt: skip

    def dated(  # what a date is counted from
        self,
        contact: Contact,
        to: Status,
        id: str,
        attempt: int,
        effective: datetime,
        due: datetime | None = None,
        kept: FollowUp | None = None,
    ) -> FollowUp | None:
        """Give the follow-up that comes with a status, by the coach's clock; none for who may not be followed up.

        `kept` is the one whose notes it keeps.
        """
        if not rule_of.may_follow_up(self.funnel, self.case_of(contact, attempt, effective)):
            self.notices += (NO_DATE,)
            return None
        return rule_of.scheduled(
            self.funnel, to, id=id, attempt=attempt, when=effective, due=due,
            noted=None if kept is None else kept.noted,
            zone=self.place(contact.coach), open_on=self.moment.open_on,
        )  # fmt: skip

    def end(  # what the end of a follow-up says
        self, contact: Contact, how: Ending, because: Because, effective: datetime, through: str | None = None
    ) -> Contact:
        """End the follow-up that stands, if one does."""
        was = contact.follow_up
        if was is None:
            return contact
        self.say(
            FollowUpEnded, contact.id, contact.version, effective,
            follow_up=was.id, attempt=was.attempt, how=how, because=because, through=through,
        )  # fmt: skip
        return evolve(contact, follow_up=None, changed=max(contact.changed, effective))

    def redate(  # what the end of one and the start of another say
        self, was: Contact, new: FollowUp | None, when: datetime, note: str | None, how: Ending, because: Because
    ) -> Contact:
        """Give the contact with another date, and say so; who may not be followed up any more loses what stands."""
        if new is None:
            return self.end(was, Ending.DROPPED, Because.DO_NOT_CONTACT, when)
        was = self.end(was, how, because, when, new.id)
        said: dict[str, Any] = {"follow_up": new, "status": was.status, "moved": because is Because.MOVED}
        event = self.say(FollowUpScheduled, was.id, was.version, when, id=new.id, **said)
        self.note(event, note)
        return evolve(was, follow_up=new, attempt=new.attempt, changed=max(was.changed, when))

    def logged(self, was: Contact, direction: Direction, when: datetime) -> Contact:
        """Give the contact with what becomes of its follow-up when somebody is in touch: it ends, moves, or stays."""
        stands, because = was.follow_up, rule_of.touched(self.funnel, was.follow_up, direction)
        if because is not None:
            return self.end(was, Ending.DONE, because, when)
        if stands is None or not rule_of.moves_with_touch(self.funnel, stands):
            return was
        id = self.moment.fresh("event")  # it is the id
        new = self.dated(was, was.status, id, stands.attempt, when, None, stands)
        return self.redate(was, new, when, None, Ending.SUPERSEDED, Because.MOVED)

    def move(  # all that a move in a pipeline says
        self,
        contact: Contact,
        to: AtStage | None,
        how: StageMove,
        effective: datetime,
        pipeline: Pipeline | None = None,
        note: str | None = None,
    ) -> Contact:
        """Put a contact on a stage of a pipeline, or take it off. `pipeline`: the one whose messages go with it."""
        said: dict[str, Any] = {"was": contact.pipeline, "to": to, "how": how, "status": contact.status}
        event = self.say(PipelineMoved, contact.id, contact.version, effective, **said)
        self.note(event, note)
        if pipeline is not None:
            self.staged += ((event, pipeline),)
        return evolve(contact, pipeline=to, changed=max(contact.changed, effective))

    def close(self, contact: Contact, effective: datetime) -> Contact:
        """Close the pipeline that runs, if one does; it is kept as history. Source: SC-A7, SC-A8."""
        return contact if contact.pipeline is None else self.move(contact, None, StageMove.CLOSED, effective)

    def assign(self, contact: Contact, was: Status | None, effective: datetime) -> Contact:
        """Put who has come into a status of pipelines on the default one, if there is one and none runs. Source: SC2.

        `was` None: the contact is new. Who is archived is put on none.
        """
        comes = contact.status in self.funnel.pipelines and was not in self.funnel.pipelines
        if not comes or contact.pipeline is not None or contact.standing is Standing.ARCHIVED:
            return contact
        default = self.view.default_pipeline()
        if default is None:
            return contact
        return self.move(contact, default.first(effective), StageMove.ASSIGNED, effective, default)

    def change(self, contact: Contact, field: str, to: Any, effective: datetime) -> Contact:
        """Set one axis of a contact; saying what is so already says nothing. Who is archived keeps how it stood."""
        was = getattr(contact, field)
        if was == to:
            return contact
        if to is Standing.ARCHIVED:
            contact = self.change(contact, "former", was, effective)
        event = self.say(ContactChanged, contact.id, contact.version, effective, field=field, was=was, to=to)
        if to is Standing.ARCHIVED:
            contact = self.close(self.end(contact, Ending.DROPPED, Because.REMOVED, effective, event.id), effective)
        return evolve(contact, changed=max(contact.changed, effective), **{field: to})

    def block(  # everything that a do-not-contact says
        self,
        contact: Contact,
        effective: datetime,
        channel: Channel | None = None,
        origin: Origin = Origin.STAFF,
        until: datetime | None = None,
        reason: str | None = None,
    ) -> Contact:
        """Say that the person is not to be contacted; nobody follows up then. Said again, the last word is kept, too.

        What is lifted in between, and told late, lifts the first one only.
        """
        person = self.person(contact.id)
        if person is None:
            return contact
        same = [b for b in person.blocks if (b.channel, b.origin, b.until) == (channel, origin, until)]
        if same and min(b.since for b in same) <= effective <= max(b.since for b in same):
            return contact
        event = self.say(
            DoNotContactSet,
            contact.id,
            contact.version,
            effective,
            to=True,
            channel=channel,
            origin=origin,
            until=until,
        )
        self.note(event, reason)
        block = Block(
            id=event.id, since=effective, channel=channel, origin=origin, until=until, recorded=self.moment.now
        )  # fmt: skip
        between = [later for b, later in combinations(same, 2) if b.since < later.since < effective]
        self._blocked(person, (*(b for b in person.blocks if b not in between), block))
        if channel is None:
            contact = self.end(contact, Ending.DROPPED, Because.DO_NOT_CONTACT, effective, event.id)
        return evolve(contact, changed=max(contact.changed, effective))

    def unblock(
        self,
        contact: Contact,
        effective: datetime,
        channel: Channel | None = None,
        *,
        own: bool = False,
        reason: str | None = None,
        spare: frozenset[str] = frozenset(),
    ) -> Contact:
        """Lift every do-not-contact of this channel (None: of all), the person's own only where `own` says so."""
        person = self.person(contact.id)
        held = () if person is None else person.blocks
        blocks = tuple(b if b.id in spare else self._lifted(b, effective, channel, own=own) for b in held)
        if person is None or blocks == person.blocks:
            return contact
        event = self.say(DoNotContactSet, contact.id, contact.version, effective, to=False, channel=channel)
        self.note(event, reason)
        self._blocked(person, blocks)
        return evolve(contact, changed=max(contact.changed, effective))

    def _lifted(self, block: Block, effective: datetime, channel: Channel | None, *, own: bool) -> Block:
        """Give a do-not-contact that ends then, if it is meant, was set before, and has not ended."""
        meant = channel in (None, block.channel) and (own or block.origin is not Origin.PERSON)
        over = block.until is not None and block.until <= effective
        later = self.at is not None and block.since > effective
        return evolve(block, until=max(effective, block.since)) if meant and not over and not later else block

    def _blocked(self, person: Person, blocks: tuple[Block, ...]) -> None:
        stored = self.view.person(person.id)
        self.keep(evolve(person, blocks=blocks, version=stored.version + 1 if stored else 1))

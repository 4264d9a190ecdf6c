"""WHAT A COACH CAN HAND IN: both figures, how far it is to a credential, the log. Nothing is changed here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cache, partial
from typing import Any, Final, TypeVar

from attrs import evolve

from funnelkit import hours
from funnelkit.asking import asked
from funnelkit.log import Client, Consent, Letter, Log, Relationship
from funnelkit.log import log as made
from funnelkit.ports.storage import Transaction
from funnelkit.questions import Questions
from funnelkit.requirements import Requirements, Standard, requirements
from funnelkit.rules import credentials, eligibility, history
from funnelkit.rules.credentials import Progress
from funnelkit.stored import place_of
from funnelkit.table import Status
from funnelkit.times import instant, wall
from funnelkit.values.appointment import Appointment
from funnelkit.values.checks import checked, each, text
from funnelkit.values.contact import Contact
from funnelkit.values.session import Engagement, Session
from funnelkit.words import Pay

S = TypeVar("S", bound=Status)
R = TypeVar("R", bound=StrEnum)

NO_COMPANY: Final = "there is no company with this id, nor does a session name it"
OF_AN_ORGANISATION: Final = frozenset({Pay.INTERNAL, Pay.THIRD_PARTY})


class Reports(Questions[S, R]):
    """What can be asked about hours that were worked."""

    zone: str
    zones: Mapping[str, str]

    @asked
    def hours(
        self,
        *,
        coach: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        as_of: datetime | None = None,
        known: datetime | None = None,
        standard: Standard | None = None,
    ) -> hours.Hours:
        """Count appointments that start in [since, until) in both figures, with a reason for each.

        `as_of`: the report as of that moment; `known`: as far as was recorded by then. `standard`: when training began,
        and how large a group may be.
        """
        report = self.certification(coach=coach, since=since, until=until, as_of=as_of, known=known)
        now = self._at_the_time(as_of)
        return hours.both(self.funnel, report, now=now, standard=standard)

    @asked
    def credential(  # what a coach says of a credential, by name
        self,
        credential: str | Requirements,
        *,
        coach: str | None = None,
        version: str | None = None,
        on: date | None = None,
        trained: date | None = None,
        holds: Iterable[str] = (),
        pace: int = 90,
        known: datetime | None = None,
    ) -> Progress:
        """Say how far a coach is from a credential on a day (None: today, by the coach's clock), and what is missing.

        `trained`: when coach-specific training began; `holds`: credentials that are or were held; `pace`: over how many
        days it is measured. Raises Invalid for a credential or version that is not known.
        """
        told: Any = holds
        held = tuple(told) if isinstance(told, Iterable) and not isinstance(told, str) else (told,)
        ready = isinstance(credential, Requirements)
        checked(
            credential=None if ready else text(credential), holds=each(text)(held),
            version="requirements that are given have theirs; leave it out" if ready and version is not None else None,
        )  # fmt: skip
        asked = credential if isinstance(credential, Requirements) else requirements(credential, version)
        standard = Standard(trained=trained, heads=asked.heads)
        report = self.hours(coach=coach, known=known, standard=standard).eligible
        day = on or self._today(coach)
        return credentials.progress(
            self.funnel, asked, report.worked, on=day, trained=trained is not None and trained <= day,
            holds=held, pace=pace,
        )  # fmt: skip

    @asked
    def log(  # what a log is made of, by name
        self,
        *,
        coach: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        as_of: datetime | None = None,
        known: datetime | None = None,
        standard: Standard | None = None,
        letters: Mapping[str, Letter] | None = None,
        relationship: Relationship = Relationship.AGREEMENT,
        consent: Consent = Consent.GIVEN,
    ) -> Log:
        """Make the log of what counts towards a credential: who was coached, since when, paid and pro bono.

        Names and addresses are those of today, whatever `as_of` and `known` are; what was agreed is that of then, and a
        client's company that of the session. `letters`: by the id of the company.
        """
        report = self.certification(coach=coach, since=since, until=until, as_of=as_of, known=known)
        now = self._at_the_time(as_of)
        ids = sorted({attendee.contact for one in report.appointments for attendee in one.attendees})
        with self._storage.transaction(self.account, write=False) as stores:
            past = _Past(stores, self.funnel.name, ids, as_of, known)
            clients = dict(past.clients())
            rows = tuple(_employed(one, past) for one in report.appointments)
            companies = {row.session.organisation for row in rows if row.session is not None} - {None}
            found = {key: stores.companies.get(key) for key in {*companies, *(letters or ())} if key is not None}
        strange = (key for key in letters or () if found.get(key) is None and key not in companies)
        checked(**{f"letters.{key}": NO_COMPANY for key in strange})
        counted = eligibility.count(self.funnel, rows, now=now, standard=standard)
        return made(
            counted.worked, clients, letters=letters, relationship=relationship, consent=consent,
            organisations={key: company.name for key, company in found.items() if company is not None},
        )  # fmt: skip

    def _today(self, coach: str | None) -> date:
        with self._storage.transaction(self.account, write=False) as stores:
            return wall(instant(self._clock.now(), "clock"), place_of(stores, coach, self.zones, self.zone)).date()


class _Past:
    """Who the clients of a log are: by name as of today, in all else as of then, as far as was known then."""

    def __init__(
        self, stores: Transaction, funnel: str, ids: Iterable[str], as_of: datetime | None, known: datetime | None
    ) -> None:
        """Look up who there is today; of who was merged into somebody, that one."""
        self._as_of, self._known, self._today = as_of, known, as_of is None and known is None
        self._told = cache(partial(stores.history.of, funnel, "contact"))
        found = stores.contacts.many(funnel, list(ids))
        self._own = {key: key if key in found else history.successor(self._told, key) for key in ids}
        self._contacts = found | stores.contacts.many(funnel, sorted({*self._own.values()} - {*found}))
        self._persons = stores.persons.many(list(self._contacts))

    def clients(self) -> Iterator[tuple[str, Client]]:
        """Give who is who: the names of today, engagements as of then."""
        for key, own in self._own.items():
            then, person = self._then(key), self._persons.get(own)
            if then is not None and person is not None:
                engagement = then.engagement or Engagement()
                if not self._today and self._refused(own):
                    engagement = evolve(engagement, consent=False)
                yield key, Client(name=person.name, contact=person.email or person.phone or "", engagement=engagement)

    def company(self, contact: str, start: datetime) -> str | None:
        """Give the company of a contact when a session started; where nobody had said it yet, that of then."""
        at_start = history.contact_at(self._told(contact), start, self._known)
        then = at_start if at_start is not None and at_start.company is not None else self._then(contact)
        return None if then is None else then.company

    def _refused(self, own: str) -> bool:
        """Whether several contacts turned out to be this person, one of which said no, then or today."""
        same = history.lineage(self._told, own)
        said = (self._contacts.get(own), *map(self._then, same)) if len(same) > 1 else ()
        return any(one.engagement is not None and one.engagement.consent is False for one in said if one is not None)

    def _then(self, contact: str) -> Contact | None:
        """Give the contact as it was, None before it came; as it is today if it has no history."""
        told = () if self._today else self._told(contact)
        if not told:
            return self._contacts.get(self._own.get(contact, contact))
        return history.contact_at(told, self._as_of, self._known)


def _employed(one: Appointment, past: _Past) -> Appointment:
    """Give an appointment with the organisation that employs or pays: the client's own, unless somebody said which."""
    session = one.session or Session()
    if eligibility.pay_of(one) not in OF_AN_ORGANISATION or session.organisation is not None:
        return one
    own: Any = next((company for a in one.attendees if (company := past.company(a.contact, one.start))), None)
    return one if own is None else evolve(one, session=evolve(session, organisation=own))

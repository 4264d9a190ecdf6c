"""Contracts of stores beside contacts: persons, companies, groups, appointments, pipelines, campaigns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any, ClassVar

from attrs import evolve

from funnelkit.ports.storage import Storage
from funnelkit.statuses.appointment import AppointmentStatus
from funnelkit.statuses.coaching import Coaching
from funnelkit.testing import samples
from funnelkit.testing.contracts import raising, same
from funnelkit.testing.noun_contracts import Broke, ManyContract, NounContract, OfFunnelContract, RemovedContract
from funnelkit.testing.samples import DAY, ELSEWHERE, HERE, HOUR, NOW, OURS, THEIRS, THERE, TICK, ids
from funnelkit.values.appointment import Attendee


class PersonsContract(ManyContract, RemovedContract):
    """Names and addresses, by contact id, the same for every funnel."""

    asks: ClassVar[tuple[str, ...]] = ("persons",)
    kind = "person"
    texts: ClassVar[tuple[str, ...]] = ("name", "phone")

    def one(self, key: str, /, **more: Any) -> Any:
        """Give a person."""
        return samples.person(key, **more)

    def timed(self, key: str, at: datetime) -> Any:
        """Give a person with a do-not-contact of this time."""
        noun = samples.person(key)
        block = evolve(noun.blocks[0], since=at, until=at, recorded=at)
        return evolve(noun, blocks=(block,))

    def test_holders_have_the_address_now(self, funnelkit_storage: Storage) -> None:
        """All who have it: found by its match key, not by an old one, nor by what is gone; no other account's."""
        ada, ben = self.one("c-1", email="Ada@Example.org"), self.one("c-2", email=" ada@example.ORG ")
        self.kept(funnelkit_storage, ada, ben, self.one("c-3", email="cat@example.org"), self.one("c-4", email=None))
        self.kept(funnelkit_storage, self.one("c-9", email="ada@example.org"), account=THEIRS)
        with funnelkit_storage.transaction(OURS) as stores:
            same(["c-1", "c-2"], sorted(stores.persons.holders("ada@example.org")), "both")
            same((), stores.persons.holders("Ada@Example.org"), "by what was typed")
            same((), stores.persons.holders("nobody@example.org"), "nobody")
            stores.persons.save(self.one("c-1", email="new@example.org"))
            stores.persons.save(self.one("c-3", email=None))
            same((("c-2",), ("c-1",), ()), tuple(map(stores.persons.holders, ADDRESSES)), "changed")
            stores.persons.remove("c-2")
            same(((), ("c-1",), ()), tuple(map(stores.persons.holders, ADDRESSES)), "removed")

    def test_an_error_brings_an_address_back(self, funnelkit_storage: Storage) -> None:
        """Who has an address is undone with the person."""
        self.kept(funnelkit_storage, self.one("c-1", email="ada@example.org"))
        with raising(Broke, "the error goes through"), funnelkit_storage.transaction(OURS) as stores:
            stores.persons.save(self.one("c-1", email="new@example.org"))
            stores.persons.save(self.one("c-2", email="cat@example.org"))
            raise Broke
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            same((("c-1",), (), ()), tuple(map(stores.persons.holders, ADDRESSES)))


ADDRESSES = ("ada@example.org", "new@example.org", "cat@example.org")


class CompaniesContract(NounContract):
    """Companies, by id."""

    asks: ClassVar[tuple[str, ...]] = ("companies",)
    kind = "company"
    ids: ClassVar[tuple[str, ...]] = ("primary",)

    def one(self, key: str, /, **more: Any) -> Any:
        """Give a company."""
        return samples.company(key, **more)


class GroupsContract(ManyContract):
    """Groups that have permissions, by id."""

    asks: ClassVar[tuple[str, ...]] = ("groups",)
    kind = "group"
    texts: ClassVar[tuple[str, ...]] = ()

    def one(self, key: str, /, **more: Any) -> Any:
        """Give a group that is permitted something of its own name."""
        return samples.group(key, **{"permitted": frozenset({key, "page-1"}), **more})


class AppointmentsContract(RemovedContract):
    """Appointments, by id; a coach's calendar goes over all funnels."""

    asks: ClassVar[tuple[str, ...]] = ("appointments",)
    kind = "appointment"
    texts: ClassVar[tuple[str, ...]] = ()
    ids: ClassVar[tuple[str, ...]] = ("coach",)

    def one(self, key: str, /, **more: Any) -> Any:
        """Give an appointment."""
        return samples.appointment(key, **more)

    def timed(self, key: str, at: datetime) -> Any:
        """Give an appointment at this time."""
        return self.one(key, start=at - HOUR, end=at, booked=at)

    def test_of_a_contact_they_come_by_start(self, funnelkit_storage: Storage) -> None:
        """All that the contact attends, of every funnel, whatever became of them; not what it was taken out of."""
        alone = (Attendee("c-9", Coaching.BUYER),)
        late, early = (
            self.one("a-1", start=NOW + DAY, end=NOW + DAY + HOUR),
            self.one("a-2", funnel=THERE, attendees=C1),
        )
        off = self.one("a-3", start=NOW + HOUR, end=NOW + 2 * HOUR, state=AppointmentStatus.CANCELLED)
        self.kept(funnelkit_storage, late, early, off, self.one("a-4", attendees=alone))
        with funnelkit_storage.transaction(OURS) as stores:
            same((early, off, late), stores.appointments.of_contact("c-1"))
            same((off, late), stores.appointments.of_contact("c-2"))
            same((), stores.appointments.of_contact("c-3"))
            moved = evolve(late, start=NOW - DAY, end=NOW - DAY + HOUR, attendees=late.attendees[:1])
            stores.appointments.save(moved)
            same((moved, early, off), stores.appointments.of_contact("c-1"), "moved")
            same((off,), stores.appointments.of_contact("c-2"), "taken out")
            stores.appointments.remove("a-2")
            same((moved, off), stores.appointments.of_contact("c-1"), "removed")
        with funnelkit_storage.transaction(THEIRS, write=False) as stores:
            same((), stores.appointments.of_contact("c-1"), "theirs")

    def test_of_a_coach_those_that_have_a_part_in_the_time(self, funnelkit_storage: Storage) -> None:
        """Start belongs to an appointment and to the time that is asked for, the end to neither; cancelled ones too.

        Whatever zone the times are given in.
        """
        other = self.one("a-2", coach="m-2")
        self.kept(funnelkit_storage, self.one("a-1", funnel=THERE, attendees=C1), other)
        whole = self.one("a-3", start=NOW - 2 * DAY, end=NOW - DAY, state=AppointmentStatus.CANCELLED)
        self.kept(funnelkit_storage, whole)
        asked: tuple[tuple[datetime, datetime, tuple[str, ...]], ...] = (
            (NOW - HOUR, NOW, ()),
            (NOW - HOUR, NOW + TICK, ("a-1",)),
            (NOW + HOUR, NOW + DAY, ()),
            (NOW + HOUR - TICK, NOW + DAY, ("a-1",)),
            (NOW + TICK, NOW + 2 * TICK, ("a-1",)),
            (NOW - DAY, NOW - TICK, ()),
            (NOW - DAY - TICK, NOW, ("a-3",)),
            (NOW - 3 * DAY, NOW + 3 * DAY, ("a-1", "a-3")),
        )
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            for zone in (UTC, *ELSEWHERE):
                for start, end, wanted in asked:
                    found = stores.appointments.of_coach("m-1", start.astimezone(zone), end.astimezone(zone))
                    same(wanted, ids(samples.in_order(found)), f"{start} to {end} in {zone}")
            same((other,), stores.appointments.of_coach("m-2", NOW, NOW + HOUR))
            same((), stores.appointments.of_coach("m-3", NOW, NOW + HOUR))

    def test_a_calendar_is_the_same_in_every_zone(self, funnelkit_storage: Storage) -> None:
        """An appointment is given in one zone and asked for in another, where the day has another date."""
        given = [*ELSEWHERE, timezone(timedelta(hours=14)), timezone(-timedelta(hours=12))]
        for hour in range(0, 48, 6):
            start = NOW + hour * HOUR
            for n, zone in enumerate(given):
                made = self.one(f"a-{n}", start=start.astimezone(zone), end=(start + HOUR).astimezone(zone))
                self.kept(funnelkit_storage, made)
            with funnelkit_storage.transaction(OURS, write=False) as stores:
                for zone in given:
                    found = stores.appointments.of_coach("m-1", start.astimezone(zone), (start + TICK).astimezone(zone))
                    same(len(given), len(found), f"{start} in {zone}")

    def test_a_calendar_follows_what_changes(self, funnelkit_storage: Storage) -> None:
        """One that is moved, given to another coach, or removed is not where it was."""
        self.kept(funnelkit_storage, self.one("a-1"))
        later = self.one("a-1", start=NOW + 9 * DAY, end=NOW + 9 * DAY + HOUR)
        with funnelkit_storage.transaction(OURS) as stores:
            stores.appointments.save(later)
            same((), stores.appointments.of_coach("m-1", NOW, NOW + DAY))
            same((later,), stores.appointments.of_coach("m-1", NOW + 9 * DAY, NOW + 10 * DAY))
            stores.appointments.save(evolve(later, coach="m-2"))
            same((), stores.appointments.of_coach("m-1", NOW, NOW + 10 * DAY))
            same((evolve(later, coach="m-2"),), stores.appointments.of_coach("m-2", NOW, NOW + 10 * DAY))
            stores.appointments.remove("a-1")
            same((), stores.appointments.of_coach("m-2", NOW, NOW + 10 * DAY))

    def test_every_one_of_a_funnel_comes_by_start(self, funnelkit_storage: Storage) -> None:
        """Of one coach or of all; nothing of another funnel."""
        late = self.one("a-1", start=NOW + HOUR, end=NOW + 2 * HOUR)
        early, there = self.one("a-2", coach="m-2"), self.one("a-3", funnel=THERE, attendees=C1)
        self.kept(funnelkit_storage, late, early, there)
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            same((early, late), tuple(stores.appointments.every(HERE)))
            same((late,), tuple(stores.appointments.every(HERE, "m-1")))
            same((there,), tuple(stores.appointments.every(THERE)))
            same((), tuple(stores.appointments.every("studio")))


C1 = (Attendee("c-1"),)


class PipelinesContract(OfFunnelContract):
    """Lead pipelines, by id."""

    asks: ClassVar[tuple[str, ...]] = ("pipelines",)
    kind = "pipeline"
    ids: ClassVar[tuple[str, ...]] = ("responsible",)

    def one(self, key: str, /, **more: Any) -> Any:
        """Give a pipeline."""
        return samples.pipeline(key, **more)

    def test_the_default_is_the_one_of_now(self, funnelkit_storage: Storage) -> None:
        """One of a funnel at most; when another one takes its place, it is that one."""
        default = self.one("x-2", hidden=False, default=True)
        self.kept(funnelkit_storage, self.one("x-1"))
        with funnelkit_storage.transaction(OURS) as stores:
            same(None, stores.pipelines.default(HERE))
            stores.pipelines.save(default)
            same(default, stores.pipelines.default(HERE))
            same(None, stores.pipelines.default(THERE))
            stores.pipelines.save(evolve(default, default=False))
            same(None, stores.pipelines.default(HERE))
            stores.pipelines.save(evolve(default, id="x-1"))
            same(evolve(default, id="x-1"), stores.pipelines.default(HERE))


class CampaignsContract(OfFunnelContract):
    """Campaigns, by id."""

    asks: ClassVar[tuple[str, ...]] = ("campaigns",)
    kind = "campaign"
    times: ClassVar[tuple[str, ...]] = ("made",)

    def one(self, key: str, /, **more: Any) -> Any:
        """Give a campaign."""
        return samples.campaign(key, **more)

    def test_a_campaign_may_have_many_members(self, funnelkit_storage: Storage) -> None:
        """They come back in their order."""
        members = tuple(f"c-{n * 7919 % 5000}" for n in range(5000))
        self.come_back(funnelkit_storage, [self.one("x-1", members=members)])

"""Adapters that are wrong on purpose about history, keys, funnels, sets and messages."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import ClassVar, Final

from funnelkit.ports.outbox import Waiting
from funnelkit.testing.spoiled import BrokenStorage, Spoiled, storages_of
from funnelkit.values.events import Event
from funnelkit.values.plan import Message
from funnelkit.words import Recipient


class _Textless(Spoiled):
    def append(self, events: Iterable[Event], texts: Iterable[tuple[str, str]]) -> None:  # noqa: ARG002  # it is broken
        self.inner.append(events, ())


class LosesTexts(BrokenStorage):
    """Reasons and notes are not stored."""

    fails = "HistoryContract.test_texts_stand_beside_their_events"
    spoils: ClassVar = {"history": _Textless}


class _ByTime(Spoiled):
    def of(self, within: str, kind: str, noun: str) -> tuple[Event, ...]:
        return tuple(sorted(self.inner.of(within, kind, noun), key=lambda event: event.effective))


class HistoryByTime(BrokenStorage):
    """Events come by when they took effect."""

    fails = "HistoryContract.test_events_come_in_the_order_of_recording"
    spoils: ClassVar = {"history": _ByTime}


class _Stale(Spoiled):
    def touch(self, kind: str, key: str) -> None:
        if self.inner.version(kind, key) == 0:
            self.inner.touch(kind, key)


class TouchesOnce(BrokenStorage):
    """The version of a set says that it is not empty, and never changes again."""

    fails = "GuardsContract.test_each_touch_counts_up"
    spoils: ClassVar = {"guards": _Stale}


class _Overwriting(Spoiled):
    def save(self, fingerprint: str, document: object) -> None:
        self.inner._rows.put(fingerprint, document)  # noqa: SLF001  # it is broken on purpose


class OverwritesFunnels(BrokenStorage):
    """What is under a fingerprint changes."""

    fails = "FunnelsContract.test_one_that_is_there_is_left_as_it_is"
    spoils: ClassVar = {"funnels": _Overwriting}


class _IdOnly(Spoiled):
    def get(self, key: str) -> tuple[str, object] | None:
        found = self.inner.get(key)
        return None if found is None else (found[0], getattr(found[1], "id", found[1]))


class GivesIdsForResults(BrokenStorage):
    """A command that is delivered twice gives something else the second time."""

    fails = "KeysContract.test_what_a_command_gave_comes_back_whole"
    spoils: ClassVar = {"keys": _IdOnly}


class _Unordered(Spoiled):
    def waiting(self, limit: int, now: datetime) -> tuple[Waiting, ...]:
        return tuple(sorted(self.inner.waiting(1000, now), key=lambda row: row.message.key)[:limit])


class OutboxWithoutOrder(BrokenStorage):
    """Messages leave by their keys."""

    fails = "OutboxContract.test_messages_wait_in_the_order_of_storing"
    spoils: ClassVar = {"outbox": _Unordered}


class _Twice(Spoiled):
    def add(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self.inner._done.drop(message.key)  # noqa: SLF001  # it is broken on purpose
            self.inner.add([message])


class SendsAgain(BrokenStorage):
    """A key that was sent is stored again."""

    fails = "OutboxContract.test_a_key_is_stored_once"
    spoils: ClassVar = {"outbox": _Twice}


class _ForStrangers(Spoiled):
    def add(self, messages: Iterable[Message]) -> None:
        self.inner.add(message for message in messages if message.recipient is Recipient.CONTACT)


class TellsNoCoach(BrokenStorage):
    """Messages to the staff are not stored."""

    fails = "LifeContract.test_a_practice_lives_as_it_does_in_memory"
    spoils: ClassVar = {"outbox": _ForStrangers}


class _Unleased(Spoiled):
    def claim(self, limit: int, now: datetime, until: datetime, but: Collection[str] = ()) -> tuple[Waiting, ...]:  # noqa: ARG002  # it is broken
        rows: tuple[Waiting, ...] = self.inner.waiting(1000, now)
        return tuple(row for row in rows if row.message.key not in but)[:limit]


class ForgetsLeases(BrokenStorage):
    """A claim claims nothing: two workers get the same."""

    fails = "OutboxContract.test_what_is_claimed_is_nobody_elses_until_then"
    spoils: ClassVar = {"outbox": _Unleased}


class ClaimsForEverybody(ForgetsLeases):
    """The same, seen by many workers: each gets everything, again and again."""

    fails = "ThreadsContract.test_each_message_is_claimed_by_one"


class _Forever(Spoiled):
    def claim(self, limit: int, now: datetime, until: datetime, but: Collection[str] = ()) -> tuple[Waiting, ...]:  # noqa: ARG002  # it is broken
        far = datetime.max.replace(tzinfo=now.tzinfo)
        found: tuple[Waiting, ...] = self.inner.claim(limit, now, far, but)
        return found


class LosesWhatWasClaimed(BrokenStorage):
    """What a worker had when it was killed is never tried again."""

    fails = "FaultsContract.test_every_message_leaves_at_least_once_and_its_key_is_seen"
    spoils: ClassVar = {"outbox": _Forever}


class _Impatient(Spoiled):
    def failed(self, key: str, until: datetime | None) -> None:
        self.inner.failed(key, None if until is None else datetime.min.replace(tzinfo=until.tzinfo))


class RetriesAtOnce(BrokenStorage):
    """What failed is tried again without a pause."""

    fails = "OutboxContract.test_what_failed_is_tried_again_from_then_on"
    spoils: ClassVar = {"outbox": _Impatient}


class _HalfDead(Spoiled):
    def revive(self, key: str) -> bool:
        if not self.inner.revive(key):
            return False
        self.inner.failed(key, datetime.min.replace(tzinfo=UTC))
        return True


class RevivesWithFailures(BrokenStorage):
    """A dead letter that waits again still counts as failed."""

    fails = "OutboxContract.test_a_dead_letter_may_be_revived"
    spoils: ClassVar = {"outbox": _HalfDead}


RECORDS: Final = storages_of(globals())
"""Those of here."""

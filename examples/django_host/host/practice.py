"""funnelkit in this practice: one service, the words for its statuses, and what keeps the old column up to date."""

from contextlib import suppress
from typing import Final, TypeVar

from django.db import transaction

from funnelkit import COACHING, Actor, FunnelService, Invalid, Right, Role
from funnelkit.adapters.console import ConsoleNotifier
from funnelkit.adapters.django.models import Contact as Place
from funnelkit.adapters.django.storage import DjangoStorage
from funnelkit.adapters.system import SystemClock
from funnelkit.commands import Adopt, Command
from funnelkit.statuses.coaching import Coaching
from host.models import Contact

T = TypeVar("T")
STORAGE: Final = DjangoStorage()
IMPORT: Final = Actor(id="import", role=Role.ADMIN)
STATUSES: Final = {"lead": Coaching.PROSPECT, "customer": Coaching.ACTIVE_CLIENT, "former": Coaching.INACTIVE_CLIENT}
WORDS: Final = {status.value: word for word, status in STATUSES.items()} | {"hot_lead": "lead", "buyer": "customer"}


def service() -> FunnelService[Coaching, Right]:
    """Make one; it is cheap."""
    return FunnelService(
        COACHING, account="practice", storage=STORAGE, clock=SystemClock(), notifier=ConsoleNotifier(),
        zone="Europe/Berlin",
    )  # fmt: skip


def adopt() -> tuple[int, int]:
    """Bring in all contacts that are not there yet, with their own keys; give how many are in now, and how many not."""
    known = Place.objects.filter(account="practice", funnel="coaching").values_list("ident", flat=True)
    rows = Contact.objects.exclude(pk__in=[int(key) for key in known])
    sound = []
    for row in rows:
        with suppress(Invalid):  # an address that is none, say: mend it, and come again
            status = STATUSES[row.status]
            sound.append(Adopt(id=str(row.pk), name=row.name, email=row.email or None, status=status, by=IMPORT))
    done = sum(outcome.ok for outcome in service().do_all(sound))
    return done, len(rows) - done


def do(contact: int, command: Command[Coaching, T]) -> T:
    """Do a command about a contact and write the old column, both or neither; mails go when the host has committed."""
    with transaction.atomic():
        result = service().do(command)
        follow(ident=str(contact))
        transaction.on_commit(service().deliver)
    return result


def follow(**which: str) -> None:
    """Write the practice's own word for the status of these contacts, for whatever else reads the old column."""
    for status, word in WORDS.items():
        places = Place.objects.filter(account="practice", funnel="coaching", status=status, **which)
        keys = [int(key) for key in places.values_list("ident", flat=True)]
        Contact.objects.filter(pk__in=keys).exclude(status=word).update(status=word)

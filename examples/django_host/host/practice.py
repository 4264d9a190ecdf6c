"""funnelkit in this practice: one service, the words for its statuses, and what keeps the two tables in step.

Names and addresses belong to the old table, and are taken over from there; the status belongs to funnelkit, and is
written back. So each has one owner, and neither side undoes the other.
"""

from typing import Any, Final, TypeVar

from django.db import transaction
from django.db.models import TextField
from django.db.models.functions import Cast

from funnelkit import COACHING, Actor, FunnelService, Invalid, Right, Role
from funnelkit.adapters.console import ConsoleNotifier
from funnelkit.adapters.django.models import Contact as Place
from funnelkit.adapters.django.models import Person
from funnelkit.adapters.django.storage import DjangoStorage
from funnelkit.adapters.system import SystemClock
from funnelkit.commands import Adopt, Command, Edit
from funnelkit.statuses.coaching import Coaching
from host.models import Contact

T = TypeVar("T")
STORAGE: Final = DjangoStorage()
SITE: Final = Actor(id="site", role=Role.ADMIN)
STATUSES: Final = {"lead": Coaching.PROSPECT, "customer": Coaching.ACTIVE_CLIENT, "former": Coaching.INACTIVE_CLIENT}
WORDS: Final = {status.value: word for word, status in STATUSES.items()} | {"hot_lead": "lead", "buyer": "customer"}


def service() -> FunnelService[Coaching, Right]:
    """Make one; it is cheap."""
    return FunnelService(
        COACHING, account="practice", storage=STORAGE, clock=SystemClock(), notifier=ConsoleNotifier(),
        zone="Europe/Berlin",
    )  # fmt: skip


def adopt() -> tuple[int, int]:
    """Bring in who is not there yet, by their own keys, and what was renamed; give how many that were, and were not."""
    known = dict(Person.objects.filter(account="practice").values_list("ident", "document"))
    commands: list[Any] = []
    wrong = 0
    for row in Contact.objects.all():
        key, now = str(row.pk), {"name": row.name, "email": row.email or None}
        try:
            if key not in known:
                commands.append(Adopt(id=key, status=STATUSES[row.status], by=SITE, **now))
            elif now != {field: known[key].get(field) for field in now}:
                commands.append(Edit(contact=key, by=SITE, **now))
        except (Invalid, KeyError):  # an address or a word that is none: mend it, and it comes with the next tick
            wrong += 1
    done = sum(outcome.ok for outcome in service().do_all(commands))
    return done, len(commands) - done + wrong


def do(contact: int, command: Command[Coaching, T]) -> T:
    """Do a command about a contact and write the old column, both or neither; mails go when the host has committed."""
    with transaction.atomic():
        result = service().do(command)
        Contact.objects.filter(pk=contact).update(status=WORDS[service().contact(str(contact)).status])
        transaction.on_commit(service().deliver, robust=True)
    return result


def follow() -> None:
    """Write the old column of all: time moves contacts on as well, and somebody may have written it by hand."""
    rows = Contact.objects.annotate(key=Cast("pk", TextField()))
    for status, word in WORDS.items():
        there = Place.objects.filter(account="practice", funnel="coaching", status=status)
        rows.filter(key__in=there.values("ident")).exclude(status=word).update(status=word)

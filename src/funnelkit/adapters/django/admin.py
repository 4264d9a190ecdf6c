"""Pages to look at: contacts with their history and what can be done next, invitations, packages, events, the outbox.

Nothing can be added, changed or deleted there: commands do that. Who may look is said by Django's `view` permissions:
of what is shown, names need that of persons (`funnelkit.view_person`), reasons and notes that of texts (`view_text`).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Final

from attrs import fields
from django.contrib import admin
from django.db.models import F, OuterRef, Subquery, TextField, Value
from django.db.models.fields.json import KT
from django.http import HttpRequest
from django.utils.formats import localize
from django.utils.html import format_html, format_html_join
from django.utils.timezone import localtime

from funnelkit.adapters.django.models import Contact, Event, Funnel, Invitation, Message, Package, Person, Row, Text
from funnelkit.adapters.django.storage import DjangoStorage
from funnelkit.adapters.system import SystemClock
from funnelkit.documents import read_funnel
from funnelkit.errors import FunnelkitError
from funnelkit.plain import plain
from funnelkit.service import FunnelService
from funnelkit.table import Status
from funnelkit.tags import TAGS
from funnelkit.values.actor import Actor
from funnelkit.values.events import Event as Fact
from funnelkit.words import Role

VIEWER: Final = Actor(id="django-admin", role=Role.ADMIN)
"""By whose rights the pages say what can be done next."""

SHARED: Final = frozenset(field.name for field in fields(Fact))
"""What every event has: it has a column of its own, or is of no use to a reader."""


class ReadOnly(admin.ModelAdmin):
    """Pages on which nothing can be changed."""

    actions = None
    ordering = ("-seq",)
    show_full_result_count = False  # of millions of events, nobody needs the number

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Tell that nobody may."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        """Tell that nobody may."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        """Tell that nobody may."""
        return False


@admin.register(Contact)
class ContactAdmin(ReadOnly):
    """Places in funnels, each with its history and the answers to what can be done next."""

    list_display = ("ident", "name", "account", "funnel", "status", "coach", "due", "gives_up")
    list_filter = ("funnel", "status")
    search_fields = ("ident", "coach")
    fields = ("account", "funnel", "ident", "name", "status", "coach", "due", "gives_up", "told", "next", "document")
    readonly_fields = ("name", "told", "next")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Give contacts, with the names of those persons whom one may see."""
        persons = Person.objects.filter(account=OuterRef("account"), ident=OuterRef("ident"))
        return (
            super()
            .get_queryset(request)
            .annotate(called=_if_allowed(request, "person", persons, KT("document__name")))
            .annotate(speaks=Value(request.user.has_perm("funnelkit.view_text")))
        )

    @admin.display(description="name")
    def name(self, contact: Contact) -> str | None:
        """Give the person's name."""
        return contact.called

    @admin.display(description="history")
    def told(self, contact: Contact) -> str:
        """Give what has happened, the last first: when, what, by whom, why."""
        try:
            events = _service(contact).history(contact.ident)
        except FunnelkitError as error:
            return f"cannot be read: {error}"
        asked = [event.id for event in events] if contact.speaks else []
        found = Text.objects.using(contact._state.db).filter(account=contact.account)  # noqa: SLF001  # as Django says it
        texts = dict(found.filter(event__in=asked).values_list("event", "text"))
        rows = ((localize(localtime(e.recorded)), *_said(e), e.by.id, texts.get(e.id, "")) for e in reversed(events))
        lines = format_html_join("", "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>", rows)
        head = "<tr><th>recorded</th><th>what</th><th></th><th>by</th><th>reason</th></tr>"
        return format_html(f"<table>{head}{{}}</table>", lines)

    @admin.display(description="what an admin can do next")
    def next(self, contact: Contact) -> str:
        """Give every move by hand with its answer, by the tables that the contact's last event was decided by."""
        try:
            options = _service(contact).options(contact.ident, by=VIEWER)
        except FunnelkitError as error:
            return f"cannot be answered: {error}"
        return format_html_join("", "<pre>{}</pre>", ((str(option.decision),) for option in options))


@admin.register(Event)
class EventAdmin(ReadOnly):
    """What has happened, of all nouns."""

    list_display = ("recorded", "what", "account", "within", "noun", "about", "effective")
    list_filter = ("noun", "within")
    search_fields = ("about",)
    fields = ("account", "ident", "what", "within", "noun", "about", "effective", "recorded", "reason", "document")
    readonly_fields = ("what", "reason")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Give events, with their reasons for those who may read them."""
        texts = Text.objects.filter(account=OuterRef("account"), event=OuterRef("ident"))
        return super().get_queryset(request).annotate(because=_if_allowed(request, "text", texts, F("text")))

    @admin.display(description="what")
    def what(self, event: Event) -> str:
        """Give the kind of event."""
        return str(event.document.get("type"))

    @admin.display(description="reason")
    def reason(self, event: Event) -> str | None:
        """Give the reason or note that goes with it."""
        return event.because


@admin.register(Invitation)
class InvitationAdmin(ReadOnly):
    """Invitations, and what became of them."""

    list_display = ("ident", "account", "funnel", "contact", "state", "expires")
    list_filter = ("funnel", "state")
    search_fields = ("ident", "contact")


@admin.register(Package)
class PackageAdmin(ReadOnly):
    """Packages of clients, each with its ledger."""

    list_display = ("ident", "account", "funnel", "contact", "payment")
    list_filter = ("funnel",)
    search_fields = ("ident", "contact", "payment")


@admin.register(Message)
class MessageAdmin(ReadOnly):
    """The outbox: what waits, was sent, is withheld, was given up. No token is in it."""

    list_display = ("key", "account", "state", "failures", "ready")
    list_filter = ("state",)
    search_fields = ("key",)


def _if_allowed(request: HttpRequest, noun: str, rows: Any, column: Any) -> Any:
    """Ask for what speaks of a person where one may see it; where not, it is not even read."""
    allowed = request.user.has_perm(f"funnelkit.view_{noun}")
    return Subquery(rows.annotate(shown=column).values("shown")[:1]) if allowed else Value(None, TextField())


def _service(contact: Contact) -> FunnelService[Status, StrEnum]:
    """Give a service for questions, by the tables of the contact's last event. Raises Invalid where there are none."""
    storage = DjangoStorage(contact._state.db)  # noqa: SLF001  # as Django says it
    about = {"within": contact.funnel, "noun": "contact", "about": contact.ident}
    events = Event.objects.using(storage.using).filter(account=contact.account, **about)
    last = events.order_by("-seq").values_list("document__funnel", flat=True).first()
    written = Funnel.objects.using(storage.using).filter(account=contact.account, fingerprint=str(last))
    funnel = read_funnel(written.values_list("document", flat=True).first())
    return FunnelService(funnel, account=contact.account, storage=storage, clock=SystemClock())


def _said(event: Fact) -> tuple[str, str]:
    """Name an event, and say in short what it says."""
    own: Iterable[tuple[str, Any]] = plain(event).items()  # type: ignore[attr-defined]  # a noun's data is a dict
    told = (
        f"{name}: {value}" for name, value in own if name not in SHARED and not isinstance(value, (dict, type(None)))
    )
    return TAGS[type(event)].replace("_", " "), ", ".join(told)

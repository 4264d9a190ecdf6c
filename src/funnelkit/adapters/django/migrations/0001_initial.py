"""The tables of the first version."""

from __future__ import annotations

from typing import Any, Final

from django.db import migrations, models
from django.db.models import Index, Q, UniqueConstraint

from funnelkit.adapters.django.models import Instant

NUMBER: Final = "0001"
"""The version of the tables after this migration, as `SqlStorage` counts them."""


def table(name: str, plural: str, by: tuple[str, ...], /, *more: Any, **fields: Any) -> migrations.CreateModel:
    """Make a table of ours: the order and the account in front, the key, what else there is, and what is there once."""
    columns = "_".join("id" if column == "ident" else column for column in by)
    named = {
        "seq": models.BigAutoField(primary_key=True, serialize=False),
        "account": models.TextField(),
        **{c: models.TextField("id", db_column="id") if c == "ident" else models.TextField() for c in by},
        **fields,
    }
    options: dict[str, Any] = {
        "db_table": f"funnelkit_{plural}",
        "constraints": [
            UniqueConstraint(fields=("account", *by), name=f"uq_funnelkit_{plural}_account_{columns}"),
            *(one for one in more if isinstance(one, UniqueConstraint)),
        ],
    }
    indexes = [one for one in more if isinstance(one, Index)]
    if indexes:
        options["indexes"] = indexes
    return migrations.CreateModel(name=name, fields=list(named.items()), options=options)


def index(name: str, *fields: str, having: str | None = None) -> Index:
    """Name an index; `having`: it has only the rows that have this column."""
    condition = None if having is None else Q(**{f"{having}__isnull": False})
    return Index(fields=fields, name=f"funnelkit_{name}", condition=condition)


def word() -> models.TextField:
    """A text that may be missing."""
    return models.TextField(null=True)


def moment() -> Instant:
    """A moment that may be missing."""
    return Instant(null=True)


def number() -> models.IntegerField:
    """A whole number."""
    return models.IntegerField()


def document() -> models.JSONField:
    """What a row is about."""
    return models.JSONField()


def is_of(apps: Any, schema_editor: Any) -> None:
    """Write down which version the tables have."""
    version = apps.get_model("funnelkit", "Version").objects.using(schema_editor.connection.alias)
    version.all().delete()
    version.create(version_num=NUMBER)


# fmt: off
TABLES: Final = (
    table("Contact", "contacts", ("funnel", "ident"),
          index("contacts_id", "account", "ident", "funnel"),
          index("contacts_due", "account", "funnel", "due", "ident", having="due"),
          index("contacts_coach", "account", "funnel", "coach", "due", "ident", having="due"),
          index("contacts_gives_up", "account", "funnel", "gives_up", "ident", having="gives_up"),
          index("contacts_ripe", "gives_up", "account", "funnel", having="gives_up"),
          index("contacts_pipeline", "account", "funnel", "pipeline", having="pipeline"),
          version=number(), status=word(), coach=word(), pipeline=word(), due=moment(), gives_up=moment(),
          document=document()),
    table("Person", "persons", ("ident",), index("persons_address", "account", "address"),
          version=number(), address=word(), document=document()),
    table("Company", "companies", ("ident",), version=number(), document=document()),
    table("Group", "groups", ("ident",), version=number(), document=document()),
    table("Appointment", "appointments", ("ident",),
          index("appointments_coach", "account", "coach", "start"),
          index("appointments_funnel", "account", "funnel", "start"),
          version=number(), funnel=word(), coach=word(), start=moment(), end=moment(), document=document()),
    table("Attendee", "attendees", ("contact", "appointment"), index("attendees_at", "account", "appointment")),
    table("Pipeline", "pipelines", ("ident",), index("pipelines_funnel", "account", "funnel"),
          version=number(), funnel=word(), document=document()),
    table("Campaign", "campaigns", ("ident",), index("campaigns_funnel", "account", "funnel"),
          version=number(), funnel=word(), document=document()),
    table("Member", "members", ("ident",), index("members_address", "account", "address"),
          version=number(), address=word(), document=document()),
    table("Invitation", "invitations", ("ident",),
          UniqueConstraint(fields=("account", "contact"), condition=Q(state="pending"),
                           name="uq_funnelkit_invitations_pending"),
          index("invitations_contact", "account", "contact"),
          index("invitations_expires", "account", "funnel", "expires", "ident", having="expires"),
          index("invitations_ripe", "expires", "account", "funnel", having="expires"),
          version=number(), funnel=word(), contact=word(), state=word(), expires=moment(), document=document()),
    table("Link", "links", ("ident",), version=number(), document=document()),
    table("Offer", "offers", ("ident",), version=number(), document=document()),
    table("Package", "packages", ("ident",),
          UniqueConstraint(fields=("account", "payment"), name="uq_funnelkit_packages_payment"),
          index("packages_contact", "account", "contact"),
          version=number(), funnel=word(), contact=word(), payment=word(), document=document()),
    table("Event", "events", ("ident",), index("events_about", "account", "noun", "about", "within", "seq"),
          within=word(), noun=word(), about=word(), effective=moment(), recorded=moment(), document=document()),
    table("Text", "texts", ("event",), text=word()),
    table("Key", "keys", ("key",), command=word(), document=document()),
    table("Funnel", "funnels", ("fingerprint",), index("funnels_name", "account", "name"),
          name=word(), document=document()),
    table("Guard", "guards", ("kind", "key"), version=number()),
    table("Message", "outbox", ("key",), index("outbox_ready", "account", "state", "seq", "ready"),
          state=word(), failures=number(), ready=moment(), document=document()),
)
# fmt: on


class Migration(migrations.Migration):
    """Makes every table, and says which version they have."""

    initial = True

    operations = (
        *TABLES,
        migrations.CreateModel(
            name="Version",
            fields=[("version_num", models.CharField(max_length=32, primary_key=True, serialize=False))],
            options={"db_table": "funnelkit_version"},
        ),
        migrations.RunPython(is_of, migrations.RunPython.noop),
    )

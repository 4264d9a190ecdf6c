"""Values as documents that JSON can hold, and commands out of request bodies. Strict both ways; no error shows a value.

A document says what it is by a tag and a schema number: `{"type": "status_changed", "schema": 1, ...}`. `write` and
`load` lose nothing. `load_stored` also takes what a newer funnelkit has added, keeps it apart, and `write` puts it back.
`read` makes a command of what somebody sends: who acts, when, and on whose word is never taken from there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime
from enum import Enum, StrEnum
from functools import cache, lru_cache
from string import Formatter
from types import UnionType
from typing import Any, Final, Generic, Literal, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints, overload

from attrs import NOTHING, fields, fields_dict, frozen, has

from funnelkit import commands as verbs
from funnelkit.codec import (
    FIELD,
    Hook,
    Reader,
    as_list,
    as_table,
    below,
    converter,
    each,
    of_fields,
    structured,
    word,
    wrong,
)
from funnelkit.commands import KEEP, Command
from funnelkit.decisions import Decision, Finding, Notice, named, said
from funnelkit.errors import Invalid, Problem, invalid, kind_of, unknown
from funnelkit.funnel import Funnel
from funnelkit.table import Status, Trigger
from funnelkit.times import instant
from funnelkit.values import events
from funnelkit.values.actor import Actor
from funnelkit.values.appointment import Appointment, Attendee
from funnelkit.values.contact import Contact
from funnelkit.values.person import Company, Group, Person
from funnelkit.values.plan import Consequence, Message, Noun, Plan, kind_of_noun
from funnelkit.words import Removal

T = TypeVar("T")
K = TypeVar("K", bound=Command[Any, Any])
Tables: TypeAlias = Funnel[Status, StrEnum]
Value: TypeAlias = Noun | Actor | Message | Removal | events.Event | Command[Any, Any]
Upcaster: TypeAlias = Callable[[Mapping[str, Any]], Mapping[str, Any]]

SCHEMA: Final = 1
"""The form of a document. A version of funnelkit that writes another form goes on reading this one."""

UPCASTERS: Final[Mapping[int, Upcaster]] = {}
"""For each older form the pure function that makes the next one of it; its `type` may change, too."""

NOUNS: Final[Mapping[type, str]] = {
    Actor: "actor",
    Appointment: "appointment",
    Company: "company",
    Contact: "contact",
    Group: "group",
    Message: "message",
    Person: "person",
    Removal: "removal",
}

EVENTS: Final[Mapping[type, str]] = {
    events.AppointmentBooked: "appointment_booked",
    events.AppointmentCancelled: "appointment_cancelled",
    events.AppointmentHeld: "appointment_held",
    events.AppointmentMissed: "appointment_missed",
    events.AppointmentRemoved: "appointment_removed",
    events.AppointmentRescheduled: "appointment_rescheduled",
    events.AppointmentRestated: "appointment_restated",
    events.CompanyChanged: "company_changed",
    events.ContactAdded: "contact_added",
    events.ContactAdopted: "contact_adopted",
    events.ContactChanged: "contact_changed",
    events.ContactDeleted: "contact_deleted",
    events.DoNotContactSet: "do_not_contact_set",
    events.GroupChanged: "group_changed",
    events.PersonChanged: "person_changed",
    events.StatusChanged: "status_changed",
    events.StatusCorrected: "status_corrected",
    events.TriggerRecorded: "trigger_recorded",
}

COMMANDS: Final[Mapping[type, str]] = {
    verbs.AddCompany: "add_company",
    verbs.AddContact: "add_contact",
    verbs.Adopt: "adopt",
    verbs.Archive: "archive",
    verbs.AssignCredentials: "assign_credentials",
    verbs.Book: "book",
    verbs.Cancel: "cancel",
    verbs.Convert: "convert",
    verbs.Correct: "correct",
    verbs.Delete: "delete",
    verbs.Edit: "edit",
    verbs.Hide: "hide",
    verbs.JoinGroups: "join_groups",
    verbs.LeaveGroups: "leave_groups",
    verbs.MarkHeld: "mark_held",
    verbs.MarkMissed: "mark_missed",
    verbs.Permit: "permit",
    verbs.Record: "record",
    verbs.Reschedule: "reschedule",
    verbs.Restore: "restore",
    verbs.SetPrimary: "set_primary",
    verbs.Show: "show",
    verbs.Tag: "tag",
    verbs.Untag: "untag",
    verbs.Withdraw: "withdraw",
    verbs.WithdrawCredentials: "withdraw_credentials",
}

TAGS: Final[Mapping[type, str]] = {**NOUNS, **EVENTS, **COMMANDS}
"""The tag of each class, for ever. None is made of a class's name."""

KEYS: Final[Mapping[type, str]] = {Attendee: "contact"}
"""The field by which a member of a list is told from the others, wherever it stands."""

HEAD: Final = ("type", "schema")
NEVER: Final = ("by", "at", "cause", "key", "facts")
"""What is never read from a body: it comes from the program."""

TIME: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
"""How a time is written: ISO 8601 with an offset from UTC; nothing finer than a microsecond."""
```

"""THE VERBS: each is a frozen value that plans; none writes."""

from funnelkit.commands.appointments import Book, Cancel, MarkHeld, MarkMissed, Reschedule
from funnelkit.commands.contacts import KEEP, AddContact, Adopt, Edit, vocabulary
from funnelkit.commands.convert import Convert, Correct, Record
from funnelkit.commands.marks import (
    AddCompany,
    Archive,
    AssignCredentials,
    Hide,
    JoinGroups,
    LeaveGroups,
    Permit,
    Restore,
    SetPrimary,
    Show,
    Tag,
    Untag,
    Withdraw,
    WithdrawCredentials,
)
from funnelkit.commands.remove import Delete
from funnelkit.planning import Command

__all__ = [
    "KEEP",
    "AddCompany",
    "AddContact",
    "Adopt",
    "Archive",
    "AssignCredentials",
    "Book",
    "Cancel",
    "Command",
    "Convert",
    "Correct",
    "Delete",
    "Edit",
    "Hide",
    "JoinGroups",
    "LeaveGroups",
    "MarkHeld",
    "MarkMissed",
    "Permit",
    "Record",
    "Reschedule",
    "Restore",
    "SetPrimary",
    "Show",
    "Tag",
    "Untag",
    "Withdraw",
    "WithdrawCredentials",
    "vocabulary",
]

"""THE VERBS: each is a frozen value that plans; none writes."""

from funnelkit.commands.appointments import Book, Cancel, MarkHeld, MarkMissed, Reschedule
from funnelkit.commands.campaigns import MakeCampaign, SendCampaign
from funnelkit.commands.contacts import KEEP, AddContact, Adopt, Edit, vocabulary
from funnelkit.commands.convert import Convert, Correct, Record
from funnelkit.commands.follow_ups import DropFollowUp, GiveUp, LogContact, MoveFollowUp, ScheduleFollowUp
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
from funnelkit.commands.outreach import LiftDoNotContact, LiftDoNotMarket, SetDoNotContact, SetDoNotMarket
from funnelkit.commands.pipelines import CompleteStage, DefinePipeline, PutOnPipeline, SkipStage, TakeOffPipeline
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
    "CompleteStage",
    "Convert",
    "Correct",
    "DefinePipeline",
    "Delete",
    "DropFollowUp",
    "Edit",
    "GiveUp",
    "Hide",
    "JoinGroups",
    "LeaveGroups",
    "LiftDoNotContact",
    "LiftDoNotMarket",
    "LogContact",
    "MakeCampaign",
    "MarkHeld",
    "MarkMissed",
    "MoveFollowUp",
    "Permit",
    "PutOnPipeline",
    "Record",
    "Reschedule",
    "Restore",
    "ScheduleFollowUp",
    "SendCampaign",
    "SetDoNotContact",
    "SetDoNotMarket",
    "SetPrimary",
    "Show",
    "SkipStage",
    "Tag",
    "TakeOffPipeline",
    "Untag",
    "Withdraw",
    "WithdrawCredentials",
    "vocabulary",
]

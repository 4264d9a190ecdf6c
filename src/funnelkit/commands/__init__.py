"""THE VERBS: each is a frozen value that plans; none writes."""

from funnelkit.commands.answering import Accept, CompleteOnboarding, Decline
from funnelkit.commands.appointments import Book, Cancel, MarkHeld, MarkMissed, Reschedule
from funnelkit.commands.campaigns import MakeCampaign, SendCampaign
from funnelkit.commands.contacts import KEEP, AddContact, Adopt, Edit, vocabulary
from funnelkit.commands.convert import Convert, Correct, Record
from funnelkit.commands.follow_ups import DropFollowUp, GiveUp, LogContact, MoveFollowUp, ScheduleFollowUp
from funnelkit.commands.hours import DescribeSession, SetEngagement
from funnelkit.commands.invitations import ExpireInvitation, Invite, MintLink, Revoke, SendAgain
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
from funnelkit.commands.merging import Merge
from funnelkit.commands.outreach import LiftDoNotContact, LiftDoNotMarket, SetDoNotContact, SetDoNotMarket
from funnelkit.commands.packages import AssignPackage, DefineOffer, RecordPayment, TakeOffPackage
from funnelkit.commands.pipelines import CompleteStage, DefinePipeline, PutOnPipeline, SkipStage, TakeOffPipeline
from funnelkit.commands.privacy import Erase
from funnelkit.commands.remove import Delete
from funnelkit.commands.team import AddMember, AssignCoach, ChangeMember, RemoveMember, UnassignCoach
from funnelkit.planning import Command

__all__ = [
    "KEEP",
    "Accept",
    "AddCompany",
    "AddContact",
    "AddMember",
    "Adopt",
    "Archive",
    "AssignCoach",
    "AssignCredentials",
    "AssignPackage",
    "Book",
    "Cancel",
    "ChangeMember",
    "Command",
    "CompleteOnboarding",
    "CompleteStage",
    "Convert",
    "Correct",
    "Decline",
    "DefineOffer",
    "DefinePipeline",
    "Delete",
    "DescribeSession",
    "DropFollowUp",
    "Edit",
    "Erase",
    "ExpireInvitation",
    "GiveUp",
    "Hide",
    "Invite",
    "JoinGroups",
    "LeaveGroups",
    "LiftDoNotContact",
    "LiftDoNotMarket",
    "LogContact",
    "MakeCampaign",
    "MarkHeld",
    "MarkMissed",
    "Merge",
    "MintLink",
    "MoveFollowUp",
    "Permit",
    "PutOnPipeline",
    "Record",
    "RecordPayment",
    "RemoveMember",
    "Reschedule",
    "Restore",
    "Revoke",
    "ScheduleFollowUp",
    "SendAgain",
    "SendCampaign",
    "SetDoNotContact",
    "SetDoNotMarket",
    "SetEngagement",
    "SetPrimary",
    "Show",
    "SkipStage",
    "Tag",
    "TakeOffPackage",
    "TakeOffPipeline",
    "UnassignCoach",
    "Untag",
    "Withdraw",
    "WithdrawCredentials",
    "vocabulary",
]

"""What each class is called in documents, for ever."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from funnelkit import commands as verbs
from funnelkit.values import client_events, events
from funnelkit.values.actor import Actor
from funnelkit.values.appointment import Appointment
from funnelkit.values.contact import Contact
from funnelkit.values.invitation import Invitation, Link
from funnelkit.values.outreach import Campaign
from funnelkit.values.package import Offer, Package
from funnelkit.values.person import Company, Group, Person
from funnelkit.values.pipeline import Pipeline
from funnelkit.values.plan import Message
from funnelkit.values.team import Member
from funnelkit.words import Removal

# fmt: off
NOUNS: Final[Mapping[type, str]] = {
    Actor:       "actor",
    Appointment: "appointment",
    Campaign:    "campaign",
    Company:     "company",
    Contact:     "contact",
    Group:       "group",
    Invitation:  "invitation",
    Link:        "link",
    Member:      "member",
    Message:     "message",
    Offer:       "offer",
    Package:     "package",
    Person:      "person",
    Pipeline:    "pipeline",
    Removal:     "removal",
}

EVENTS: Final[Mapping[type, str]] = {
    events.AppointmentBooked:           "appointment_booked",
    events.AppointmentCancelled:        "appointment_cancelled",
    events.AppointmentHeld:             "appointment_held",
    events.AppointmentMissed:           "appointment_missed",
    events.AppointmentRemoved:          "appointment_removed",
    events.AppointmentRescheduled:      "appointment_rescheduled",
    events.AppointmentRestated:         "appointment_restated",
    events.CampaignMade:                "campaign_made",
    events.CampaignSent:                "campaign_sent",
    events.CompanyChanged:              "company_changed",
    events.ContactAdded:                "contact_added",
    events.ContactAdopted:              "contact_adopted",
    events.ContactChanged:              "contact_changed",
    events.ContactDeleted:              "contact_deleted",
    client_events.ContactErased:        "contact_erased",
    client_events.ContactMerged:        "contact_merged",
    events.ContactTouched:              "contact_touched",
    events.DoNotContactSet:             "do_not_contact_set",
    events.DoNotMarketSet:              "do_not_market_set",
    client_events.EngagementSet:        "engagement_set",
    events.FollowUpEnded:               "follow_up_ended",
    events.FollowUpScheduled:           "follow_up_scheduled",
    events.GroupChanged:                "group_changed",
    client_events.InvitationAccepted:   "invitation_accepted",
    client_events.InvitationDeclined:   "invitation_declined",
    client_events.InvitationExpired:    "invitation_expired",
    client_events.InvitationRevoked:    "invitation_revoked",
    client_events.InvitationSent:       "invitation_sent",
    client_events.InvitationSentAgain:  "invitation_sent_again",
    client_events.InvitationSuperseded: "invitation_superseded",
    client_events.LinkMinted:           "link_minted",
    client_events.LinksVoided:          "links_voided",
    client_events.MemberAdded:          "member_added",
    client_events.MemberChanged:        "member_changed",
    client_events.MemberLeft:           "member_left",
    client_events.OfferDefined:         "offer_defined",
    client_events.PackageAttached:      "package_attached",
    client_events.PackageDeleted:       "package_deleted",
    client_events.PackageGiven:         "package_given",
    client_events.PackageHandedOver:    "package_handed_over",
    client_events.PackageOpened:        "package_opened",
    client_events.PackagePosted:        "package_posted",
    client_events.PackageRemoved:       "package_removed",
    events.PersonChanged:               "person_changed",
    events.PipelineDefined:             "pipeline_defined",
    events.PipelineMoved:               "pipeline_moved",
    client_events.SessionDescribed:     "session_described",
    events.StatusChanged:               "status_changed",
    events.StatusCorrected:             "status_corrected",
    events.TriggerRecorded:             "trigger_recorded",
}

COMMANDS: Final[Mapping[type, str]] = {
    verbs.Accept:              "accept",
    verbs.AddCompany:          "add_company",
    verbs.AddContact:          "add_contact",
    verbs.AddMember:           "add_member",
    verbs.Adopt:               "adopt",
    verbs.Archive:             "archive",
    verbs.AssignCoach:         "assign_coach",
    verbs.AssignCredentials:   "assign_credentials",
    verbs.AssignPackage:       "assign_package",
    verbs.Book:                "book",
    verbs.Cancel:              "cancel",
    verbs.ChangeMember:        "change_member",
    verbs.CompleteOnboarding:  "complete_onboarding",
    verbs.CompleteStage:       "complete_stage",
    verbs.Convert:             "convert",
    verbs.Correct:             "correct",
    verbs.Decline:             "decline",
    verbs.DefineOffer:         "define_offer",
    verbs.DefinePipeline:      "define_pipeline",
    verbs.Delete:              "delete",
    verbs.DescribeSession:     "describe_session",
    verbs.DropFollowUp:        "drop_follow_up",
    verbs.Edit:                "edit",
    verbs.Erase:               "erase",
    verbs.ExpireInvitation:    "expire_invitation",
    verbs.GiveUp:              "give_up",
    verbs.Hide:                "hide",
    verbs.Invite:              "invite",
    verbs.JoinGroups:          "join_groups",
    verbs.LeaveGroups:         "leave_groups",
    verbs.LiftDoNotContact:    "lift_do_not_contact",
    verbs.LiftDoNotMarket:     "lift_do_not_market",
    verbs.LogContact:          "log_contact",
    verbs.MakeCampaign:        "make_campaign",
    verbs.MarkHeld:            "mark_held",
    verbs.MarkMissed:          "mark_missed",
    verbs.Merge:               "merge",
    verbs.MintLink:            "mint_link",
    verbs.MoveFollowUp:        "move_follow_up",
    verbs.Permit:              "permit",
    verbs.PutOnPipeline:       "put_on_pipeline",
    verbs.Record:              "record",
    verbs.RecordPayment:       "record_payment",
    verbs.RemoveMember:        "remove_member",
    verbs.Reschedule:          "reschedule",
    verbs.Restore:             "restore",
    verbs.Revoke:              "revoke",
    verbs.ScheduleFollowUp:    "schedule_follow_up",
    verbs.SendAgain:           "send_again",
    verbs.SendCampaign:        "send_campaign",
    verbs.SetDoNotContact:     "set_do_not_contact",
    verbs.SetEngagement:       "set_engagement",
    verbs.SetDoNotMarket:      "set_do_not_market",
    verbs.SetPrimary:          "set_primary",
    verbs.Show:                "show",
    verbs.SkipStage:           "skip_stage",
    verbs.Tag:                 "tag",
    verbs.TakeOffPackage:      "take_off_package",
    verbs.TakeOffPipeline:     "take_off_pipeline",
    verbs.UnassignCoach:       "unassign_coach",
    verbs.Untag:               "untag",
    verbs.Withdraw:            "withdraw",
    verbs.WithdrawCredentials: "withdraw_credentials",
}
# fmt: on

TAGS: Final[Mapping[type, str]] = {**NOUNS, **EVENTS, **COMMANDS}
"""All of them."""

"""May this person be invited, by whom, with what? May this invitation be accepted?"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Final, TypeVar

from attrs import frozen

from funnelkit.decisions import About, Decision, Notice, decided, rule
from funnelkit.decisions import Case as AnyCase
from funnelkit.funnel import Funnel
from funnelkit.statuses.invitation import INVITATION, Happening, InvitationStatus
from funnelkit.table import Row, Status
from funnelkit.times import instant
from funnelkit.values.actor import Actor
from funnelkit.words import Portal, Role, Sender, Standing

S = TypeVar("S", bound=Status)
R = TypeVar("R", bound=StrEnum)


@frozen(kw_only=True)
class Case(AnyCase):
    """Who does what about an invitation of whom: plain facts, no name and no address."""

    by: Actor
    on: Happening = Happening.SENT
    state: InvitationStatus | None = None
    """Of the invitation that it is about; None: there is none yet."""
    status: Status | None = None
    standing: Standing = Standing.ACTIVE
    portal: Portal = Portal.NOT_INVITED
    has_email: bool = True
    sender: Sender = Sender.ACCOUNT
    coach: str | None = None
    """For whom the contact is invited."""
    own: bool = True
    """Whether the contact is the actor's own: nobody's, or the actor is one of its coaches."""
    has: str | None = None
    """The coach that the contact has."""
    acts: bool = True
    """Whether the actor has not left the team."""
    declined: bool = False
    """Whether the person has declined before."""
    pending: str | None = None
    """The invitation that waits already."""
    holders: tuple[str, ...] = ()
    """Contacts who are known under the address of a new person."""
    inviter_within: bool = True
    address_within: bool = True
    contact: str | None = None

    def words(self) -> dict[str, object]:
        """What texts may name; of the actor, the role."""
        return {
            "role": self.by.role, "status": self.status, "state": self.state, "coach": self.coach or "the team",
            "pending": self.pending, "holders": self.holders, "sender": self.sender, "portal": self.portal,
            "contact": self.contact or "a new person", "on": self.on,
        }  # fmt: skip


@frozen(kw_only=True)
class Opening(AnyCase):
    """What is looked at when somebody comes with a link. It holds nothing of the link itself."""

    by: Actor
    on: Happening = Happening.ACCEPTED
    known: bool = False
    """Whether a link with this selector is kept, and its hash is that of the text that came."""
    here: bool = False
    """Whether it is of this funnel."""
    current: bool = False
    """Whether it is of the latest sending."""
    state: InvitationStatus | None = None
    now: datetime
    expires: datetime | None = None
    standing: Standing | None = None
    """Of the contact; None: it is gone."""
    contact: str | None = None

    def words(self) -> dict[str, object]:
        """What texts may name; of the actor, the role."""
        return {"state": self.state, "expires": self.expires, "standing": self.standing, "role": self.by.role}


@frozen(kw_only=True)
class Term(AnyCase):
    """An invitation whose term may have run out."""

    by: Actor
    state: InvitationStatus
    expires: datetime
    now: datetime

    def words(self) -> dict[str, object]:
        """What texts may name; of the actor, the role."""
        return {"role": self.by.role, "state": self.state, "expires": self.expires}


AnyFunnel = Funnel[Status, Any]
AnyRow = Row[Status] | None


@rule(
    ok="{role} may invite",
    no="{role} may not invite, nor change an invitation",
    about=About.ACTOR,
    remedy="ask the owner, an admin or the coach",
)
def inviter_may(funnel: AnyFunnel, case: Case, row: AnyRow) -> bool:
    """Owner, admin, coach and system invite; a plain coach by policy; nobody who has left. Source: S4, DL-A10."""
    coach_may = case.by.role is not Role.COACH or funnel.policy.invitation.coach_invites
    return case.by.role in (row or INVITATION.after[None, Happening.SENT]).by and coach_may and case.acts


@rule(
    ok="{role} may invite this client for {coach}",
    no="{role} may invite own clients only, not one of {coach}",
    about=About.ACTOR,
    remedy="let the owner or an admin invite",
)
def for_oneself(funnel: AnyFunnel, case: Case, row: AnyRow) -> bool:
    """A plain coach invites for itself; owner, admin and the system for any member. Source: S4, DL-A10."""
    if case.by.role is not Role.COACH or funnel.policy.invitation.coach_for_others:
        return True
    return case.own and {case.coach, case.has} <= {None, case.by.id}


@rule(
    ok="it may go out in the name of the {sender}",
    no="it may not go out in the name of the {sender}",
    about=About.ACTOR,
    remedy="for another coach it goes out in the account's name, from one's own portal in one's own",
)
def speaks_for_itself(funnel: AnyFunnel, case: Case, row: AnyRow) -> bool:
    """For another coach the account invites; in one's own portal one speaks in one's own name. Source: S4, DL-A15."""
    if case.sender is Sender.MEMBER:
        return case.by.role is not Role.SYSTEM and case.coach in (None, case.by.id)
    return case.by.role is not Role.COACH or funnel.policy.invitation.coach_for_others


@rule(
    ok="{status} may log in, so there is something to invite to",
    no="{funnel} does not let {status} log in, so there is nothing to invite to",
    remedy="convert the contact to a status that may log in",
)
def status_can_be_invited(funnel: AnyFunnel, case: Case, row: AnyRow) -> bool:
    """Only a status that may log in is invited; the others are created only. Source: DL1, SD3."""
    return case.status is not None and funnel.status(case.status) in funnel.lets_in


@rule(ok="the contact is not archived", no="the contact is archived", remedy="restore the contact first")
def is_not_archived(funnel: AnyFunnel, case: Case, row: AnyRow) -> bool:
    """An archived contact has no portal to be invited to. Source: SD4."""
    return case.standing is not Standing.ARCHIVED


@rule(ok="the e-mail is known", no="the e-mail is missing", about=About.FACT, remedy="add the e-mail")
def address_is_known(funnel: AnyFunnel, case: Case, row: AnyRow) -> bool:
    """An invitation is a link by mail. Source: S4, SD3."""
    return case.has_email


@rule(
    ok="the contact has no portal yet",
    no="the contact has the portal already",
    remedy="nothing has to be sent; a package can be bought",
)
def has_no_portal_yet(funnel: AnyFunnel, case: Case, row: AnyRow) -> bool:
    """Who has accepted, or has credentials, is not invited again. Source: DL-A13."""
    return case.portal is not Portal.ACTIVE


@rule(
    ok="no invitation waits",
    no="the invitation {pending} waits for an answer",
    remedy="send {pending} again, or take it back, in its own funnel",
)
def none_is_pending(funnel: AnyFunnel, case: Case, row: AnyRow) -> bool:
    """One invitation of a person waits in the account, at most. Source: DL-A13."""
    return case.pending is None


@rule(
    ok="it is clear who is meant",
    no="somebody is known under this address: {holders}",
    remedy="invite that contact, or say that this is another person",
)
def is_not_known_yet(funnel: AnyFunnel, case: Case, row: AnyRow) -> bool:
    """However it is written: who is meant by an address that is known, nobody guesses. Source: ours, after DL-A13."""
    return not case.holders


@rule(
    ok="the inviter is within the limit",
    no="the inviter has sent as many as may be sent for now",
    about=About.TIME,
    remedy="wait, or raise the limit",
)
def inviter_within_limit(funnel: AnyFunnel, case: Case, row: AnyRow) -> bool:
    """The host limits how many invitations one inviter sends. Source: ours."""
    return case.inviter_within


@rule(
    ok="the address is within the limit",
    no="the address was sent as many as may be sent for now",
    about=About.TIME,
    remedy="wait, or raise the limit",
)
def address_within_limit(funnel: AnyFunnel, case: Case, row: AnyRow) -> bool:
    """The host limits how many invitations one address gets. Source: ours."""
    return case.address_within


@rule(
    ok="it is {state}, and that can be done",
    no="it is {state}, and that cannot be done any more",
    remedy="invite anew",
)
def still_possible(funnel: AnyFunnel, case: Case, row: AnyRow) -> bool:
    """The life table of invitations has a row for it. Source: DL-A13, DL-A14."""
    return row is not None


@rule(ok="the link is one of ours", no="no such link was ever given out here", remedy="ask for an invitation")
def link_is_known(funnel: AnyFunnel, case: Opening, row: AnyRow) -> bool:
    """The selector is kept, and the verifier proves it. Source: ours."""
    return case.known


@rule(
    ok="it is an invitation of {funnel}",
    no="it is an invitation of another funnel",
    remedy="open it there",
    nothing="there is no such link",
)
def link_is_of_this_funnel(funnel: AnyFunnel, case: Opening, row: AnyRow) -> bool | None:
    """What was invited to one funnel opens no other. Source: ours."""
    return case.here if case.known else None


@rule(
    ok="it is of the latest sending",
    no="the invitation was sent again, or to another address, since",
    remedy="use the later mail",
    nothing="there is no such link",
)
def link_is_current(funnel: AnyFunnel, case: Opening, row: AnyRow) -> bool | None:
    """Sending again makes earlier links worthless. Source: ours, after DL-A14."""
    return case.current if case.known else None


@rule(
    ok="it waits for an answer",
    no="it is {state}",
    remedy="invite anew, or send it again",
    nothing="there is no such link",
)
def waits_for_an_answer(funnel: AnyFunnel, case: Opening, row: AnyRow) -> bool | None:
    """What was accepted, declined, taken back or superseded is not answered again. Source: DL-A14."""
    return row is not None or case.state is InvitationStatus.EXPIRED if case.known else None


@rule(
    ok="its term runs until {expires}",
    no="its term has run out: {expires}",
    about=About.TIME,
    remedy="send it again",
    nothing="there is no such link",
)
def is_in_time(funnel: AnyFunnel, case: Opening, row: AnyRow) -> bool | None:
    """The end of the term does not belong to it. Source: DL-A14."""
    runs = case.expires is not None and instant(case.now, "now") < instant(case.expires, "expires")
    return runs if case.known else None


@rule(
    ok="the contact is {standing}",
    no="the contact is gone, or archived",
    remedy="restore the contact, and invite anew",
    nothing="there is no such link",
)
def contact_is_there(funnel: AnyFunnel, case: Opening, row: AnyRow) -> bool | None:
    """Who is not worked with any more has no portal. Source: SD4."""
    return case.standing not in (None, Standing.ARCHIVED) if case.known else None


@rule(
    ok="it is the person's own",
    no="{role} does not answer an invitation of somebody else",
    about=About.ACTOR,
    remedy="let the person invited open it",
    nothing="there is no such link",
)
def is_ones_own(funnel: AnyFunnel, case: Opening, row: AnyRow) -> bool | None:
    """A link belongs to one contact, whoever shares the address; nobody else answers it. Source: ours."""
    if not case.known:
        return None
    waits = INVITATION.after.get((InvitationStatus.PENDING, case.on))
    return waits is not None and case.by.role in waits.by and case.by.id == case.contact


@rule(
    ok="this link opens the invitation",
    no="this link opens nothing, or nothing any more",
    remedy="ask whoever invited you for another one",
)
def link_opens(funnel: AnyFunnel, case: Opening, row: AnyRow) -> bool:
    """The one answer to the outside; why not, the account alone is told. Source: ours."""
    return False


@rule(
    ok="the clock ends it",
    no="{role} does not end it by the clock",
    about=About.ACTOR,
    remedy="take it back, or let the sweep run",
)
def clock_ends_it(funnel: AnyFunnel, case: Term, row: AnyRow) -> bool:
    """What time alone makes true, the system does. Source: DL-A14."""
    return case.by.role in INVITATION.after[InvitationStatus.PENDING, Happening.EXPIRED].by


@rule(
    ok="its term ran out: {expires}",
    no="its term runs until {expires}",
    about=About.TIME,
    remedy="wait, or take it back",
)
def has_run_out(funnel: AnyFunnel, case: Term, row: AnyRow) -> bool:
    """The end of the term does not belong to it. Source: DL-A14."""
    return instant(case.expires, "expires") <= instant(case.now, "now")


@rule(ok="it waits", no="it is {state}, and does not wait any more", remedy="nothing is left to do")
def still_waits(funnel: AnyFunnel, case: Term, row: AnyRow) -> bool:
    """Only what is pending runs out. Source: DL-A14."""
    return row is not None


QUESTION: Final = "invite {contact}"
RUN_OUT: Final = "end an invitation by the clock"
CHANGE: Final = "mark the invitation of {contact} as {on}"
OPEN: Final = "open an invitation"
DECLINED: Final = Notice("invitation.declined_before", "this person has declined an invitation before", "ours")

OF_THE_PERSON: Final = (
    status_can_be_invited, is_not_archived, address_is_known, inviter_within_limit, address_within_limit,
)  # fmt: skip
OF_A_NEW_ONE: Final = (
    inviter_may, for_oneself, speaks_for_itself, is_not_known_yet, none_is_pending, has_no_portal_yet, *OF_THE_PERSON,
)  # fmt: skip
OF_ANOTHER_SENDING: Final = (
    still_possible, inviter_may, for_oneself, none_is_pending, has_no_portal_yet, *OF_THE_PERSON,
)  # fmt: skip
OF_TAKING_BACK: Final = (still_possible, inviter_may, for_oneself)
OF_A_LINK: Final = (
    link_is_known, link_is_of_this_funnel, link_is_current, waits_for_an_answer, is_in_time, contact_is_there,
    is_ones_own,
)  # fmt: skip
OF_THE_CLOCK: Final = (clock_ends_it, still_waits, has_run_out)
RULES: Final = (*OF_A_NEW_ONE, still_possible, *OF_A_LINK, link_opens, *OF_THE_CLOCK)


def may_invite(funnel: Funnel[S, R], case: Case) -> Decision:
    """Every finding about inviting this person."""
    notices = (DECLINED,) if case.declined else ()
    return decided(QUESTION, OF_A_NEW_ONE, funnel, case, notices=notices)


def may_send_again(funnel: Funnel[S, R], case: Case) -> Decision:
    """Every finding about sending an invitation again, or about another link for it."""
    notices = (DECLINED,) if case.declined else ()
    return decided(CHANGE, OF_ANOTHER_SENDING, funnel, case, INVITATION.after.get((case.state, case.on)), notices)


def may_revoke(funnel: Funnel[S, R], case: Case) -> Decision:
    """Every finding about taking an invitation back."""
    return decided(CHANGE, OF_TAKING_BACK, funnel, case, INVITATION.after.get((case.state, case.on)))


def may_open(funnel: Funnel[S, R], case: Opening) -> Decision:
    """Every finding about a link: for the account's eyes only. Every rule is asked, whatever the others say."""
    return decided(OPEN, OF_A_LINK, funnel, case, INVITATION.after.get((case.state, case.on)))


def to_the_outside(funnel: Funnel[S, R], exact: Decision) -> Decision:
    """Give what whoever holds the link may hear: a yes as it is, and one and the same no for every reason."""
    return exact or Decision(OPEN, (link_opens.no,), None, None, funnel)


def may_expire(funnel: Funnel[S, R], case: Term) -> Decision:
    """Every finding about ending an invitation by the clock."""
    return decided(RUN_OUT, OF_THE_CLOCK, funnel, case, INVITATION.after.get((case.state, Happening.EXPIRED)))

"""Lead pipelines: stages in order, what each has ready, and who stands where. Source: SC2, SC3, SC6, SC-A7, SC-A8."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any, Final, TypeAlias

import pytest

from funnelkit import AGENCY, STUDIO, Actor, Conflict, Contact, Invalid, Kind, NotFound, Right, Role, Standing
from funnelkit.commands import (
    AddContact,
    Adopt,
    Archive,
    CompleteStage,
    Convert,
    Correct,
    DefinePipeline,
    Delete,
    Edit,
    PutOnPipeline,
    Restore,
    SetDoNotContact,
    SetDoNotMarket,
    SkipStage,
    Tag,
    TakeOffPipeline,
)
from funnelkit.loaded import Loaded
from funnelkit.planning import Moment
from funnelkit.rules import history
from funnelkit.rules import pipeline as rule_of
from funnelkit.sheets import csv_text
from funnelkit.statuses.studio import READINGS, Studio
from funnelkit.values.events import PipelineMoved
from funnelkit.values.pipeline import AtStage, Pipeline, Prepared, Stage
from funnelkit.words import Progress, Purpose, Recipient, Removal, StageMove
from tests.scenarios.world import (
    COACH,
    DAY,
    DESK,
    HOUR,
    NOON,
    OWNER,
    SYSTEM,
    VIEWER,
    Crm,
    a_session,
    crm,
    itself,
    mails,
    refusals,
    rules,
    someone,
)

S: Final = Studio
Clients: TypeAlias = Crm[Studio, Right]
HANDS: Final = (OWNER, COACH, DESK, SYSTEM)
TO_THEM: Final = Recipient.CONTACT

CALL: Final = Stage(
    key="call",
    name="Call",
    set_up=[Prepared(template="plan_call")],
    on_active=[Prepared(template="call_now"), Prepared(template="we_will_call", to=TO_THEM)],
    on_completed=[Prepared(template="nice_talk", to=TO_THEM)],
)
OFFER: Final = Stage(
    key="offer",
    name="Offer",
    set_up=[Prepared(template="prepare_offer")],
    on_active=[Prepared(template="write_offer")],
    on_completed=[Prepared(template="offer_sent")],
)
BOOKING: Final = Stage(key="booking", name="Booking", on_completed=[Prepared(template="welcome", to=TO_THEM)])
THREE: Final = (CALL, OFFER, BOOKING)


@pytest.fixture
def studio() -> Clients:
    """An empty studio."""
    return crm(STUDIO)


def defined(studio: Clients, key: str = "weddings", *stages: Stage, **more: Any) -> Pipeline:
    """Given a pipeline; of three stages unless told otherwise."""
    known: dict[str, Any] = {"name": key.title(), "stages": stages or THREE, "by": COACH, **more}
    return studio.do(DefinePipeline(pipeline=key, **known))


def a_lead(studio: Clients, on: str | None = "weddings", **more: Any) -> Contact:
    """Given a lead, on this pipeline."""
    lead = someone(studio, S.LEAD, **more)
    return lead if on is None else put(studio, lead, on=on)


def put(studio: Clients, lead: Contact, on: str = "weddings") -> Contact:
    """Put a contact on a pipeline."""
    (found,) = studio.do(PutOnPipeline(contacts=[lead.id], pipeline=on, by=COACH))
    return found


def stage_of(contact: Contact) -> str | None:
    """Give the stage at which a contact stands."""
    return None if contact.pipeline is None else contact.pipeline.stage


def moves(studio: Clients, lead: Contact) -> list[StageMove]:
    """Give how the contact moved."""
    return [event.how for event in studio.history(lead.id) if isinstance(event, PipelineMoved)]


def whole(studio: Clients) -> None:
    """Hold the law: the fold of what happened is what is stored, of contacts and of pipelines."""
    for contact in studio.contacts():
        assert contact == history.contact_at(studio.history(contact.id))
    for pipeline in studio.pipelines():
        assert pipeline == history.pipeline_at(studio.history_of("pipeline", pipeline.id))


# ---- a pipeline is an ordered run of stages: SC3


def test_sc3_a_pipeline_is_an_ordered_run_of_stages(studio: Clients) -> None:
    """What was defined is kept: the stages in their order. Source: SC3."""
    pipeline = defined(studio)
    assert ("call", "offer", "booking") == pipeline.keys
    assert (pipeline,) == studio.pipelines()
    assert pipeline == studio.pipeline("weddings")
    assert [OFFER, BOOKING, None] == [rule_of.next_stage(pipeline, key) for key in pipeline.keys]
    whole(studio)


def test_sc3_who_is_put_on_it_stands_at_its_first_stage(studio: Clients) -> None:
    """Since when it stands there is known, and since when it is on the pipeline. Source: SC3."""
    defined(studio)
    lead = a_lead(studio)
    assert AtStage(pipeline="weddings", stage="call", since=NOON, entered=NOON) == lead.pipeline
    whole(studio)


def test_sc3_completing_a_stage_moves_on_to_the_next_by_itself(studio: Clients) -> None:
    """Call, offer, booking; `since` is the stage's, `entered` stays. Source: SC3."""
    defined(studio)
    lead = a_lead(studio)
    for expected in ("offer", "booking"):
        studio.clock.advance(DAY)
        lead = studio.do(CompleteStage(contact=lead.id, by=COACH))
        assert AtStage(pipeline="weddings", stage=expected, since=studio.clock.now(), entered=NOON) == lead.pipeline
    whole(studio)


def test_sc3_completing_the_last_stage_ends_the_run(studio: Clients) -> None:
    """Behind the last stage there is none; the contact stays a lead, and nothing closes what is over. Source: ours."""
    defined(studio)
    lead = a_lead(studio)
    for _ in THREE:
        lead = studio.do(CompleteStage(contact=lead.id, by=COACH))
    assert (None, S.LEAD) == (lead.pipeline, lead.status)
    assert [StageMove.ENTERED, *[StageMove.COMPLETED] * 3] == moves(studio, lead)
    studio.do(Convert(contact=lead.id, to=S.CLIENT, by=COACH))
    assert StageMove.CLOSED not in moves(studio, lead)
    whole(studio)


def test_sc3_a_stage_may_be_skipped_when_it_does_not_apply(studio: Clients) -> None:
    """The next begins as if it had been completed; that it was skipped is known, with the reason. Source: SC3."""
    defined(studio)
    lead = a_lead(studio)
    skipped = studio.do(SkipStage(contact=lead.id, reason="she came by", by=COACH))
    assert "offer" == stage_of(skipped)
    assert [StageMove.ENTERED, StageMove.SKIPPED] == moves(studio, lead)
    assert "she came by" == studio.reason(studio.history(lead.id)[-1])
    for _ in ("offer", "booking"):
        lead = studio.do(SkipStage(contact=lead.id, by=COACH))
    assert lead.pipeline is None
    whole(studio)


def test_ours_a_contact_is_taken_off(studio: Clients) -> None:
    """By hand, wherever it stands; it stays a lead, and nothing is sent. Source: ours."""
    defined(studio, "weddings", OFFER)
    lead = a_lead(studio)
    before = mails(studio)
    off = studio.do(TakeOffPipeline(contact=lead.id, reason="not now", by=COACH))
    assert (None, S.LEAD) == (off.pipeline, off.status)
    assert StageMove.TAKEN_OFF is moves(studio, lead)[-1]
    assert before == mails(studio)
    whole(studio)


def test_sc3_an_event_says_from_where_to_where(studio: Clients) -> None:
    """Of every move: what was, what is, how, and the status it was in. Source: SC3."""
    defined(studio)
    lead = a_lead(studio)
    done = studio.do(CompleteStage(contact=lead.id, note="she likes blue", by=COACH))
    event = studio.history(lead.id)[-1]
    assert isinstance(event, PipelineMoved)
    assert (lead.pipeline, done.pipeline) == (event.was, event.to)
    assert (StageMove.COMPLETED, S.LEAD) == (event.how, event.status)
    assert "she likes blue" == studio.reason(event)
    assert "blue" not in repr(studio.history(lead.id))


def test_ours_a_plan_says_which_stage_comes_and_which_run_ends(studio: Clients) -> None:
    """Before it is done one can read it. Source: ours."""
    defined(studio)
    defined(studio, "babies")
    lead = a_lead(studio)

    def then(command: Any) -> list[tuple[str, Any]]:
        return [(c.code, c.params.get("stage")) for c in studio.plan(command).consequences if "stage" in c.params]

    assert [("stage_begins", "offer")] == then(CompleteStage(contact=lead.id, by=COACH))
    assert [("run_ends", "call")] == then(TakeOffPipeline(contact=lead.id, by=COACH))
    assert [("run_ends", "call")] == then(Convert(contact=lead.id, to=S.CLIENT, by=COACH))
    switch = PutOnPipeline(contacts=[lead.id], pipeline="babies", by=COACH)
    assert [("run_ends", "call"), ("stage_begins", "call")] == then(switch)
    assert "then  the contact comes to offer of weddings" in str(studio.plan(CompleteStage(contact=lead.id, by=COACH)))


# ---- a second click: ours


def test_ours_a_second_click_does_not_complete_the_next_stage(studio: Clients) -> None:
    """Who names the stage completes that one; the second time it is refused, and says where it stands. Source: ours."""
    defined(studio)
    lead = a_lead(studio)
    click = CompleteStage(contact=lead.id, stage="call", by=COACH)
    assert "offer" == stage_of(studio.do(click))
    assert ["pipeline.stands_at_that_stage"] == refusals(studio, click)
    assert ["pipeline.stands_at_that_stage"] == refusals(studio, SkipStage(contact=lead.id, stage="call", by=COACH))
    assert "offer" == stage_of(studio.contact(lead.id))
    assert "stands at offer, not at call" in str(studio.plan(click).decision)


def test_ours_without_a_stage_whichever_it_stands_at_is_completed(studio: Clients) -> None:
    """Told twice on purpose, two stages are completed. Source: ours."""
    defined(studio)
    lead = a_lead(studio)
    for _ in ("call", "offer"):
        lead = studio.do(CompleteStage(contact=lead.id, by=COACH))
    assert "booking" == stage_of(lead)


def test_ours_one_key_completes_once(studio: Clients) -> None:
    """A request that is delivered twice gives its first result again. Source: ours."""
    defined(studio)
    lead = a_lead(studio)
    first, again = (studio.do(CompleteStage(contact=lead.id, by=COACH), key="click-1") for _ in range(2))
    assert first == again == studio.contact(lead.id)


# ---- what stages have ready: SC2, SC3


def test_sc2_who_is_put_on_gets_what_every_stage_sets_up(studio: Clients) -> None:
    """The set-up of all stages in order, then what the first has ready on becoming active. Source: SC2, SC3."""
    defined(studio)
    lead = a_lead(studio, coach="m-7")
    expected = [("m-7", "plan_call"), ("m-7", "prepare_offer"), ("m-7", "call_now"), (lead.id, "we_will_call")]
    assert expected == mails(studio)


def test_sc2_completing_sends_what_the_stage_has_ready_and_the_next(studio: Clients) -> None:
    """On completion of the one, then on becoming active of the other; no set-up again. Source: SC2, SC3."""
    defined(studio)
    lead = a_lead(studio, coach="m-7")
    before = mails(studio)
    studio.do(CompleteStage(contact=lead.id, by=COACH))
    assert [*before, (lead.id, "nice_talk"), ("m-7", "write_offer")] == mails(studio)


def test_sc3_skipping_sends_nothing_about_the_stage_that_is_skipped(studio: Clients) -> None:
    """What the next one has ready is sent. Source: SC3."""
    defined(studio)
    lead = a_lead(studio, coach="m-7")
    before = mails(studio)
    studio.do(SkipStage(contact=lead.id, by=COACH))
    assert [*before, ("m-7", "write_offer")] == mails(studio)


def test_sc3_the_last_stage_sends_what_it_has_ready(studio: Clients) -> None:
    """Completed, it says so; skipped, it does not. Source: SC3."""
    defined(studio, "weddings", BOOKING)
    done, skipped = a_lead(studio), a_lead(studio)
    studio.do(CompleteStage(contact=done.id, by=COACH))
    studio.do(SkipStage(contact=skipped.id, by=COACH))
    assert [(done.id, "welcome")] == mails(studio)


def test_sc2_a_message_says_where_it_comes_from(studio: Clients) -> None:
    """The host fills its template: contact, pipeline and stage stand in the params. Source: SC2."""
    defined(studio)
    lead = a_lead(studio)
    plan = studio.plan(CompleteStage(contact=lead.id, by=COACH))
    said = [(m.template, m.params["contact"], m.params["pipeline"], m.params["stage"]) for m in plan.messages]
    assert [("nice_talk", lead.id, "weddings", "call"), ("write_offer", lead.id, "weddings", "offer")] == said
    assert {Purpose.ALERT} == {message.purpose for message in plan.messages}


def test_ours_one_template_may_be_ready_in_several_places(studio: Clients) -> None:
    """Each is sent: no message takes another's key. Source: ours."""
    ping = (Prepared(template="ping"),)
    first, second = (Stage(key=key, name=key, set_up=ping, on_active=ping, on_completed=ping) for key in ("one", "two"))
    defined(studio, "weddings", first, second, responsible="m-7")
    lead = a_lead(studio)
    assert 3 == len(mails(studio))
    studio.do(CompleteStage(contact=lead.id, by=COACH))
    assert 5 == len(mails(studio))
    assert {("m-7", "ping")} == set(mails(studio))


def test_sc5_do_not_market_stops_what_stages_have_ready_for_the_person(studio: Clients) -> None:
    """Alerts to the person are not made; those for the staff are, and what is transactional. Source: SC5, SC-A10."""
    receipt = Prepared(template="receipt", to=TO_THEM, purpose=Purpose.TRANSACTIONAL)
    stage = Stage(key="one", name="One", on_active=[*CALL.on_active, receipt])
    defined(studio, "weddings", stage, responsible="m-7")
    lead = a_lead(studio, None)
    studio.do(SetDoNotMarket(contact=lead.id, by=COACH))
    put(studio, lead)
    assert [("m-7", "call_now"), (lead.id, "receipt")] == mails(studio)


def test_s2_do_not_contact_stops_all_that_stages_have_ready_for_the_person(studio: Clients) -> None:
    """The staff still hears what is to be done. Source: S2, BG-A20."""
    defined(studio, "weddings", CALL, responsible="m-7")
    lead = a_lead(studio, None)
    studio.do(SetDoNotContact(contact=lead.id, by=COACH))
    put(studio, lead)
    studio.do(CompleteStage(contact=lead.id, by=COACH))
    assert [("m-7", "plan_call"), ("m-7", "call_now")] == mails(studio)


# ---- who is responsible: SC2


def test_sc2_an_employee_is_responsible_for_a_whole_pipeline(studio: Clients) -> None:
    """What goes to the staff goes to that person; without one, to the contact's coach, else to the account."""
    defined(studio, "weddings", OFFER, responsible="m-9")
    defined(studio, "babies", OFFER)
    for on, coach in (("weddings", "m-7"), ("babies", "m-7"), ("babies", None)):
        a_lead(studio, on, coach=coach)
    expected = ["m-9", "m-7", "account"]
    assert expected == [to for to, template in mails(studio) if template == "write_offer"]


def test_sc2_rows_say_who_is_responsible(studio: Clients) -> None:
    """The pipeline's person, else the contact's coach; and one can ask for one's own. Source: SC2."""
    defined(studio, responsible="m-9")
    defined(studio, "babies")
    one, two = a_lead(studio, coach="m-7"), a_lead(studio, "babies", coach="m-7")
    nobody = a_lead(studio, "babies")
    assert ["m-9", "m-7", None] == [row.responsible for row in studio.pipeline_rows()]
    for asked, expected in (("m-9", [one]), ("m-7", [two]), ("m-8", [])):
        assert [lead.id for lead in expected] == [row.contact for row in studio.pipeline_rows(responsible=asked)]
    assert [one.id, two.id] == [row.contact for row in studio.pipeline_rows(coach="m-7")]
    assert nobody.id == studio.pipeline_rows()[-1].contact


# ---- the default pipeline: SC2, SC6


def test_sc6_a_new_lead_is_put_on_the_default_pipeline(studio: Clients) -> None:
    """By itself, in the same plan, with what its stages have ready. Source: SC2, SC6."""
    defined(studio, default=True)
    lead = studio.do(AddContact(name="Ada", status=S.LEAD, coach="m-7", by=COACH))
    assert AtStage(pipeline="weddings", stage="call", since=NOON, entered=NOON) == lead.pipeline
    assert [StageMove.ASSIGNED] == moves(studio, lead)
    expected = [("m-7", "plan_call"), ("m-7", "prepare_offer"), ("m-7", "call_now"), (lead.id, "we_will_call")]
    assert expected == mails(studio)
    assert 1 == lead.version
    whole(studio)


def test_sc6_who_becomes_a_lead_is_put_on_it(studio: Clients) -> None:
    """A Prospective Client who is converted is a new lead. Source: SC2, SC6."""
    defined(studio, default=True)
    prospect = studio.do(AddContact(name="Ada", status=S.PROSPECTIVE_CLIENT, by=COACH))
    assert prospect.pipeline is None
    studio.clock.advance(DAY)
    lead = studio.do(Convert(contact=prospect.id, to=S.LEAD, by=COACH))
    assert lead.pipeline is not None
    assert ("call", NOON + DAY) == (stage_of(lead), lead.pipeline.entered)
    whole(studio)


def test_sc6_only_new_leads_are(studio: Clients) -> None:
    """Not who is no lead, not who was adopted with a life elsewhere, not who was a lead before. Source: SC2, ours."""
    before = a_lead(studio, None)
    defined(studio, default=True)
    adopted = studio.do(Adopt(name="Ada", status=S.LEAD, by=COACH))
    client = studio.do(AddContact(name="Ada", status=S.CLIENT, by=COACH))
    studio.do(Edit(contact=before.id, coach="m-7", by=COACH))
    found = [studio.contact(contact.id).pipeline for contact in (before, adopted, client)]
    assert [None, None, None] == found


def test_sc6_without_a_default_nobody_is(studio: Clients) -> None:
    """A pipeline that is not the default is put on by hand. Source: SC2."""
    defined(studio)
    assert studio.do(AddContact(name="Ada", status=S.LEAD, by=COACH)).pipeline is None


def test_sc6_at_most_one_pipeline_is_the_default(studio: Clients) -> None:
    """Making another one the default takes it from the first, in one plan. Source: SC2, SC6."""
    defined(studio, default=True)
    plan = studio.plan(DefinePipeline(pipeline="babies", name="Babies", stages=THREE, default=True, by=COACH))
    assert {("weddings", False), ("babies", True)} == {
        (noun.id, noun.default) for noun in plan.changed if isinstance(noun, Pipeline)
    }
    studio.apply(plan)
    assert [("weddings", False, 2), ("babies", True, 1)] == [(p.id, p.default, p.version) for p in studio.pipelines()]
    assert plan.result == studio.pipeline("babies")
    whole(studio)


def test_sc6_there_may_be_none_again(studio: Clients) -> None:
    """Defined without it, the default is nobody's. Source: SC2."""
    defined(studio, default=True)
    defined(studio)
    assert studio.do(AddContact(name="Ada", status=S.LEAD, by=COACH)).pipeline is None
    whole(studio)


def test_ours_coming_back_as_a_lead_begins_a_new_run(studio: Clients) -> None:
    """Closed with the first time; the second time is a new lead. Source: SC6, SC-A7."""
    defined(studio, default=True)
    lead = studio.do(AddContact(name="Ada", status=S.LEAD, by=COACH))
    studio.do(CompleteStage(contact=lead.id, by=COACH))
    studio.do(Convert(contact=lead.id, to=S.PROSPECTIVE_CLIENT, by=COACH))
    again = studio.do(Convert(contact=lead.id, to=S.LEAD, by=COACH))
    assert "call" == stage_of(again)
    expected = [StageMove.ASSIGNED, StageMove.COMPLETED, StageMove.CLOSED, StageMove.ASSIGNED]
    assert expected == moves(studio, lead)
    whole(studio)


def test_ours_a_pipeline_goes_on_from_one_status_to_another_that_has_it() -> None:
    """Where pipelines run in two statuses, a conversion between them neither ends nor begins one. Source: ours."""
    both = STUDIO.derive("both", pipelines=(S.LEAD, S.PROSPECTIVE_CLIENT))
    world = crm(both)
    defined(world, default=True)
    lead = world.do(AddContact(name="Ada", status=S.LEAD, by=COACH))
    on = world.do(CompleteStage(contact=lead.id, by=COACH)).pipeline
    assert on == world.do(Convert(contact=lead.id, to=S.PROSPECTIVE_CLIENT, by=COACH)).pipeline
    world.do(TakeOffPipeline(contact=lead.id, by=COACH))
    assert world.do(Convert(contact=lead.id, to=S.LEAD, by=COACH)).pipeline is None
    whole(world)


def test_ours_a_funnel_without_pipelines_has_none() -> None:
    """Nothing is looked up where no status has pipelines, and none is defined. Source: ours."""
    agency = crm(AGENCY)
    plan = agency.plan(AddContact(name="Ada", by=COACH))
    assert not {"pipeline", "pipelines"} & {kind for kind, _, _ in plan.read}
    define = DefinePipeline(name="Weddings", stages=THREE, by=COACH)
    assert ["pipeline.funnel_has_pipelines"] == refusals(agency, define)


# ---- hidden pipelines: SC2


def test_sc2_a_hidden_pipeline_is_for_switching_only(studio: Clients) -> None:
    """Nobody begins with it; who is on another whole pipeline may be switched to it. Source: SC2."""
    defined(studio)
    defined(studio, "lost", OFFER, hidden=True)
    lead = a_lead(studio, None)
    begin = PutOnPipeline(contacts=[lead.id], pipeline="lost", by=COACH)
    assert ["pipeline.a_hidden_one_is_switched_to"] == refusals(studio, begin)
    put(studio, lead)
    assert "lost" == put(studio, lead, on="lost").pipeline.pipeline  # type: ignore[union-attr]  # it is on one
    assert [StageMove.ENTERED, StageMove.SWITCHED] == moves(studio, lead)
    whole(studio)


def test_sc2_a_hidden_pipeline_is_not_the_default() -> None:
    """Nobody is switched to it who is new. Source: SC2, SC6."""
    with pytest.raises(Invalid) as caught:
        DefinePipeline(name="Lost", stages=THREE, default=True, hidden=True, by=COACH)
    assert ["default"] == [problem.path for problem in caught.value.problems]


# ---- put on new, one, many: SC2


def test_sc2_many_existing_leads_are_put_on_at_once(studio: Clients) -> None:
    """Some are on none, some on another: all stand at the first stage, in the order of asking. Source: SC2."""
    defined(studio)
    defined(studio, "babies", OFFER)
    new, other = a_lead(studio, None), a_lead(studio, "babies")
    found = studio.do(PutOnPipeline(contacts=[other.id, new.id], pipeline="weddings", note="spring", by=COACH))
    assert [other.id, new.id] == [contact.id for contact in found]
    assert ["call", "call"] == [stage_of(contact) for contact in found]
    assert (StageMove.ENTERED, StageMove.SWITCHED) == (moves(studio, new)[-1], moves(studio, other)[-1])
    assert ["spring", "spring"] == [studio.reason(studio.history(contact.id)[-1]) for contact in found]
    assert found == tuple(studio.contact(contact.id) for contact in found)
    whole(studio)


def test_sc2_a_switch_begins_at_the_first_stage_and_sets_up_again(studio: Clients) -> None:
    """From one whole pipeline to another: what was reached there counts here for nothing. Source: SC2."""
    defined(studio)
    defined(studio, "babies", OFFER, BOOKING, responsible="m-9")
    lead = a_lead(studio, coach="m-7")
    studio.do(CompleteStage(contact=lead.id, by=COACH))
    before = mails(studio)
    studio.clock.advance(DAY)
    switched = put(studio, lead, on="babies")
    now = NOON + DAY
    assert AtStage(pipeline="babies", stage="offer", since=now, entered=now) == switched.pipeline
    assert [*before, ("m-9", "prepare_offer"), ("m-9", "write_offer")] == mails(studio)


def test_ours_who_is_on_it_already_stays_where_it_is(studio: Clients) -> None:
    """Saying what is so already says nothing, one alone or among others. Source: ours."""
    defined(studio)
    lead, new = a_lead(studio), a_lead(studio, None)
    further = studio.do(CompleteStage(contact=lead.id, by=COACH))
    assert further == put(studio, lead)
    found = studio.do(PutOnPipeline(contacts=[lead.id, new.id], pipeline="weddings", by=COACH))
    assert ["offer", "call"] == [stage_of(contact) for contact in found]
    assert further == studio.contact(lead.id)


def test_ours_all_of_them_or_none(studio: Clients) -> None:
    """If one may not be put on, nobody is; the answer says who may not, and why. Source: ours."""
    defined(studio)
    lead, client = a_lead(studio, None), someone(studio, S.CLIENT)
    gone = someone(studio, S.LEAD, standing=Standing.ARCHIVED)
    all_of_them = PutOnPipeline(contacts=[lead.id, client.id, gone.id], pipeline="weddings", by=COACH)
    assert ["pipeline.pipeline_is_open_to_status", "pipeline.is_worked_with"] == refusals(studio, all_of_them)
    text = str(studio.plan(all_of_them).decision)
    assert f"no pipeline runs for {client.id}, who is client" in text
    assert f"{gone.id} is archived" in text
    assert studio.contact(lead.id).pipeline is None
    by_client = PutOnPipeline(contacts=[lead.id, client.id], pipeline="weddings", by=VIEWER)
    assert ["pipeline.staff_runs_pipelines", "pipeline.pipeline_is_open_to_status"] == refusals(studio, by_client)


# ---- closing: SC-A7, SC-A8


@pytest.mark.parametrize("to", [S.CLIENT, S.PROSPECTIVE_CLIENT])
def test_sc_a7_leaving_lead_closes_the_pipeline(studio: Clients, to: Studio) -> None:
    """It is closed, and kept as history. Source: SC-A7."""
    defined(studio)
    lead = a_lead(studio)
    studio.clock.advance(DAY)
    assert studio.do(Convert(contact=lead.id, to=to, by=COACH)).pipeline is None
    assert [StageMove.ENTERED, StageMove.CLOSED] == moves(studio, lead)
    before = studio.contact_at(lead.id, NOON)
    assert before is not None
    assert lead.pipeline == before.pipeline
    whole(studio)


def test_sc_a7_booking_from_the_calendar_closes_it() -> None:
    """However the contact leaves Lead. Source: SC2, SC-A7."""
    world = crm(READINGS["SC2 booking converts"])
    lead_status = world.funnel.statuses("lead")
    world.do(DefinePipeline(pipeline="weddings", name="Weddings", stages=THREE, by=COACH))
    lead = someone(world, lead_status)
    world.do(PutOnPipeline(contacts=[lead.id], pipeline="weddings", by=COACH))
    a_session(world, lead, kind=Kind.SESSION)
    assert ("client", None) == (world.contact(lead.id).status.value, world.contact(lead.id).pipeline)


def test_sc_a8_the_archive_closes_the_pipeline(studio: Clients) -> None:
    """Who is archived is on none; and restored, on none either, until somebody puts it on. Source: SC-A8."""
    defined(studio, default=True)
    lead = a_lead(studio)
    assert studio.do(Archive(contact=lead.id, by=COACH)).pipeline is None
    assert [StageMove.ENTERED, StageMove.CLOSED] == moves(studio, lead)
    again = PutOnPipeline(contacts=[lead.id], pipeline="weddings", by=COACH)
    assert ["pipeline.is_worked_with"] == refusals(studio, again)
    assert studio.do(Restore(contact=lead.id, by=COACH)).pipeline is None
    assert "call" == stage_of(put(studio, lead))
    whole(studio)


def test_sc_a8_a_delete_that_archives_closes_it_too(studio: Clients) -> None:
    """And one for good says that the run is over. Source: S3, SC-A8."""
    defined(studio)
    tied, free = a_lead(studio), a_lead(studio)
    assert Removal.ARCHIVED is studio.do(Delete(contact=tied.id, by=COACH), facts={"invoice": True})
    assert studio.contact(tied.id).pipeline is None
    assert Removal.DELETED is studio.do(Delete(contact=free.id, by=COACH))
    assert [StageMove.CLOSED] * 2 == [moves(studio, lead)[-1] for lead in (tied, free)]
    assert () == studio.pipeline_rows()


def test_sc_a8_who_becomes_a_lead_in_the_archive_is_put_on_none() -> None:
    """Nobody works with who is archived. Source: SC-A8."""
    world = crm(STUDIO)
    defined(world, default=True)
    gone = someone(world, S.PROSPECTIVE_CLIENT, standing=Standing.ARCHIVED)
    assert world.do(Convert(contact=gone.id, to=S.LEAD, by=COACH)).pipeline is None


# ---- who may: ours


def test_ours_staff_desk_and_system_run_pipelines(studio: Clients) -> None:
    """All of it: define, put on, complete, skip, take off. Source: SC2, ours."""
    for by in HANDS:
        defined(studio, by.id, *THREE, by=by)
        lead = a_lead(studio, None)
        for command in (
            PutOnPipeline(contacts=[lead.id], pipeline=by.id, by=by),
            CompleteStage(contact=lead.id, by=by),
            SkipStage(contact=lead.id, by=by),
            TakeOffPipeline(contact=lead.id, by=by),
        ):
            assert studio.do(command)


def test_ours_the_client_and_a_viewer_do_not(studio: Clients) -> None:
    """A client never moves itself on, and a viewer only reads. Source: ours."""
    defined(studio)
    lead = a_lead(studio)
    for by in (itself(lead), VIEWER, Actor(id="m-2", role=Role.VIEWER)):
        for command in (
            DefinePipeline(name="Weddings", stages=THREE, by=by),
            PutOnPipeline(contacts=[lead.id], pipeline="weddings", by=by),
            CompleteStage(contact=lead.id, by=by),
            SkipStage(contact=lead.id, by=by),
            TakeOffPipeline(contact=lead.id, by=by),
        ):
            assert ["pipeline.staff_runs_pipelines"] == refusals(studio, command)


def test_sc3_what_does_not_run_is_not_run(studio: Clients) -> None:
    """Who is on no pipeline has no stage to complete, to skip or to leave; one rule says so. Source: SC3."""
    lead = a_lead(studio, None)
    for command in (
        CompleteStage(contact=lead.id, stage="call", by=COACH),
        SkipStage(contact=lead.id, by=COACH),
        TakeOffPipeline(contact=lead.id, by=COACH),
    ):
        assert ["pipeline.is_on_a_pipeline"] == refusals(studio, command)


# ---- changing a pipeline: ours


def test_ours_a_pipeline_is_changed_as_a_whole(studio: Clients) -> None:
    """Names, order and messages; who is on it stays at the stage with the same key. Source: ours."""
    defined(studio)
    lead = a_lead(studio)
    changed = defined(studio, "weddings", OFFER, Stage(key="call", name="Ring"), BOOKING, name="Big days")
    assert (("offer", "call", "booking"), 2) == (changed.keys, changed.version)
    assert [("Big days", "Ring")] == [(row.pipeline_name, row.stage_name) for row in studio.pipeline_rows()]
    assert "booking" == stage_of(studio.do(CompleteStage(contact=lead.id, by=COACH)))
    whole(studio)


def test_ours_what_is_so_already_changes_nothing(studio: Clients) -> None:
    """Defined a second time in the same way, it keeps its version. Source: ours."""
    first = defined(studio, default=True)
    assert first == defined(studio, default=True)
    assert 1 == len(studio.history_of("pipeline", "weddings"))


def test_ours_a_stage_at_which_contacts_stand_stays(studio: Clients) -> None:
    """It is taken away when they have moved on. Source: ours."""
    defined(studio)
    lead = a_lead(studio)
    without = DefinePipeline(pipeline="weddings", name="Weddings", stages=[OFFER, BOOKING], by=COACH)
    assert ["pipeline.stages_in_use_stay"] == refusals(studio, without)
    assert "contacts stand at call" in str(studio.plan(without).decision)
    studio.do(CompleteStage(contact=lead.id, by=COACH))
    assert ("offer", "booking") == studio.do(without).keys
    assert "booking" == stage_of(studio.do(CompleteStage(contact=lead.id, by=COACH)))


def test_ours_another_pipelines_contacts_are_in_nobodys_way(studio: Clients) -> None:
    """Stages of one name in two pipelines are two stages. Source: ours."""
    defined(studio)
    defined(studio, "babies")
    a_lead(studio, "babies")
    assert ("offer",) == defined(studio, "weddings", OFFER).keys


def test_ours_expecting_a_version_guards_a_definition(studio: Clients) -> None:
    """Who changes what somebody else has changed meanwhile hears of it. Source: ours."""
    first = defined(studio)
    defined(studio, responsible="m-9")
    change = DefinePipeline(pipeline="weddings", name="Mine", stages=THREE, by=COACH)
    with pytest.raises(Conflict):
        studio.do(change, expect=first.version)
    assert "Mine" == studio.do(change, expect=2).name


def test_ours_a_pipeline_as_it_was(studio: Clients) -> None:
    """Its definitions are history, too. Source: ours."""
    first = defined(studio)
    studio.clock.advance(DAY)
    second = defined(studio, "weddings", OFFER)
    told = studio.history_of("pipeline", "weddings")
    tick = timedelta(microseconds=1)
    moments = (NOON - tick, NOON, NOON + DAY - tick, NOON + DAY)
    assert [None, first, first, second] == [history.pipeline_at(told, moment) for moment in moments]
    assert [None, first, first, second] == [history.pipeline_at(told, None, moment) for moment in moments]


def test_ours_a_pipeline_belongs_to_one_funnel_and_one_account(studio: Clients) -> None:
    """Another funnel of the account neither finds it nor takes its id. Source: ours."""
    defined(studio, default=True)
    other: Clients = Crm(STUDIO.derive("second"))
    other._storage = studio.storage  # noqa: SLF001  # the same account
    assert () == other.pipelines()
    with pytest.raises(NotFound):
        other.pipeline("weddings")
    with pytest.raises(NotFound):
        other.do(DefinePipeline(pipeline="weddings", name="Weddings", stages=THREE, by=COACH))
    assert other.do(AddContact(name="Ada", status=S.LEAD, by=COACH)).pipeline is None


# ---- bad input


def wrong(make: Callable[..., object], **given: Any) -> list[str]:
    """Give the fields that are named when this is made."""
    with pytest.raises(Invalid) as caught:
        make(**given)
    return [problem.path for problem in caught.value.problems]


def test_a_pipeline_without_stages_is_none() -> None:
    """At least one is needed, and the field is named."""
    assert ["stages"] == wrong(DefinePipeline, name="Weddings", stages=[], by=COACH)
    assert ["stages"] == wrong(Pipeline, id="p-1", funnel="studio", name="Weddings", stages=())


def test_keys_are_one_in_their_pipeline() -> None:
    """A key that stands twice is named by its place."""
    twice = [CALL, OFFER, Stage(key="call", name="Again"), CALL]
    expected = ["stages[2].key", "stages[3].key"]
    assert expected == wrong(DefinePipeline, name="Weddings", stages=twice, by=COACH)
    assert expected == wrong(Pipeline, id="p-1", funnel="studio", name="Weddings", stages=twice)


def test_templates_are_one_in_their_list() -> None:
    """So that no message takes another's key."""
    ping = Prepared(template="ping")
    assert ["on_active[1].template"] == wrong(Stage, key="one", name="One", on_active=[ping, ping])


def test_everything_wrong_is_said_at_once() -> None:
    """Every field, and no value."""
    given = {"name": "", "stages": "call", "pipeline": " ", "default": 1, "hidden": None, "responsible": 7}
    assert sorted(given) == sorted(wrong(DefinePipeline, **given, by=COACH))
    assert ["stages"] == wrong(DefinePipeline, name="Weddings", stages=[CALL, "offer"], by=COACH)
    assert ["key", "name", "set_up"] == wrong(Stage, key="", name=" ", set_up=["ping"])
    assert ["template", "to", "purpose"] == wrong(Prepared, template="", to="coach", purpose="alert")
    assert ["contacts", "pipeline"] == wrong(PutOnPipeline, contacts=[], pipeline="", by=COACH)
    assert ["contact", "stage", "note"] == wrong(CompleteStage, contact=None, stage="", note=" ", by=COACH)
    assert ["contact", "stage", "reason"] == wrong(SkipStage, contact=None, stage="", reason=" ", by=COACH)
    assert ["contact", "reason"] == wrong(TakeOffPipeline, contact=None, reason=" ", by=COACH)


def test_what_is_nowhere_is_not_found(studio: Clients) -> None:
    """No pipeline of that id, no contact of that id."""
    lead = a_lead(studio, None)
    with pytest.raises(NotFound):
        studio.do(PutOnPipeline(contacts=[lead.id], pipeline="nowhere", by=COACH))
    defined(studio)
    for command in (
        PutOnPipeline(contacts=[lead.id, "c-9"], pipeline="weddings", by=COACH),
        CompleteStage(contact="c-9", by=COACH),
    ):
        with pytest.raises(NotFound):
            studio.do(command)
    with pytest.raises(NotFound):
        studio.pipeline_rows("nowhere")
    with pytest.raises(Invalid):
        studio.pipeline(" ")
    with pytest.raises(Invalid) as caught:
        studio.pipeline_rows(coach="", responsible="")
    assert ["coach", "responsible"] == [problem.path for problem in caught.value.problems]


def test_the_next_of_an_unknown_stage_is_an_error() -> None:
    """It is the caller's mistake, and the known ones are named."""
    pipeline = Pipeline(id="weddings", funnel="studio", name="Weddings", stages=THREE)
    with pytest.raises(Invalid, match="unknown stage 'ofer' in weddings; did you mean 'offer'"):
        rule_of.next_stage(pipeline, "ofer")


def test_a_stage_that_is_still_to_come_is_not_told(studio: Clients) -> None:
    """Nor one before the contact came."""
    defined(studio)
    lead = a_lead(studio)
    for at in (NOON + HOUR, NOON - HOUR):
        with pytest.raises(Invalid):
            studio.do(CompleteStage(contact=lead.id, at=at, by=COACH))


# ---- told late


def test_a_stage_that_is_told_late_was_completed_then(studio: Clients) -> None:
    """With nothing behind it: the next stage began then, and what it has ready is sent now."""
    defined(studio, "weddings", OFFER, BOOKING)
    lead = a_lead(studio)
    studio.clock.advance(3 * DAY)
    studio.do(Tag(contact=lead.id, tags=["vip"], by=COACH))
    before = mails(studio)
    done = studio.do(CompleteStage(contact=lead.id, at=NOON + DAY, by=COACH))
    assert AtStage(pipeline="weddings", stage="booking", since=NOON + DAY, entered=NOON) == done.pipeline
    assert [*before, ("account", "offer_sent")] == mails(studio)
    whole(studio)


def test_a_stage_that_is_told_late_behind_a_later_one_changes_nothing_and_sends_nothing(studio: Clients) -> None:
    """What was done since stands; nobody is told of what is over."""
    defined(studio)
    lead = a_lead(studio)
    studio.clock.advance(3 * DAY)
    now = studio.do(CompleteStage(contact=lead.id, by=COACH))
    before = mails(studio)
    late = studio.do(SkipStage(contact=lead.id, stage="call", at=NOON + DAY, by=COACH))
    assert now.pipeline == late.pipeline
    assert before == mails(studio)
    whole(studio)


def test_a_run_that_is_told_late_ends_with_what_ended_it(studio: Clients) -> None:
    """Put on a pipeline at a time since when the contact has become a client: it was on it, and is not."""
    defined(studio, "weddings", BOOKING)
    lead = a_lead(studio, None)
    studio.clock.advance(2 * DAY)
    studio.do(Convert(contact=lead.id, to=S.CLIENT, by=COACH))
    (now,) = studio.do(PutOnPipeline(contacts=[lead.id], pipeline="weddings", at=NOON + DAY, by=COACH))
    then = studio.contact_at(lead.id, NOON + DAY)
    assert now.pipeline is None
    assert then is not None
    assert "booking" == stage_of(then)
    whole(studio)


def test_a_conversion_that_is_told_late_takes_the_run_along(studio: Clients) -> None:
    """It left Lead before the stage was completed: so it stood at none then, and stands at none now."""
    defined(studio)
    lead = a_lead(studio)
    studio.clock.advance(2 * DAY)
    studio.do(CompleteStage(contact=lead.id, by=COACH))
    now = studio.do(Convert(contact=lead.id, to=S.CLIENT, at=NOON + DAY, by=COACH))
    assert (S.CLIENT, None) == (now.status, now.pipeline)
    whole(studio)


def test_a_lead_that_is_told_late_was_put_on_the_default_then(studio: Clients) -> None:
    """Told today that it has been a lead since yesterday: so it has been on the pipeline since yesterday."""
    defined(studio, default=True)
    prospect = someone(studio, S.PROSPECTIVE_CLIENT)
    studio.clock.advance(2 * DAY)
    studio.do(Tag(contact=prospect.id, tags=["vip"], by=COACH))
    lead = studio.do(Convert(contact=prospect.id, to=S.LEAD, at=NOON + DAY, by=COACH))
    assert AtStage(pipeline="weddings", stage="call", since=NOON + DAY, entered=NOON + DAY) == lead.pipeline
    assert 4 == len(mails(studio))
    whole(studio)


def test_a_lead_of_the_past_was_on_the_default_and_nobody_is_told(studio: Clients) -> None:
    """It has left Lead since; the run is history from the start."""
    defined(studio, default=True)
    prospect = someone(studio, S.PROSPECTIVE_CLIENT)
    studio.clock.advance(2 * DAY)
    studio.do(Convert(contact=prospect.id, to=S.CLIENT, by=COACH))
    now = studio.do(Convert(contact=prospect.id, to=S.LEAD, at=NOON + DAY, by=COACH))
    then = studio.contact_at(prospect.id, NOON + DAY)
    assert (S.CLIENT, None) == (now.status, now.pipeline)
    assert then is not None
    assert "call" == stage_of(then)
    assert [] == mails(studio)
    whole(studio)


# ---- corrections


def test_a_conversion_that_never_was_did_not_close_the_pipeline(studio: Clients) -> None:
    """Corrected back to Lead, the contact stands where it stood, since when it stood there."""
    defined(studio, default=True)
    lead = studio.do(AddContact(name="Ada", status=S.LEAD, by=COACH))
    stood = studio.do(CompleteStage(contact=lead.id, by=COACH)).pipeline
    studio.clock.advance(DAY)
    studio.do(Convert(contact=lead.id, to=S.CLIENT, by=COACH))
    before = mails(studio)
    plan = studio.plan(Correct(contact=lead.id, to=S.LEAD, reason="mistyped", by=COACH))
    assert ["stage_begins"] == [c.code for c in plan.consequences if "stage" in c.params]
    assert stood == studio.apply(plan).pipeline
    assert before == mails(studio)
    whole(studio)


def test_who_was_a_lead_after_all_has_been_on_the_default(studio: Clients) -> None:
    """A mistyped entry is put right: a new lead, since then."""
    defined(studio, default=True)
    typed = studio.do(AddContact(name="Ada", status=S.PROSPECTIVE_CLIENT, by=COACH))
    studio.clock.advance(DAY)
    lead = studio.do(Correct(contact=typed.id, to=S.LEAD, reason="mistyped", by=COACH))
    assert AtStage(pipeline="weddings", stage="call", since=NOON, entered=NOON) == lead.pipeline
    whole(studio)


def test_who_was_no_lead_after_all_was_on_none(studio: Clients) -> None:
    """The run goes with the mistake."""
    defined(studio, default=True)
    lead = studio.do(AddContact(name="Ada", status=S.LEAD, by=COACH))
    studio.do(CompleteStage(contact=lead.id, by=COACH))
    fixed = studio.do(Correct(contact=lead.id, to=S.CLIENT, reason="mistyped", by=COACH))
    assert fixed.pipeline is None
    whole(studio)


def test_a_correction_may_lead_to_a_stage_that_is_gone(studio: Clients) -> None:
    """The stage was taken away while nobody stood there: the contact is put on the pipeline again."""
    defined(studio)
    lead = a_lead(studio)
    studio.do(Convert(contact=lead.id, to=S.CLIENT, by=COACH))
    defined(studio, "weddings", OFFER, BOOKING)
    studio.do(Correct(contact=lead.id, to=S.LEAD, reason="mistyped", by=COACH))
    complete = CompleteStage(contact=lead.id, by=COACH)
    assert ["pipeline.stage_is_there"] == refusals(studio, complete)
    assert ["call"] == [row.stage_name for row in studio.pipeline_rows()]
    other = a_lead(studio)
    assert [other.id, lead.id] == [row.contact for row in studio.pipeline_rows()]
    defined(studio, "weddings", OFFER, BOOKING, responsible="m-9")
    assert "offer" == stage_of(put(studio, lead))
    assert "booking" == stage_of(studio.do(complete))
    whole(studio)


# ---- two at once


def test_two_who_complete_one_stage_complete_it_once(studio: Clients) -> None:
    """What the second has planned is a Conflict; planned again, it says that the stage is done. Source: ours."""
    defined(studio)
    lead = a_lead(studio)
    click = CompleteStage(contact=lead.id, stage="call", by=COACH)
    plan = studio.plan(click)
    studio.do(click)
    with pytest.raises(Conflict):
        studio.apply(plan)
    assert ["pipeline.stands_at_that_stage"] == refusals(studio, click)
    assert "offer" == stage_of(studio.contact(lead.id))


def test_who_expects_a_version_completes_no_stage_by_accident(studio: Clients) -> None:
    """With `expect=` nothing is planned again, also without the stage's name. Source: ours."""
    defined(studio)
    lead = a_lead(studio)
    click = CompleteStage(contact=lead.id, by=COACH)
    studio.do(click, expect=lead.version)
    with pytest.raises(Conflict):
        studio.do(click, expect=lead.version)
    assert "offer" == stage_of(studio.contact(lead.id))


def define(key: str, *stages: Stage, **more: Any) -> DefinePipeline:
    """Make a definition."""
    return DefinePipeline(**{"pipeline": key, "name": key.title(), "stages": stages or THREE, "by": COACH, **more})


RACES: Final[dict[str, tuple[Any, Any]]] = {
    "two defaults": (define("babies", default=True), define("portraits", default=True)),
    "a default and the end of one": (define("babies", default=True), define("old")),
    "a default and a change of the one that was": (define("babies", default=True), define("old", OFFER, default=True)),
    "a new lead and another default": (
        AddContact(name="Ada", status=S.LEAD, by=COACH), define("babies", default=True)
    ),
    "a new lead and a change of the default": (
        AddContact(name="Ada", status=S.LEAD, by=COACH), define("old", OFFER, default=True)
    ),
    "a conversion to lead and the end of the default": (Convert(contact="c-2", to=S.LEAD, by=COACH), define("old")),
    "a stage that goes and a contact that comes": (
        define("weddings", CALL, BOOKING), CompleteStage(contact="c-1", by=COACH)
    ),
    "a contact that comes and a stage that goes": (
        CompleteStage(contact="c-1", by=COACH), define("weddings", CALL, BOOKING)
    ),
    "a stage that goes and contacts that are put on": (
        define("empty", OFFER), PutOnPipeline(contacts=["c-1", "c-3"], pipeline="empty", by=COACH)
    ),
    "contacts that are put on and a stage that goes": (
        PutOnPipeline(contacts=["c-1", "c-3"], pipeline="empty", by=COACH), define("empty", OFFER)
    ),
    "a stage that goes and a new lead": (
        define("old", OFFER, default=True), AddContact(name="Ada", status=S.LEAD, by=COACH)
    ),
    "a pipeline that is hidden and who begins with it": (
        PutOnPipeline(contacts=["c-3"], pipeline="weddings", by=COACH), define("weddings", hidden=True)
    ),
    "a switch and a conversion": (
        PutOnPipeline(contacts=["c-1", "c-3"], pipeline="empty", by=COACH),
        Convert(contact="c-3", to=S.CLIENT, by=COACH),
    ),
    "two pipelines of one id": (define("babies"), define("babies", OFFER)),
    "a stage and the archive": (CompleteStage(contact="c-1", by=COACH), Archive(contact="c-1", by=COACH)),
}  # fmt: skip
"""What one has planned, and what another does before it is applied."""


@pytest.mark.parametrize("race", RACES)
def test_a_plan_whose_grounds_have_changed_is_a_conflict(studio: Clients, race: str) -> None:
    """Planned, then somebody else acts, then applied: Conflict, and nothing of it is stored."""
    planned, done = RACES[race]
    defined(studio, "old", default=True)
    defined(studio)
    defined(studio, "empty")
    a_lead(studio, id="c-1")
    someone(studio, S.PROSPECTIVE_CLIENT, id="c-2")
    a_lead(studio, None, id="c-3")
    plan = studio.plan(planned)
    assert plan.allowed
    studio.do(done)
    before = (studio.contacts(), studio.pipelines())
    with pytest.raises(Conflict):
        studio.apply(plan)
    assert before == (studio.contacts(), studio.pipelines())
    assert 1 >= sum(pipeline.default for pipeline in studio.pipelines())
    whole(studio)


def test_a_stage_that_goes_while_a_correction_leads_back_to_it(studio: Clients) -> None:
    """Nobody stood there when it was planned; somebody does when it is applied: Conflict. Source: ours."""
    defined(studio)
    lead = a_lead(studio)
    studio.do(Convert(contact=lead.id, to=S.CLIENT, by=COACH))
    plan = studio.plan(define("weddings", OFFER, BOOKING))
    assert "call" == stage_of(studio.do(Correct(contact=lead.id, to=S.LEAD, reason="mistyped", by=COACH)))
    with pytest.raises(Conflict):
        studio.apply(plan)


def test_two_defaults_one_after_the_other_are_one(studio: Clients) -> None:
    """Tried again by `do`, the later one has it. Source: SC2."""
    for key in ("weddings", "babies", "portraits"):
        defined(studio, key, default=True)
    assert ["portraits"] == [pipeline.id for pipeline in studio.pipelines() if pipeline.default]


# ---- rows and the export


def test_sc2_rows_are_in_the_order_of_pipelines_stages_and_time(studio: Clients) -> None:
    """Who has stood there longest comes first; names show in no repr."""
    defined(studio)
    defined(studio, "babies")
    late = a_lead(studio, "babies", name="Bea")
    first = a_lead(studio, name="Ada")
    studio.clock.advance(DAY)
    second, further = a_lead(studio, name="Cleo"), a_lead(studio, name="Dora")
    studio.do(CompleteStage(contact=further.id, by=COACH))
    rows = studio.pipeline_rows()
    assert [first.id, second.id, further.id, late.id] == [row.contact for row in rows]
    assert ["Ada", "Cleo", "Dora", "Bea"] == [row.name for row in rows]
    assert ["call", "call", "offer", "call"] == [row.stage for row in rows]
    assert {S.LEAD} == {row.status for row in rows}
    assert [late.id] == [row.contact for row in studio.pipeline_rows("babies")]
    assert "Ada" not in repr(rows)


def test_who_is_on_a_pipeline_has_a_next_step(studio: Clients) -> None:
    """The rest of the leads is without one. Source: ours."""
    defined(studio)
    on, off = a_lead(studio), a_lead(studio, None)
    found = studio.progress()
    assert [on.id] == [entry.contact for entry in found[Progress.MOVING]]
    assert [off.id] == [entry.contact for entry in found[Progress.WITHOUT_NEXT_STEP]]


def test_the_export_is_read_back(studio: Clients) -> None:
    """Header, one row for each contact, CRLF, quotes where they are needed, times by ISO 8601. Source: ours."""
    defined(studio, name='Weddings, "big" ones', responsible="m-9")
    lead = a_lead(studio, name="Ada, the first", coach="m-7")
    studio.clock.advance(DAY)
    studio.do(CompleteStage(contact=lead.id, by=COACH))
    text = studio.pipeline_csv()
    header, row = csv.reader(StringIO(text, newline=""))
    assert ["contact", "name", "coach", "responsible", "pipeline", "stage", "since", "entered"] == header
    expected = [
        lead.id, "Ada, the first", "m-7", "m-9", 'Weddings, "big" ones', "Offer",
        "2026-03-03T12:00:00Z", "2026-03-02T12:00:00Z",
    ]  # fmt: skip
    assert expected == row
    assert 2 == text.count("\r\n") == text.count("\n")
    assert 1 == studio.pipeline_csv(responsible="m-1").count("\r\n")


def test_the_export_runs_no_formula(studio: Clients) -> None:
    """What a spreadsheet would take for one gets an apostrophe, whoever typed it. Source: ours."""
    defined(studio, name="+49 pipeline")
    for name in ("=1+1", "+1", "-1", "@sum", "Ada"):
        a_lead(studio, name=name)
    rows = list(csv.DictReader(StringIO(studio.pipeline_csv(), newline="")))
    assert ["'=1+1", "'+1", "'-1", "'@sum", "Ada"] == [row["name"] for row in rows]
    assert {"'+49 pipeline"} == {row["pipeline"] for row in rows}


def test_cells_of_every_sort() -> None:
    """Numbers stay numbers, nothing is empty, what holds a line break is quoted; a naive time is refused."""
    text = csv_text(
        ["a", "b", "c"],
        [[-5, True, None], ["\t=1", "\r=1", "two\nlines"], [NOON, NOON.date(), S.LEAD], ["", "'", '"']],
    )
    expected = [
        ["a", "b", "c"], ["-5", "true", ""], ["'\t=1", "'\r=1", "two\nlines"],
        ["2026-03-02T12:00:00Z", "2026-03-02", "lead"], ["", "'", '"'],
    ]  # fmt: skip
    assert expected == list(csv.reader(StringIO(text, newline="")))
    with pytest.raises(Invalid):
        csv_text(["a"], [[NOON.replace(tzinfo=None)]])


# ---- on a host's own rows


def test_a_plan_on_rows_of_ones_own(studio: Clients) -> None:
    """Without a storage: what is loaded is looked at, and what nobody loaded is an error."""
    defined(studio, default=True)
    pipeline, lead = studio.pipeline("weddings"), a_lead(studio)
    prospect = someone(studio, S.PROSPECTIVE_CLIENT)
    moment = Moment(studio.clock.now(), studio.storage.identifiers.fresh)
    mine = Loaded(contacts=[lead, prospect], appointments=[], pipelines=[pipeline])
    plan = CompleteStage(contact=lead.id, by=COACH).plan(STUDIO, moment, mine)
    assert "offer" == stage_of(plan.result)
    assert ("pipeline", "weddings", 1) in plan.read
    assert "call" == stage_of(Convert(contact=prospect.id, to=S.LEAD, by=COACH).plan(STUDIO, moment, mine).result)
    assert rules(define("weddings", OFFER).plan(STUDIO, moment, mine).decision) == ["pipeline.stages_in_use_stay"]
    assert define("babies").plan(STUDIO, moment, mine).allowed
    nothing = Loaded(contacts=[lead, prospect], appointments=[])
    for command in (
        CompleteStage(contact=lead.id, by=COACH),
        Convert(contact=prospect.id, to=S.LEAD, by=COACH),
    ):
        with pytest.raises(Exception, match="pipelines"):
            command.plan(STUDIO, moment, nothing)


def test_the_rules_answer_about_rows_of_ones_own() -> None:
    """A case is plain facts; the answer says what comes next."""
    case = rule_of.Case(by=COACH, on="weddings", at="call", pipeline="weddings", stages=("call", "offer"))
    decision = rule_of.may_complete(STUDIO, case)
    assert decision
    assert "behind call comes offer" in str(decision)
    assert "complete call for a contact" in str(decision)

"""A referral's life: whatever the service does or does not do, somebody has the patient."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction

from hub.agenda.models import DueItem
from hub.agenda.operations import fire_due
from hub.cases.models import Case
from hub.cases.operations.contacting import record_welfare
from hub.cases.operations.dispatching import acknowledge_dispatch, send_ambulance
from hub.cases.operations.noting import answer_alarms
from hub.clock import now
from hub.people.models import User
from hub.post.models import Message
from hub.record.actors import CLOCK, Machine, client
from hub.record.operations import history
from hub.refusals import Refusal
from referrals.models import Referral, Service
from referrals.operations.answering import (
    accept,
    complete,
    expire,
    fail,
    give_patient_back,
    receive,
    reject,
    start,
    withdraw,
)
from referrals.operations.sending import send_referral
from referrals.states import AWAITING, REFERRAL_STATES
from tests.referrals.stories import AGREED, assessed_fall, make_service, offered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content")]
PARTNER = client("test-partner")


def case_of(referral: Referral) -> Case:
    return Case.objects.get(pk=referral.case_id)


def test_sending_leaves_the_case_with_the_hub_and_writes_message_and_limit(clinician: User) -> None:
    referral = offered(clinician)
    case = case_of(referral)
    assert (referral.state, case.state, case.owner) == ("sent", "awaiting_acceptance", None)
    message = Message.objects.get(reference=str(referral.pk))
    assert (message.channel, message.kind, message.expires_at) == (
        "webhook",
        "referral.sent",
        referral.accept_by,
    )
    assert "Mary" not in str(message.body), "the webhook carries no personal data"
    assert "secret" not in message.destination
    due = DueItem.objects.get(key=referral.agenda_key)
    assert due.due_at == referral.accept_by
    assert [event.kind for event in history(stream=case.stream)][-2:] == ["referral.send", "case.refer"]


def test_the_content_names_what_is_not_recorded(clinician: User) -> None:
    content = offered(clinician, birth_date=None).content
    assert content["patient"]["birth_date"] is None
    assert content["assessment"]["disposition"] == "UCR2H"
    assert content["contacts"][0]["phone"] == "+447700900123"
    assert content["clinician"]["name"] == clinician.name


def test_a_named_person_accepts_and_only_then_the_case_ends(clinician: User) -> None:
    referral = offered(clinician)
    receive(referral_id=referral.pk, by=PARTNER)
    assert case_of(referral).state == "awaiting_acceptance"
    accept(referral_id=referral.pk, by=PARTNER, name="Ida Moss", role="Duty nurse")
    case = case_of(referral)
    assert (case.state, case.outcome) == ("closed", "referred")
    assert "Ida Moss" in case.outcome_words
    assert not DueItem.objects.filter(key=referral.agenda_key, state="pending").exists()
    start(referral_id=referral.pk, by=PARTNER)
    done = complete(referral_id=referral.pk, by=PARTNER, outcome="Lifted, no injury")
    assert (done.state, done.words) == ("completed", "Lifted, no injury")


@pytest.mark.parametrize(("name", "role"), [("", "nurse"), ("Ida Moss", " ")])
def test_nobody_in_particular_cannot_accept(clinician: User, name: str, role: str) -> None:
    referral = offered(clinician)
    with pytest.raises(Refusal) as refused:
        accept(referral_id=referral.pk, by=PARTNER, name=name, role=role)
    assert refused.value.status == 422
    assert case_of(referral).state == "awaiting_acceptance"


@pytest.mark.parametrize("received", [False, True])
def test_a_rejection_brings_the_case_back_with_its_age_and_an_alarm(clinician: User, received: bool) -> None:
    service = make_service(capacity=3)
    referral = offered(clinician, service)
    arrived = case_of(referral).arrived_at
    if received:
        receive(referral_id=referral.pk, by=PARTNER)
    reject(referral_id=referral.pk, by=PARTNER, reason="22", words="Two nurses off sick")
    case = case_of(referral)
    assert (case.state, case.arrived_at) == ("waiting", arrived)
    assert "capacity" in case.alarm
    assert "Two nurses off sick" in case.alarm
    service.refresh_from_db()
    assert service.places_left == 3, "the place was not given back"


def test_a_rejection_without_a_coded_reason_is_refused(clinician: User) -> None:
    referral = offered(clinician)
    with pytest.raises(Refusal) as refused:
        reject(referral_id=referral.pk, by=PARTNER, reason="50")
    assert refused.value.status == 422
    referral.refresh_from_db()
    assert referral.state == "sent"


def test_silence_returns_the_case_and_a_late_yes_is_told_so(clinician: User) -> None:
    referral = offered(clinician)
    assert referral.accept_by is not None
    with time_machine.travel(referral.accept_by + timedelta(seconds=1), tick=True):
        fire_due()
        case = case_of(referral)
        assert (case.state, case.owner) == ("waiting", None)
        assert "did not accept in time" in case.alarm
        with pytest.raises(Refusal) as refused:
            accept(referral_id=referral.pk, by=PARTNER, name="Ida Moss", role="Nurse")
    assert (refused.value.status, refused.value.code) == (409, "too-late")
    assert "the hub has the patient again" in refused.value.sentence
    assert case_of(referral).state == "waiting"
    assert Message.objects.filter(kind="referral.expired", reference=str(referral.pk)).exists()


def test_a_limit_that_fires_after_the_answer_changes_nothing(clinician: User) -> None:
    referral = offered(clinician)
    accept(referral_id=referral.pk, by=PARTNER, name="Ida Moss", role="Nurse")
    expire(referral_id=referral.pk)
    fail(referral_id=referral.pk, words="late courier")
    referral.refresh_from_db()
    assert (referral.state, case_of(referral).outcome) == ("accepted", "referred")


def test_a_failed_message_does_not_take_back_what_the_service_has_read(clinician: User) -> None:
    referral = offered(clinician)
    receive(referral_id=referral.pk, by=PARTNER)
    fail(referral_id=referral.pk, words="410 Gone")
    referral.refresh_from_db()
    assert referral.state == "received"


def test_withdrawing_brings_the_case_back_and_tells_the_service(clinician: User) -> None:
    referral = offered(clinician)
    withdraw(referral_id=referral.pk, by=clinician, words="The patient went by taxi")
    assert case_of(referral).state == "waiting"
    assert list(
        Message.objects.filter(reference=str(referral.pk), state="waiting").values_list("kind", flat=True)
    ) == ["referral.withdrawn"]


def test_a_patient_given_back_after_acceptance_is_at_the_top(clinician: User) -> None:
    referral = offered(clinician)
    accept(referral_id=referral.pk, by=PARTNER, name="Ida Moss", role="Nurse")
    give_patient_back(referral_id=referral.pk, by=PARTNER, words="Not at the address")
    case = case_of(referral)
    assert (case.state, case.worsened) == ("waiting", True)
    assert "Not at the address" in case.alarm


def test_an_ambulance_meanwhile_wins_and_the_service_is_told_not_to_go(clinician: User) -> None:
    referral = offered(clinician)
    dispatch = send_ambulance(case_id=referral.case_id, by=clinician, category="C2", reason="worse")
    with pytest.raises(Refusal) as refused:
        accept(referral_id=referral.pk, by=PARTNER, name="Ida Moss", role="Nurse")
    assert refused.value.code == "not-on-offer"
    expire(referral_id=referral.pk)
    assert case_of(referral).state == "awaiting_dispatch", (
        "the silence of a service must not recall the ambulance"
    )
    acknowledge_dispatch(dispatch_id=dispatch.pk, by=Machine("API client cad"), cad_reference="1")
    assert case_of(referral).outcome == "dispatched"


def test_a_case_cannot_be_offered_twice_at_once(clinician: User) -> None:
    referral = offered(clinician)
    with pytest.raises(IntegrityError), transaction.atomic():
        Referral.objects.filter(pk=referral.pk).first().__class__.objects.create(
            case_id=referral.case_id, service=make_service("Other"), created_by=clinician, state="sent",
            disposition="UCR2H", disposition_title="x", needed_by=now(),
        )  # fmt: skip


def test_a_stale_fence_sends_nothing(clinician: User) -> None:
    case = assessed_fall(clinician)
    with pytest.raises(Refusal) as refused:
        send_referral(
            case_id=case.pk,
            service_id=make_service().pk,
            by=clinician,
            fence=case.fence - 1,
            agreement=AGREED,
        )
    assert refused.value.code == "not-yours"
    assert not Referral.objects.exists()
    assert not Message.objects.exists()


def test_what_the_page_showed_is_judged_again_when_sending(clinician: User) -> None:
    case, service = (
        assessed_fall(clinician),
        make_service(told_status="red", told_until=now() + timedelta(hours=1)),
    )
    with pytest.raises(Refusal) as refused:
        send_referral(
            case_id=case.pk, service_id=service.pk, by=clinician, fence=case.fence, agreement=AGREED
        )
    assert refused.value.code == "service-cannot"
    assert "Status red" in refused.value.sentence
    assert not Referral.objects.exists()


def test_without_the_patients_agreement_nothing_is_sent(clinician: User) -> None:
    case = assessed_fall(clinician)
    with pytest.raises(Refusal) as refused:
        send_referral(
            case_id=case.pk, service_id=make_service().pk, by=clinician, fence=case.fence, agreement=" "
        )
    assert refused.value.status == 422


def test_a_change_without_its_event_cannot_happen(clinician: User, monkeypatch: pytest.MonkeyPatch) -> None:
    referral = offered(clinician, make_service(capacity=2))

    def broken(**_: object) -> None:
        raise RuntimeError("the record cannot be written")

    monkeypatch.setattr("hub.record.transitions.write", broken)
    with pytest.raises(RuntimeError):
        reject(referral_id=referral.pk, by=PARTNER, reason="22")
    referral.refresh_from_db()
    service = Service.objects.get()
    assert (referral.state, service.places_left) == ("sent", 1)
    assert DueItem.objects.get(key=referral.agenda_key).state == "pending"


@pytest.mark.parametrize("move", sorted(REFERRAL_STATES.moves))
def test_every_state_that_a_move_leads_to_is_known_to_postgresql(move: str) -> None:
    assert set(REFERRAL_STATES.moves[move].values()) <= {value for value, _ in Referral.state.field.choices}


def test_every_unhappy_end_of_an_offer_leaves_the_case_with_the_hub(clinician: User) -> None:
    """The table itself: from an offer every way but acceptance has an operation that returns the case."""
    ends = {name: REFERRAL_STATES.moves[name].get(AWAITING[0]) for name in REFERRAL_STATES.moves}
    ways = {
        "reject": lambda key: reject(referral_id=key, by=PARTNER, reason="99"),
        "expire": lambda key: expire(referral_id=key),
        "withdraw": lambda key: withdraw(referral_id=key, by=clinician, words="changed"),
        "fail": lambda key: fail(referral_id=key, words="no route"),
    }
    assert {name for name, end in ends.items() if end} == {*ways, "receive", "accept"}
    for number, way in enumerate(ways.values()):
        referral = offered(clinician, make_service(f"Service {number}"))
        way(referral.pk)
        case = case_of(referral)
        assert case.state == "waiting"
        assert case.alarm


def test_a_patient_who_got_worse_meanwhile_is_not_accepted_away_unseen(
    clinician: User, call_handler: User
) -> None:
    referral = offered(clinician)
    record_welfare(
        case_id=referral.case_id, by=call_handler, result="answered", worse=True, note="breathless now"
    )
    with pytest.raises(Refusal, match="got worse") as refused:
        accept(referral_id=referral.pk, by=CLOCK, name="Kim Vale", role="nurse")
    assert refused.value.code == "worse-meanwhile"
    assert Referral.objects.get(pk=referral.pk).state == "sent"
    assert Case.objects.get(pk=referral.case_id).state == "awaiting_acceptance"
    keys = [each.key for each in Case.objects.get(pk=referral.case_id).open_alarms]
    answer_alarms(case_id=referral.case_id, by=clinician, keys=keys, words="rang: not worse after all")
    accept(referral_id=referral.pk, by=CLOCK, name="Kim Vale", role="nurse")
    assert Case.objects.get(pk=referral.case_id).state == "closed"

"""Where a service and the hub could each think that the other looks after the patient."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from hub.agenda.operations import fire_due
from hub.board import panels as board
from hub.cases.models import Case
from hub.cases.operations.closing import reopen
from hub.cases.operations.contacting import record_welfare
from hub.cases.operations.dispatching import acknowledge_dispatch, send_ambulance
from hub.cases.operations.noting import answer_alarms
from hub.cases.queries import welfare_due
from hub.cases.telling import tell
from hub.clock import now
from hub.people.models import User
from hub.post.models import Message
from hub.post.operations import deliver_due
from hub.record.models import Event
from hub.refusals import Refusal
from referrals.models import FollowUp, Referral
from referrals.operations.answering import accept, complete, reject, withdraw
from referrals.operations.asking import record_reply
from referrals.operations.sending import send_referral
from referrals.queries import awaiting, follow_ups_due
from tests.hub.cases.api.conftest import Machine
from tests.referrals.stories import AGREED, assessed_fall, make_service, offered
from tests.referrals.test_referral_life import PARTNER

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content")]


def case_of(referral: Referral) -> Case:
    return Case.objects.get(pk=referral.case_id)


def later(minutes: float) -> time_machine.travel:
    return time_machine.travel(now() + timedelta(minutes=minutes), tick=False)


def opened_again(clinician: User, call_handler: User, **service: object) -> Referral:
    """Accepted by a service, then heard to be worse: the hub has the case again, the service has the patient."""
    referral = offered(clinician, make_service(**service))
    accept(referral_id=referral.pk, by=PARTNER, name="Ida Moss", role="Nurse")
    reopen(case_id=referral.case_id, by=call_handler, reason="rang again, worse")
    return Referral.objects.get(pk=referral.pk)


def notices(referral: Referral) -> list[str]:
    sent = Message.objects.filter(kind="referral.notice", reference=str(referral.pk)).order_by("created_at")
    return [message.body["notice"] for message in sent]


def test_somebody_rings_a_patient_who_waits_for_a_service_to_accept(
    clinician: User, call_handler: User, client_as: Callable[[User], Client]
) -> None:
    referral = offered(clinician, make_service(accept_minutes=60))
    with later(15.1):
        fire_due()
        assert [case.pk for case in welfare_due()] == [referral.case_id]
        page = client_as(call_handler).get(reverse("cases:welfare")).content.decode()
        assert "Awaiting acceptance" in page
    with later(31):
        fire_due()
    assert "welfare call is overdue" in case_of(referral).alarm


def test_an_overdue_welfare_call_does_not_stop_a_service_from_accepting(clinician: User) -> None:
    referral = offered(clinician, make_service(accept_minutes=60))
    with later(15.1):
        fire_due()
    with later(31):
        fire_due()
        assert case_of(referral).alarm
        accept(referral_id=referral.pk, by=PARTNER, name="Ida Moss", role="Nurse")
    assert (case_of(referral).state, case_of(referral).alarm) == ("closed", "")


def test_a_patient_on_offer_whom_nobody_reaches_gets_an_ambulance(
    clinician: User, call_handler: User
) -> None:
    referral = offered(clinician, make_service(accept_minutes=60))
    for _ in range(3):
        record_welfare(case_id=referral.case_id, by=call_handler, result="no_answer", worse=False)
    with later(16):
        fire_due()
    referral.refresh_from_db()
    assert (case_of(referral).state, referral.state) == ("awaiting_dispatch", "withdrawn")


def test_the_service_that_has_the_patient_is_told_what_becomes_of_them(
    clinician: User, call_handler: User
) -> None:
    referral = opened_again(clinician, call_handler)
    assert (referral.state, referral.notice) == ("accepted", "opened_again")
    send_ambulance(case_id=referral.case_id, by=call_handler, category="C2", reason="worse")
    referral.refresh_from_db()
    assert (referral.state, referral.notice) == ("accepted", "ambulance_sent")
    assert notices(referral) == ["opened_again", "ambulance_sent"]
    for message in Message.objects.filter(kind="referral.notice"):
        assert "Mary" not in str(message.body)
    told = [
        tell(event).what for event in Event.objects.filter(stream=referral.stream, kind="referral.notice")
    ]
    assert any("ambulance" in what.lower() for what in told)


def test_the_notice_is_read_by_the_api_and_changes_the_version(clinician: User, call_handler: User) -> None:
    referral = opened_again(clinician, call_handler)
    partner = Machine("test-partner", "partner")
    read = partner.ask("GET", f"/api/v1/referrals/{referral.pk}")
    assert read.json()["notice"] == "opened_again"
    assert read.json()["noticed_at"]
    send_ambulance(case_id=referral.case_id, by=call_handler, category="C2", reason="worse")
    stale = partner.ask(
        "POST", f"/api/v1/referrals/{referral.pk}/complete", {"outcome": "seen"}, If_Match=read["ETag"]
    )
    assert stale.status_code == 412


def test_its_page_shows_the_notice(
    clinician: User, call_handler: User, client_as: Callable[[User], Client]
) -> None:
    referral = opened_again(clinician, call_handler)
    page = client_as(clinician).get(reverse("referrals:referral", args=[referral.pk])).content.decode()
    assert "The hub has the case open again" in page


@pytest.mark.parametrize("reachable", [True, False])
def test_a_service_that_cannot_be_told_by_message_is_rung(
    clinician: User, call_handler: User, reachable: bool
) -> None:
    address = {} if reachable else {"webhook_url": ""}
    referral = opened_again(clinician, call_handler, **address)
    dispatch = send_ambulance(case_id=referral.case_id, by=call_handler, category="C2", reason="worse")
    if reachable:  # an address at which nobody answers
        with later(31):
            deliver_due()
    case = case_of(referral)
    assert "Example UCR" in case.alarm
    acknowledge_dispatch(dispatch_id=dispatch.pk, by=PARTNER)
    assert case_of(referral).state == "closed"
    assert "Example UCR" in board.alarms(), "nobody has told them yet, whatever became of the case"
    case = case_of(referral)
    answer_alarms(
        case_id=case.pk, by=clinician, keys=[each.key for each in case.open_alarms], words="rang Ida Moss"
    )
    assert case_of(referral).alarm == ""


def test_who_does_not_have_the_patient_is_told_nothing(clinician: User, call_handler: User) -> None:
    said_no = offered(clinician)
    reject(referral_id=said_no.pk, by=PARTNER, reason="22")
    send_ambulance(case_id=said_no.case_id, by=call_handler, category="C2", reason="worse")
    finished = offered(clinician, make_service("Another"))
    accept(referral_id=finished.pk, by=PARTNER, name="Ida Moss", role="Nurse")
    complete(referral_id=finished.pk, by=PARTNER, outcome="Lifted")
    reopen(case_id=finished.case_id, by=call_handler, reason="rang again")
    assert not Message.objects.filter(kind="referral.notice").exists()


def test_better_by_the_link_ends_the_alarm_of_the_missed_follow_up(clinician: User) -> None:
    referral = offered(clinician)
    accept(referral_id=referral.pk, by=PARTNER, name="Ida Moss", role="Nurse")
    follow_up = FollowUp.objects.get()
    with time_machine.travel(follow_up.due_at + timedelta(seconds=1), tick=False):
        fire_due()
    with time_machine.travel(follow_up.missed_at + timedelta(seconds=1), tick=False):
        fire_due()
        assert "follow-up was missed" in case_of(referral).alarm
        follow_up.refresh_from_db()
        record_reply(follow_up_id=follow_up.pk, key=follow_up.reply_key, answer="better")
    assert case_of(referral).alarm == ""
    finished = Event.objects.get(stream=referral.stream, kind="follow_up.finish")
    assert "follow-up was missed" in str(finished.data["alarms_ended"])


def answered(referral: Referral, clinician: User) -> Case:
    """Somebody rang, and says so."""
    case = case_of(referral)
    keys = [each.key for each in case.open_alarms]
    return answer_alarms(case_id=case.pk, by=clinician, keys=keys, words="Ida Moss knows of it")


def test_a_service_that_cannot_be_told_by_machine_is_rung_and_its_limit_runs(
    clinician: User, client_as: Callable[[User], Client]
) -> None:
    case, service = assessed_fall(clinician), make_service(webhook_url="", phone="020 7946 0301")
    browser, page = client_as(clinician), f"/cases/{case.pk}/offer/"
    assert "cannot be told by message" in browser.get(f"{page}?service={service.pk}").content.decode()
    form = {"service": service.pk, "fence": case.fence, "agreement": AGREED}
    shown = browser.post(page, form, follow=True).content.decode()
    referral = Referral.objects.get()
    alarm = case_of(referral).open_alarms[0]
    assert "020 7946 0301" in alarm.sentence
    assert "Ring them now" in shown
    assert alarm.sentence in board.alarms()
    with later(30):
        fire_due()
    referral.refresh_from_db()
    assert (referral.state, case_of(referral).state) == ("expired", "waiting")
    assert not any("say here who knows" in each.sentence for each in case_of(referral).open_alarms)


def test_the_alarm_to_ring_ends_when_somebody_says_who_was_told(
    clinician: User, client_as: Callable[[User], Client]
) -> None:
    referral = offered(clinician, make_service(webhook_url=""))
    key = case_of(referral).open_alarms[0].key
    told = reverse("referrals:told", args=[referral.pk])
    browser = client_as(clinician)
    assert browser.post(told, {"key": key, "words": ""}).status_code == 422
    assert case_of(referral).alarm
    assert browser.post(told, {"key": key, "words": "Ida Moss"}).status_code == 302
    assert (case_of(referral).alarm, case_of(referral).state) == ("", "awaiting_acceptance")


@pytest.mark.parametrize("answer", ["accept", "reject"])
def test_a_service_that_answers_knows_of_the_offer(clinician: User, answer: str) -> None:
    referral = offered(clinician, make_service(webhook_url=""))
    if answer == "accept":
        accept(referral_id=referral.pk, by=clinician, name="Ida Moss", role="Nurse, by telephone")
    else:
        reject(referral_id=referral.pk, by=clinician, reason="22")
    assert not any("cannot be told" in each.sentence for each in case_of(referral).open_alarms)


@pytest.mark.parametrize("knew", [True, False])
def test_who_was_told_by_telephone_is_told_of_the_end_too(clinician: User, knew: bool) -> None:
    referral = offered(clinician, make_service(webhook_url=""))
    if knew:
        answered(referral, clinician)
    withdraw(referral_id=referral.pk, by=clinician, words="went by taxi")
    rung = [each for each in case_of(referral).open_alarms if each.kind == "tell_service"]
    assert [("Nobody need go" in each.sentence) for each in rung] == ([True] if knew else [])


def test_when_it_has_finished_the_service_reads_and_has_the_patient_no_more(
    clinician: User, client_as: Callable[[User], Client]
) -> None:
    referral = offered(clinician)
    accept(referral_id=referral.pk, by=PARTNER, name="Ida Moss", role="Nurse")
    partner, address = Machine("test-partner", "partner"), f"/api/v1/referrals/{referral.pk}"
    assert partner.ask("GET", address).json()["content"]["patient"]["name"] == "Mary Sample"
    complete(referral_id=referral.pk, by=PARTNER, outcome="Lifted")
    assert partner.ask("GET", address).json()["content"] is None
    page = client_as(clinician).get(reverse("referrals:referral", args=[referral.pk])).content.decode()
    assert "has the patient" not in page
    assert "The service has finished" in page


@pytest.mark.parametrize("deed", ["send", "withdraw", "accept", "reject"])
def test_a_role_without_the_right_neither_offers_nor_answers(
    clinician: User, call_handler: User, deed: str
) -> None:
    referral = offered(clinician)
    key = {"referral_id": referral.pk, "by": call_handler}
    deeds: dict[str, Callable[[], object]] = {
        "send": lambda: send_referral(
            case_id=referral.case_id, service_id=referral.service_id, by=call_handler, fence=0, agreement=AGREED
        ),
        "withdraw": lambda: withdraw(**key, words="taxi"),
        "accept": lambda: accept(**key, name="Ida Moss", role="Nurse"),
        "reject": lambda: reject(**key, reason="22"),
    }  # fmt: skip
    with pytest.raises(Refusal) as refused:
        deeds[deed]()
    assert refused.value.status == 403
    assert case_of(referral).state == "awaiting_acceptance"


def test_the_boards_lists_say_how_many_there_are_in_all(
    clinician: User, client_as: Callable[[User], Client]
) -> None:
    for number in range(3):
        offered(clinician, make_service(f"Service {number}"))
    assert (awaiting(limit=2).total, awaiting(limit=2).more, awaiting().more) == (3, 1, 0)
    for referral in Referral.objects.all():
        accept(referral_id=referral.pk, by=PARTNER, name="Ida Moss", role="Nurse")
    with later(24 * 60):
        fire_due()
        assert (follow_ups_due(limit=2).total, follow_ups_due(limit=2).more) == (3, 1)
    panel = render_to_string("referrals/_follow_ups_due.html", {"due": follow_ups_due(limit=2)})
    assert ">3</span>" in panel
    assert "1 more" in panel

"""What the patient says by the link is heard as long as the link is good, whatever staff heard before."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from hub.agenda.operations import fire_due
from hub.cases.models import Case
from hub.cases.operations.closing import reopen
from hub.cases.telling import tell
from hub.clock import now
from hub.people.models import User
from hub.post.models import Message
from hub.post.operations import deliver_due
from hub.record.models import Event
from referrals.models import FollowUp
from referrals.operations.answering import accept
from referrals.operations.asking import record_follow_up
from referrals.replies import token_of
from tests.referrals.stories import offered
from tests.referrals.test_referral_life import PARTNER

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content")]


@pytest.fixture
def follow_up(clinician: User) -> FollowUp:
    """Due, with a link in the patient's hand."""
    referral = offered(clinician)
    accept(referral_id=referral.pk, by=PARTNER, name="Ida Moss", role="Nurse")
    planned = FollowUp.objects.get()
    with just_after(planned):
        fire_due()
    planned.refresh_from_db()
    return planned


def just_after(follow_up: FollowUp) -> time_machine.travel:
    return time_machine.travel(follow_up.due_at + timedelta(seconds=1), tick=True)


def says(follow_up: FollowUp, answer: str) -> str:
    page = Client().post(f"/reply/{token_of(follow_up)}/", {"answer": answer})
    assert page.status_code == 200
    return page.content.decode()


def test_worse_after_staff_finished_opens_the_case(follow_up: FollowUp, clinician: User) -> None:
    with just_after(follow_up):
        record_follow_up(follow_up_id=follow_up.pk, by=clinician, answer="same")
        assert "A clinician will ring you" in says(follow_up, "worse")
    case = Case.objects.get()
    assert (case.state, case.worsened) == ("waiting", True)
    assert "worse" in case.alarm


def test_better_and_then_worse_by_one_link_is_heard_twice(follow_up: FollowUp) -> None:
    with just_after(follow_up):
        says(follow_up, "better")
        says(follow_up, "worse")
    assert Case.objects.get().state == "waiting"
    said = Event.objects.get(stream=follow_up.stream, kind="follow_up.reply")
    assert "worse" in tell(said).what


def test_worse_while_the_case_is_open_again_is_an_alarm(follow_up: FollowUp, clinician: User) -> None:
    reopen(case_id=follow_up.case_id, by=clinician, reason="rang again")
    with just_after(follow_up):
        says(follow_up, "worse")
    assert any("worse at the follow-up" in each.sentence for each in Case.objects.get().open_alarms)


def test_better_after_staff_finished_is_kept_and_shown(
    follow_up: FollowUp, clinician: User, client_as: Callable[[User], Client]
) -> None:
    with just_after(follow_up):
        record_follow_up(follow_up_id=follow_up.pk, by=clinician, answer="same")
        says(follow_up, "better")
        browser = client_as(clinician)
        page = browser.get(f"/follow-ups/{follow_up.pk}/").content.decode()
    assert "by the link: <strong>better</strong>" in page
    follow_up.refresh_from_db()
    assert (follow_up.answer, Case.objects.get().state) == ("same", "closed")


def test_a_late_reminder_is_delivered_and_the_page_tells_what_became_of_it(
    clinician: User, client_as: Callable[[User], Client]
) -> None:
    referral = offered(clinician)
    accept(referral_id=referral.pk, by=PARTNER, name="Ida Moss", role="Nurse")
    follow_up = FollowUp.objects.get()
    with time_machine.travel(follow_up.missed_at + timedelta(hours=1), tick=True):
        fire_due()
        text = Message.objects.get(kind="follow_up.reminder")
        follow_up.refresh_from_db()
        assert text.expires_at == follow_up.missed_at > now()
        address = f"/follow-ups/{follow_up.pk}/"
        browser = client_as(clinician)
        assert "waiting to be delivered" in browser.get(address).content.decode()
        deliver_due()
        assert "waiting to be delivered" not in browser.get(address).content.decode()
        assert ">delivered" in browser.get(address).content.decode()

"""The board: what it shows, to whom, at what cost, and the doors behind it."""

import re
from collections.abc import Callable
from copy import copy
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from hub.agenda.models import DueItem, Sweep
from hub.board import engine_room, panels, queries
from hub.board.picture import draw
from hub.board.queries import Queue
from hub.cases.models import Case
from hub.cases.operations.dispatching import send_ambulance
from hub.cases.operations.holding import claim
from hub.clock import now
from hub.live.panels import find, named
from hub.people import presence
from hub.people.models import User
from hub.post.channels import _ADAPTERS, Answer
from hub.post.models import Message
from hub.post.operations import deliver_due, post
from hub.record.models import Event, Reading

pytestmark = pytest.mark.django_db

Signed = Callable[[User], Client]


RING_NOW = [
    {"kind": "worse", "sentence": "Ring <b>now</b>", "raised_at": "2026-11-22T12:00:00+00:00", "key": "1"}
]


def late(case: Case, **minutes: float) -> None:
    """Move a case's clocks, as time does."""
    Case.objects.filter(pk=case.pk).update(
        **{name: now() + timedelta(minutes=value) for name, value in minutes.items()}
    )


def park(kind: str = "case.welfare", subject: str = "case:none") -> DueItem:
    return DueItem.objects.create(
        kind=kind, subject=subject, key=f"{kind} {subject}", due_at=now(), first_due_at=now(),
        state="parked", attempts=5, last_error="ValueError: <script>no</script>",
    )  # fmt: skip


def test_counts_are_whole_and_parted_at_the_thousands(
    open_case_: Callable[..., Case], client_as: Signed, call_handler: User
) -> None:
    # Given 1,234 cases past every limit, each with an alarm
    case = open_case_(category="C3")
    late(case, breach_at=-1, first_attempt_by=-1, welfare_due_at=-1)
    Case.objects.update(alarms=RING_NOW, alarm_at=now())
    case.refresh_from_db()
    many = [copy(case) for _ in range(1233)]
    for number, each in enumerate(many):
        each.pk, each.reference, each.cad_number = uuid4(), f"many-{number}", None
    Case.objects.bulk_create(many)
    # Then each panel says so as people write it
    for name in ("waiting", "alarms", "breaching", "first_attempts", "welfare"):
        panel = find(f"board.{name}")
        assert panel is not None
        html = panel.render()
        assert '<span class="hub-count">1,234</span>' in html, name
        assert "1234" not in html, name
        assert name == "waiting" or "1,222 more" in html, name
    every = client_as(call_handler).get(reverse("cases:welfare")).content.decode()
    assert "1,184 more" in every
    assert (
        "50 or more welfare calls due" in client_as(call_handler).get(reverse("cases:queue")).content.decode()
    )
    shown = board_waiting()
    assert "C3: 1,234 with the limit passed" in shown
    assert shown.count(">1,234<") == 5  # the title, the bar, and three columns of the table


def board_waiting() -> str:
    panel = find("board.waiting")
    assert panel is not None
    return re.sub(r">\s+|\s+<", lambda found: found[0].strip(), panel.render())


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("supervisor", 200),
        ("clinician", 200),
        ("governance_lead", 200),
        ("call_handler", 403),
        ("administrator", 403),
    ],
)
def test_who_sees_the_board(
    role: str, status: int, request: pytest.FixtureRequest, client_as: Signed
) -> None:
    client = client_as(request.getfixturevalue(role))
    assert client.get(reverse("board:board")).status_code == status
    assert client.get(reverse("board:panel", args=["board.waiting"])).status_code == status


def test_every_panel_of_every_room_is_on_the_page_and_has_an_address(
    supervisor: User, client_as: Signed
) -> None:
    client = client_as(supervisor)
    page = client.get(reverse("board:board")).content.decode()
    registered = [panel.name for panel in named("board.")]
    assert set(panels.MAIN) <= set(registered)
    assert {"board.awaiting_acceptance", "board.follow_ups"} <= set(registered)
    for name in registered:
        assert f'data-live-event="{name}"' in page
        fragment = client.get(reverse("board:panel", args=[name]), headers={"X-Requested-With": "live"})
        assert "<html" not in fragment.content.decode()
        assert "csrfmiddlewaretoken" not in fragment.content.decode()
        assert "<h1" in client.get(reverse("board:panel", args=[name])).content.decode()
    assert len(set(re.findall(r'data-live="([^"]+)"', page))) == 1
    assert client.get(reverse("board:panel", args=["people.secrets"])).status_code == 404


def test_waiting_is_counted_by_category_and_by_time_left(open_case_: Callable[..., Case]) -> None:
    cases = [open_case_("C3") for _ in range(3)]
    open_case_("C4")
    late(cases[0], breach_at=-1)
    late(cases[1], breach_at=7, first_attempt_by=-3)
    by_name = {queue.category: queue for queue in queries.waiting_by_category()}
    assert list(by_name) == ["C2", "C3", "C4", "C5"]
    assert (by_name["C3"].count, by_name["C3"].over, by_name["C3"].unrung) == (3, 1, 1)
    assert by_name["C3"].bins == {0: 1, 2: 1, 12: 1}
    assert by_name["C4"].bins == {13: 1}
    assert by_name["C5"].count == 0
    html = find("board.waiting").render()  # type: ignore[union-attr]
    assert 'style="' not in html
    assert "C3: 1 with the limit passed" in html
    assert "<table" in html


def test_the_picture_puts_what_is_over_right_of_the_limit() -> None:
    picture = draw([Queue("C3", 9, None, None, 0, {0: 8, 1: 1, 13: 2})])
    over, soon, calm = picture.bars
    assert (over.kind, soon.kind, calm.kind) == ("over", "soon", "calm")
    assert over.x > picture.limit_x > soon.x > calm.x
    assert over.height > calm.height
    assert all(bar.x >= 0 and bar.x + bar.width <= picture.width and bar.y >= 0 for bar in picture.bars)
    assert draw([]).bars == []


def test_breaching_unrung_alarms_and_dispatches(open_case_: Callable[..., Case], clinician: User) -> None:
    soon, unrung, alarmed, sent = (open_case_("C3") for _ in range(4))
    late(soon, breach_at=6)
    late(unrung, first_attempt_by=-1)
    Case.objects.filter(pk=alarmed.pk).update(alarms=RING_NOW, alarm_at=now())
    send_ambulance(case_id=sent.pk, by=clinician, category="C2", reason="worse")
    assert [case.pk for case in queries.breaching().rows] == [soon.pk]
    assert [case.pk for case in queries.without_first_attempt().rows] == [unrung.pk]
    assert [dispatch.case_id for dispatch in queries.open_dispatches()] == [sent.pk]
    html = panels.alarms()
    assert "Ring &lt;b&gt;now" in html
    assert reverse("cases:case", args=[alarmed.pk]) in html


def test_people_on_shift_and_what_they_hold(
    open_case_: Callable[..., Case], clinician: User, other_clinician: User, supervisor: User
) -> None:
    for person in (clinician, other_clinician, supervisor):
        presence.begin(user=person)
    case = open_case_()
    claim(case_id=case.pk, by=clinician)
    shown = [(each.presence.user, [held.pk for held in each.cases]) for each in queries.on_shift_now()]
    assert shown == [(other_clinician, []), (clinician, [case.pk]), (supervisor, [])]
    html = panels.people()
    assert html.count(">free<") == 1
    assert case.reference in html


@pytest.mark.parametrize("swept", [None, 20.0])
def test_a_clock_that_stands_still_is_loud(swept: float | None) -> None:
    if swept:
        Sweep.objects.create(name="agenda", swept_at=now() - timedelta(seconds=swept))
    html = panels.clock()
    assert "Reminders are not running" in html
    assert 'role="alert"' in html


def test_a_clock_that_runs_is_quiet_until_work_or_post_is_late() -> None:
    Sweep.objects.create(name="agenda", swept_at=now())
    assert engine_room.clock().well
    item = park()
    DueItem.objects.filter(pk=item.pk).update(state="pending", due_at=now() - timedelta(minutes=2))
    assert "Reminders are late" in panels.clock()
    DueItem.objects.all().delete()
    with transaction.atomic():
        post(channel="sms", destination="x", kind="k", subject="case:none", body={}, expires_at=now())
    Message.objects.update(next_attempt_at=now() - timedelta(minutes=2))
    assert "Messages are not leaving" in panels.clock()


def test_parked_work_is_run_again_or_settled_with_a_reason(supervisor: User, client_as: Signed) -> None:
    client = client_as(supervisor)
    first, second = park(), park("case.lease")
    page = client.get(reverse("board:parked")).content.decode()
    assert "&lt;script&gt;" in page
    assert "2 in all" in page
    assert client.post(reverse("board:run_again", args=[first.pk])).status_code == 302
    empty = client.post(reverse("board:settle", args=[second.pk]), {"reason": "  "})
    assert empty.status_code == 422
    assert "Say what was done" in empty.content.decode()
    assert (
        client.post(reverse("board:settle", args=[second.pk]), {"reason": "rang the patient"}).status_code
        == 302
    )
    again = client.post(reverse("board:settle", args=[second.pk]), {"reason": "once more"})
    assert again.status_code == 409
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("pending", "cancelled")
    assert Event.objects.filter(kind="agenda.settled", data__reason="rang the patient").count() == 1


def test_only_a_supervisor_handles_parked_work(clinician: User, client_as: Signed) -> None:
    item, client = park(), client_as(clinician)
    assert client.get(reverse("board:parked")).status_code == 403
    assert client.post(reverse("board:run_again", args=[item.pk])).status_code == 403
    assert client.post(reverse("board:settle", args=[item.pk]), {"reason": "x"}).status_code == 403
    item.refresh_from_db()
    assert item.state == "parked"


def test_messages_with_their_attempts(
    supervisor: User, client_as: Signed, open_case_: Callable[..., Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(_ADAPTERS, "test", lambda envelope: Answer(False, "410 gone <b>", final=True))
    case = open_case_()
    body = {"text": "We rang you. <i>Ring</i> 999 if worse."}
    with transaction.atomic():
        message = post(
            channel="test", destination="020 7946 0000", kind="case.text", subject=case.stream, body=body,
            expires_at=now() + timedelta(hours=1),
        )  # fmt: skip
    assert deliver_due(seconds=5) == 1
    client = client_as(supervisor)
    listed = client.get(reverse("board:messages")).content.decode()
    assert "410 gone &lt;b&gt;" in listed
    assert "Never arrived" in listed
    assert "board-messages" in panels.messages()
    shown = client.get(reverse("board:message", args=[message.pk])).content.decode()
    assert "&lt;i&gt;Ring" in shown
    assert Reading.objects.filter(stream=case.stream, by=supervisor, page="message").count() == 1
    assert "410 gone" not in client.get(reverse("board:messages"), {"channel": "sms"}).content.decode()
    assert client.get(reverse("board:messages"), {"channel": "nonsense"}).status_code == 404
    assert client.get(reverse("board:messages"), {"before": "9" * 30}).status_code == 200


def test_a_withdrawn_message_is_no_trouble() -> None:
    with transaction.atomic():
        post(
            channel="sms",
            destination="x",
            kind="k",
            subject="s",
            body={},
            expires_at=now() + timedelta(hours=1),
        )
    Message.objects.update(state="withdrawn", settled_at=now())
    assert engine_room.undelivered() == []


def test_the_page_costs_the_same_however_many_cases_there_are(
    supervisor: User,
    client_as: Signed,
    open_case_: Callable[..., Case],
    django_assert_max_num_queries: Callable,
) -> None:
    client = client_as(supervisor)
    client.get(reverse("board:board"))
    for _ in range(30):
        late(open_case_(), breach_at=3, first_attempt_by=-2)
    with django_assert_max_num_queries(32):
        page = client.get(reverse("board:board")).content.decode()
    assert "and 18 more" in page


def test_a_screen_that_asks_by_itself_is_no_sign_of_a_person() -> None:
    from hub.board import web

    assert web.one_panel.background is True  # type: ignore[attr-defined]

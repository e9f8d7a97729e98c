"""Changes reach open screens at their commit, once drawn, and only those who may see them."""

import itertools
import socket
import time
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client

from hub.cases.models import Case
from hub.cases.operations.dispatching import acknowledge_dispatch
from hub.cases.operations.noting import add_note
from hub.live import screens, stream
from hub.people.models import User
from tests.conftest import TEST_CAD
from tests.hub.live.conftest import Screen, Server

pytestmark = pytest.mark.django_db(transaction=True)


def count_cases() -> str:
    return f"<p>{Case.objects.count()} cases</p>"


def test_a_change_is_shown_at_its_commit_and_a_rollback_never(
    open_screen: Callable[..., Screen], test_panel, open_case_, supervisor: User
) -> None:
    test_panel(count_cases)
    screen = open_screen(supervisor, "panel=test.panel")
    assert screen.status == 200
    assert screen.next("test.panel") == "<p>0 cases</p>"
    with transaction.atomic():
        open_case_()
        assert screen.silent("test.panel", 0.8), "told before the commit"
    assert screen.next("test.panel") == "<p>1 cases</p>"
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        open_case_()
        raise ZeroDivisionError
    assert screen.silent("test.panel", 0.8)


def test_a_panel_hears_only_of_its_own_topics(
    open_screen: Callable[..., Screen], test_panel, open_case_, supervisor: User
) -> None:
    test_panel(count_cases, topic="referral")
    screen = open_screen(supervisor, "panel=test.panel")
    assert screen.next("test.panel") == "<p>0 cases</p>"
    open_case_()
    assert screen.silent("test.panel", 0.8)


def test_many_changes_at_once_are_drawn_together(
    open_screen: Callable[..., Screen], test_panel, open_case_, supervisor: User
) -> None:
    drawn: list[float] = []

    def render() -> str:
        drawn.append(time.monotonic())
        return count_cases()

    test_panel(render)
    screen = open_screen(supervisor, "panel=test.panel")
    screen.next("test.panel")
    before = len(drawn)
    for _ in range(20):
        open_case_()
    end = time.monotonic() + 5
    while screen.next("test.panel") != "<p>20 cases</p>":
        assert time.monotonic() < end
    assert len(drawn) - before < 10
    assert all(later - earlier >= screens.COALESCE for earlier, later in itertools.pairwise(drawn))


def test_a_hundred_screens_share_one_drawing(
    server: Server, cookie_of, test_panel, open_case_, supervisor: User
) -> None:
    drawn = []

    def render() -> str:
        drawn.append(1)
        return count_cases()

    test_panel(render)
    cookie = cookie_of(supervisor)
    opened = [Screen(server.port, "panel=test.panel", cookie) for _ in range(100)]
    try:
        assert {screen.next("test.panel") for screen in opened} == {"<p>0 cases</p>"}
        before = len(drawn)
        started = time.monotonic()
        open_case_()
        assert {screen.next("test.panel") for screen in opened} == {"<p>1 cases</p>"}
        assert time.monotonic() - started < 2
        assert len(drawn) - before <= 2
        assert "100 screens" in server.get("/live/health")[1]
    finally:
        for screen in opened:
            screen.close()
    end = time.monotonic() + 5
    while "; 0 screens" not in server.get("/live/health")[1]:
        assert time.monotonic() < end, "a closed screen is still served"
    assert not server.application.screens._showing, "a panel nobody shows is still drawn"


def test_a_killed_listener_comes_back_and_every_screen_looks_again(
    open_screen: Callable[..., Screen], server: Server, test_panel, open_case_, supervisor: User
) -> None:
    test_panel(count_cases)
    screen = open_screen(supervisor, "panel=test.panel")
    screen.next("test.panel")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'hub live' AND datname = current_database()"
        )
        assert cursor.rowcount == 1
    open_case_()  # committed while nobody listens
    assert screen.next("resync") == ""
    server.wait_until_listening()
    open_case_()
    shown = [screen.next("test.panel")]
    while shown[-1] != "<p>2 cases</p>":
        shown.append(screen.next("test.panel"))


def test_a_screen_that_follows_a_case_is_told_of_its_changes_alone(
    open_screen: Callable[..., Screen], open_case_, clinician: User
) -> None:
    case, other = open_case_(), open_case_()
    screen = open_screen(clinician, f"case={case.pk}")
    time.sleep(0.2)
    add_note(case_id=case.pk, by=clinician, text="rang the daughter")
    assert screen.next("case") == ""
    add_note(case_id=other.pk, by=clinician, text="not this one")
    assert screen.silent("case", 0.5), "the other case's change is not this screen's"


def test_a_case_outside_a_persons_scope_is_not_followed(
    server: Server, cookie_of, open_case_, call_handler: User, clinician: User
) -> None:
    case = open_case_("C1")
    address, handler = f"/live/?case={case.pk}", cookie_of(call_handler)
    acknowledge_dispatch(dispatch_id=case.dispatches.get().pk, by=TEST_CAD)
    assert server.get(address, handler)[0] == 404
    assert server.get(f"/live/?case={uuid4()}", cookie_of(clinician))[0] == 404


def test_who_is_turned_away(
    server: Server, cookie_of, test_panel, supervisor: User, call_handler: User, administrator: User
) -> None:
    test_panel(count_cases)
    case = "00000000-0000-4000-8000-000000000000"
    stranger, handler = "", cookie_of(call_handler)
    assert server.get("/live/?panel=test.panel", stranger)[0] == 401
    assert server.get("/live/?panel=test.panel", "hub_session=made-up; \x01=")[0] == 401
    assert server.get("/live/?panel=test.panel", handler)[0] == 403
    assert server.get(f"/live/?case={case}", cookie_of(administrator))[0] == 403
    boss = cookie_of(supervisor)
    assert server.get("/live/?panel=no.such", boss)[0] == 404
    assert server.get("/live/?case=not-a-number", boss)[0] == 404
    assert server.get("/live/", boss)[0] == 400
    assert server.get("/live/?" + "&".join(f"case={case[:-2]}{n:02}" for n in range(41)), boss)[0] == 400
    assert server.get("/live/else", boss)[0] == 404
    assert server.get("/live/?panel=test.panel", boss, method="POST")[0] == 405


def test_a_locked_or_quiet_screen_gets_no_stream(
    server: Server, client_as: Callable[[User], Client], test_panel, supervisor: User
) -> None:
    test_panel(count_cases)
    for change in ({"locked": True}, {"seen": 1_000_000.0}):
        client = client_as(supervisor)
        session = client.session
        session.update(change)
        session.save()
        cookie = f"hub_session={session.session_key}"
        assert server.get("/live/?panel=test.panel", cookie)[0] == 423


def test_whoever_has_a_given_password_gets_no_stream_until_they_have_chosen_their_own(
    server: Server, client_as: Callable[[User], Client], test_panel, open_case_, supervisor: User, monkeypatch
) -> None:
    monkeypatch.setattr(stream, "ASK_AGAIN", 0.4)
    test_panel(count_cases)
    case = open_case_()
    # Given an open screen of somebody to whom an administrator gives a new password
    cookie = f"hub_session={client_as(supervisor).session.session_key}"
    screen = Screen(server.port, "panel=test.panel", cookie)
    screen.next("test.panel")
    User.objects.filter(pk=supervisor.pk).update(password_given=True)
    # Then it ends, and neither a panel nor a case is streamed to them, as no page is shown
    assert "Choose your own password" in screen.next("ended")
    screen.close()
    for wanted in ("panel=test.panel", f"case={case.pk}"):
        status, said = server.get(f"/live/?{wanted}", cookie)
        assert (status, "Choose your own password" in said) == (403, True)
    # And once they have chosen their own they are let in again
    User.objects.filter(pk=supervisor.pk).update(password_given=False)
    again = Screen(server.port, "panel=test.panel", cookie)
    assert again.next("test.panel") == "<p>1 cases</p>"
    again.close()


def test_signing_out_ends_the_stream(
    server: Server, client_as: Callable[[User], Client], test_panel, supervisor: User, monkeypatch
) -> None:
    monkeypatch.setattr(stream, "ASK_AGAIN", 0.4)
    test_panel(count_cases)
    client = client_as(supervisor)
    screen = Screen(server.port, "panel=test.panel", f"hub_session={client.session.session_key}")
    screen.next("test.panel")
    assert screen.silent("ended", 1.0), "a session that still stands was cut off"
    client.session.flush()
    assert "Nobody is signed in" in screen.next("ended")
    screen.thread.join(5)
    assert not screen.thread.is_alive(), "the connection stayed open"
    screen.close()


def test_a_panel_that_fails_never_looks_current(
    open_screen: Callable[..., Screen], test_panel, open_case_, supervisor: User
) -> None:
    def render() -> str:
        if Case.objects.exists():
            raise RuntimeError("broken")
        return "<p>none</p>"

    test_panel(render)
    screen = open_screen(supervisor, "panel=test.panel")
    assert screen.next("test.panel") == "<p>none</p>"
    open_case_()
    shown = screen.next("test.panel")
    assert "Out of date" in shown
    assert "<p>none</p>" in shown


def test_time_alone_draws_again(
    open_screen: Callable[..., Screen], server: Server, test_panel, supervisor: User, monkeypatch
) -> None:
    monkeypatch.setattr(screens, "TICK", 0.3)
    moments = iter(range(1000))
    test_panel(lambda: f"<p>minute {next(moments)}</p>")
    with Server() as ticking:
        client_cookie = Client()
        client_cookie.force_login(supervisor, backend="hub.people.backends.PeopleBackend")
        key = client_cookie.session.session_key
        screen = Screen(ticking.port, "panel=test.panel", f"hub_session={key}")
        assert screen.next("test.panel") == "<p>minute 0</p>"
        assert screen.next("test.panel") == "<p>minute 1</p>"
        screen.close()


def test_a_screen_that_does_not_read_harms_nobody(
    server: Server, cookie_of, test_panel, open_case_, supervisor: User
) -> None:
    large = "x" * 500_000
    test_panel(lambda: f"<p>{Case.objects.count()} cases</p>{large}")
    cookie = cookie_of(supervisor)
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    deaf.connect(("127.0.0.1", server.port))
    deaf.sendall(f"GET /live/?panel=test.panel HTTP/1.1\r\nHost: hub\r\nCookie: {cookie}\r\n\r\n".encode())
    screen = Screen(server.port, "panel=test.panel", cookie)
    try:
        for number in range(1, 25):
            open_case_()
            while not screen.next("test.panel", 10).startswith(f"<p>{number} cases"):
                pass
        boxes = list(server.application.screens._everyone)
        assert len(boxes) == 2
        assert max(box.size for box in boxes) < 2 * len(large), "what a screen did not read piles up"
        assert sum(box.skipped for box in boxes) > 5
    finally:
        deaf.close()
        screen.close()


def test_the_server_stops_while_screens_are_open(cookie_of, test_panel, supervisor: User) -> None:
    test_panel(count_cases)
    with Server() as server:
        screen = Screen(server.port, "panel=test.panel", cookie_of(supervisor))
        screen.next("test.panel")
        started = time.monotonic()
    assert time.monotonic() - started < 4
    screen.close()

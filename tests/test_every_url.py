"""Every address of the hub, for every role and for nobody: who gets in, and with which status.

The table is written by hand on purpose: it does not follow hub/people/roles.py, so a right given or taken
there by mistake fails here. An address that is missing from the table fails as well.
"""

import re
from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from hub.cases.models import Case
from hub.people.checks import every_address
from hub.people.models import User
from hub.people.roles import Role
from tests.conftest import make_person

C, H, S, V, G, A = (
    Role.CLINICIAN, Role.CALL_HANDLER, Role.SENIOR_CLINICIAN, Role.SUPERVISOR, Role.GOVERNANCE_LEAD, Role.ADMINISTRATOR,
)  # fmt: skip
ALL = {C, H, S, V, G, A}
FLOOR = {C, H, S, V}
READERS = {C, H, S, V, G}
CLINICAL = {C, S}

# Address: who gets in, and what a GET answers them. The case is a waiting one; other keys lead to nothing.
PAGES: dict[str, tuple[set[Role], int]] = {
    "": (ALL, 302),
    "account/": (ALL, 200),
    "alive/": (ALL, 204),
    "unlock/": (ALL, 405),
    "account/password/": (ALL, 200),
    "people/": ({V, A}, 200),
    "people/new/": ({A}, 200),
    "people/<int:person_id>/": ({A}, 404),
    "people/<int:person_id>/password/": ({A}, 405),
    "queue/": (FLOOR, 200),
    "queue/picture/": (FLOOR, 200),
    "queue/claim-next/": (CLINICAL, 302),
    "welfare/": (FLOOR, 200),
    "calls/new/": (FLOOR, 200),
    "calls/repeats/": (FLOOR, 302),
    "cases/<uuid:case_id>/": (READERS, 200),
    "cases/<uuid:case_id>/claim/": (CLINICAL, 302),
    "cases/<uuid:case_id>/heartbeat/": (CLINICAL, 302),
    "cases/<uuid:case_id>/release/": (CLINICAL, 302),
    "cases/<uuid:case_id>/take-over/": ({S, V}, 302),
    "cases/<uuid:case_id>/start/": (CLINICAL, 302),
    "cases/<uuid:case_id>/call/": (FLOOR, 302),
    "cases/<uuid:case_id>/welfare/": (FLOOR, 302),
    "cases/<uuid:case_id>/contact/": (FLOOR, 302),
    "cases/<uuid:case_id>/address/": (FLOOR, 302),
    "cases/<uuid:case_id>/note/": (FLOOR, 302),
    "cases/<uuid:case_id>/flag/": (FLOOR, 302),
    "cases/<uuid:case_id>/alarm/": (FLOOR, 302),
    "cases/<uuid:case_id>/send-ambulance/": (FLOOR, 302),
    "cases/<uuid:case_id>/rang-dispatch/": (FLOOR, 302),
    "cases/<uuid:case_id>/defer/": ({S}, 302),
    "cases/<uuid:case_id>/close/": (CLINICAL, 302),
    "cases/<uuid:case_id>/reopen/": (FLOOR, 302),
    "board/": ({C, S, V, G}, 200),
    "board/panels/<str:name>/": ({C, S, V, G}, 404),
    "board/parked/": ({V}, 200),
    "board/parked/<int:item_id>/run-again/": ({V}, 405),
    "board/parked/<int:item_id>/settle/": ({V}, 405),
    "board/messages/": ({V}, 200),
    "board/messages/<uuid:message_id>/": ({V}, 404),
    "cases/<uuid:case_id>/assessment/": (READERS, 200),
    "cases/<uuid:case_id>/assessment/answer/": (CLINICAL, 302),
    "cases/<uuid:case_id>/assessment/rest/": (CLINICAL, 302),
    "cases/<uuid:case_id>/assessment/open/": (CLINICAL, 302),
    "cases/<uuid:case_id>/assessment/shut/": (CLINICAL, 302),
    "cases/<uuid:case_id>/assessment/context/": (CLINICAL, 302),
    "cases/<uuid:case_id>/assessment/opening/": (CLINICAL, 302),
    "cases/<uuid:case_id>/assessment/observations/": (CLINICAL, 302),
    "cases/<uuid:case_id>/assessment/again/": (CLINICAL, 302),
    "cases/<uuid:case_id>/assessment/note/": (FLOOR, 302),
    "cases/<uuid:case_id>/assessment/draft/<slug:field>/": (FLOOR, 302),
    "cases/<uuid:case_id>/assessment/search/": (READERS, 204),
    "cases/<uuid:case_id>/assessment/concern/": ({C, S, G}, 200),
    "cases/<uuid:case_id>/closing/": (READERS, 200),
    "cases/<uuid:case_id>/closing/conclude/": (CLINICAL, 302),
    "cases/<uuid:case_id>/closing/up/": (CLINICAL, 302),
    "cases/<uuid:case_id>/closing/down/": (CLINICAL, 302),
    "cases/<uuid:case_id>/closing/withdraw/": (CLINICAL, 302),
    "cases/<uuid:case_id>/closing/set/": (CLINICAL, 302),
    "cases/<uuid:case_id>/closing/copy/": (CLINICAL, 302),
    "cases/<uuid:case_id>/closing/advice/": (CLINICAL, 302),
    "cases/<uuid:case_id>/closing/send/": (CLINICAL, 302),
    "second-opinions/": ({S}, 200),
    "second-opinions/<int:override_id>/": ({S}, 404),
    "concerns/": ({C, S, V, G}, 200),
    "concerns/<int:concern_id>/": ({C, S, V, G}, 404),
    "concerns/<int:concern_id>/close/": ({G}, 405),
    "protocols/": ({C, S, V, G}, 200),
    "protocols/<slug:protocol_id>/": ({C, S, V, G}, 404),
    "protocols/<slug:protocol_id>/versions/<int:number>/": ({C, S, V, G}, 404),
    "protocols/<slug:protocol_id>/versions/<int:number>/examine/": ({S, G}, 405),
    "protocols/<slug:protocol_id>/versions/<int:number>/submit/": ({G}, 405),
    "protocols/<slug:protocol_id>/versions/<int:number>/sign/": ({S, G}, 405),
    "protocols/<slug:protocol_id>/versions/<int:number>/activate/": ({G}, 405),
    "protocols/<slug:protocol_id>/versions/<int:number>/retire/": ({G}, 405),
    "protocols/<slug:protocol_id>/concern/": ({C, S, G}, 404),
    "cases/<uuid:case_id>/offer/": (CLINICAL, 200),
    "referrals/<uuid:referral_id>/": (READERS, 404),
    "referrals/<uuid:referral_id>/withdraw/": (CLINICAL, 405),
    "referrals/<uuid:referral_id>/told/": (CLINICAL, 405),
    "referrals/<uuid:referral_id>/accepted/": (CLINICAL, 405),
    "referrals/<uuid:referral_id>/rejected/": (CLINICAL, 405),
    "follow-ups/": (FLOOR, 200),
    "follow-ups/<int:follow_up_id>/": (FLOOR, 404),
    "follow-ups/<int:follow_up_id>/claim/": (FLOOR, 405),
    "follow-ups/<int:follow_up_id>/nobody-reached/": (CLINICAL, 405),
    "directory/": ({C, S, V, G, A}, 200),
    "directory/new/": ({V, A}, 200),
    "directory/<uuid:service_id>/": ({C, S, V, G, A}, 404),
    "directory/<uuid:service_id>/change/": ({V, A}, 404),
    "directory/<uuid:service_id>/end/": ({V, A}, 404),
    "directory/<uuid:service_id>/list-again/": ({V, A}, 404),
    "directory/<uuid:service_id>/secret/": ({V, A}, 405),
}
# Open to anybody: what a GET answers a stranger.
OPEN: dict[str, int] = {
    "sign-in/": 200,
    "sign-out/": 405,
    "reply/<str:token>/": 404,
    "api/token/": 405,
    "api/schema": 200,
    "api/docs": 200,
    r"api/[\s\S]*": 404,
}
# Machines only: a signed-in person's cookie opens none of them.
MACHINES = {
    "api/v1/cases", "api/v1/cases/<uuid:case_id>", "api/v1/cases/<uuid:case_id>/cancel", "api/v1/dispatches",
    "api/v1/dispatches/<uuid:dispatch_id>", "api/v1/dispatches/<uuid:dispatch_id>/acknowledgement", "api/v1/referrals",
    "api/v1/referrals/<uuid:referral_id>", "api/v1/referrals/<uuid:referral_id>/receive",
    "api/v1/referrals/<uuid:referral_id>/accept", "api/v1/referrals/<uuid:referral_id>/reject",
    "api/v1/referrals/<uuid:referral_id>/start", "api/v1/referrals/<uuid:referral_id>/complete",
    "api/v1/referrals/<uuid:referral_id>/return", "api/v1/services", "api/v1/services/<uuid:service_id>/capacity",
}  # fmt: skip
NOBODYS = "00000000-0000-4000-8000-000000000000"
SAMPLES = {"uuid": NOBODYS, "int": "9999999999", "str": "nothing", "slug": "nothing"}


@pytest.fixture
def case(open_case_: Callable[..., Case]) -> Case:
    return open_case_("C3")


@pytest.fixture
def browsers(db: None, client_as: Callable[[User], Client]) -> dict[Role, Client]:
    return {role: client_as(make_person(role, f"the_{role.value}")) for role in Role}


def address(route: str, case: Case) -> str:
    filled = route.replace("<uuid:case_id>", str(case.pk)) if not route.startswith("api/") else route
    filled = filled.replace(r"[\s\S]*", "nothing")
    return "/" + re.sub(r"<(\w+):\w+>", lambda found: SAMPLES[found[1]], filled)


def of_this_project() -> Iterator[str]:
    yield from (path for path, _ in every_address())


def test_the_table_holds_every_address_and_no_other() -> None:
    assert sorted(of_this_project()) == sorted([*PAGES, *OPEN, *MACHINES])


@pytest.mark.parametrize("route", PAGES)
def test_each_role_gets_in_exactly_where_it_should(
    route: str, case: Case, browsers: dict[Role, Client], client: Client
) -> None:
    roles, status = PAGES[route]
    where = address(route, case)
    expected = {role: status if role in roles else 403 for role in Role}
    assert {role: browsers[role].get(where).status_code for role in Role} == expected
    sent = {role: browsers[role].post(where).status_code for role in Role}
    assert {role for role, status in sent.items() if status == 403} == set(Role) - roles
    assert max(sent.values()) < 500
    for answer in (client.get(where), client.post(where)):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/sign-in/?next=")


def test_open_addresses_answer_strangers(case: Case, client: Client) -> None:
    assert {route: client.get(address(route, case)).status_code for route in OPEN} == OPEN


@pytest.mark.parametrize("role", Role)
def test_a_persons_cookie_opens_nothing_of_the_machines(
    role: Role, case: Case, client_as: Callable[[User], Client], client: Client
) -> None:
    for browser in (client, client_as(make_person(role, "somebody"))):
        for route in sorted(MACHINES):
            where = address(route, case)
            assert browser.get(where).status_code == 401, route
            assert browser.post(where, {}, content_type="application/json").status_code == 401, route

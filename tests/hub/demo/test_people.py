"""Demo clinicians work as people do: pages, forms, sessions. The reader of forms is tried by itself."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import call_command

from hub.cases.models import Call, Case
from hub.demo.browser import Form, _Reader
from hub.demo.clinician import Clinician, NotSignedInError
from hub.demo.people import Shift
from hub.people.models import Presence, User
from tests.conftest import PASSWORD, make_case


def read(html: str) -> list[Form]:
    reader = _Reader()
    reader.feed(html)
    return reader.forms


def test_a_form_is_sent_as_a_browser_would() -> None:
    (form,) = read(
        '<form action="/x/"><input type="hidden" name="fence" value="3"><input name="who" value="Ann">'
        '<input type="hidden" name="finding" value="a"><input type="hidden" name="finding" value="b">'
        '<input type="checkbox" name="tick"><input type="checkbox" name="ticked" value="yes" checked>'
        '<input type="radio" name="one" value="1"><input type="radio" name="one" value="2" checked>'
        '<select name="pick"><option value="p">P</option><option value="q" selected>Q</option></select>'
        '<textarea name="words">as it was</textarea><button name="go" value="1">Go</button></form>'
    )
    assert form.filled({"who": "Bea"}) == {
        "fence": ["3"], "who": ["Bea"], "finding": ["a", "b"], "ticked": ["yes"], "one": ["2"], "pick": ["q"],
        "words": ["as it was"],
    }  # fmt: skip
    assert form.choices == {"one": ["1", "2"], "pick": ["p", "q"]}


def test_a_control_outside_names_its_form() -> None:
    (form,) = read(
        '<input name="late" form="f" value="1"><form id="f" action="/y/"></form><input name="none">'
    )
    assert form.action == "/y/"
    assert form.filled({}) == {"late": ["1"]}


@pytest.fixture
def clinician_at(live_server: Any, clinician: User) -> Iterator[Callable[..., Clinician]]:
    opened: list[Clinician] = []

    def sit_down(password: str = PASSWORD, seed: int = 1) -> Clinician:
        opened.append(Clinician(live_server.url, clinician.username, password, seed=seed, think=0))
        return opened[-1]

    yield sit_down
    for each in opened:
        each.browser.close()


@pytest.mark.django_db(transaction=True)
def test_a_wrong_password_is_told(clinician_at: Callable[..., Clinician]) -> None:
    with pytest.raises(NotSignedInError, match="nadia_clark"):
        clinician_at("wrong").sign_in()


@pytest.mark.django_db(transaction=True)
def test_a_shift_takes_cases_to_an_end(clinician_at: Callable[..., Clinician]) -> None:
    call_command("publish_protocols", verbosity=0)
    # More people wait than are helped: who does not answer is not rung again for three minutes.
    for number in range(9):
        make_case("C5", presentation="sore-throat", cad_number=f"I-{number}", stated_age=30, risks=())
    person = clinician_at(seed=3)
    tally = Shift([person], count=3).run()
    assert sum(tally.values()) >= 3
    assert not tally["lost"]
    ended = Case.objects.exclude(state__in=["waiting", "claimed", "in_assessment"]).count()
    assert ended >= 1, tally
    assert Call.objects.filter(kind="call_back", by__username="nadia_clark").count() >= 3
    assert Presence.objects.filter(user__username="nadia_clark", ended_at__isnull=True).exists()
    person.sign_out()
    assert Presence.objects.filter(user__username="nadia_clark", ended_at__isnull=False).exists()

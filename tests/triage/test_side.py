"""What stands around the questions and changes with an answer: what would raise it, risks, scores, signatures."""

import re
from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from hub.people.models import User
from tests.triage.conftest import Consultation
from triage.models import ProtocolVersion
from triage.news2 import Vitals
from triage.operations.observing import observe
from triage.web.screen import MOST_RAISERS, screen

Consult = Callable[..., Consultation]
ClientAs = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


def answered(talk: Consultation, browser: Client, finding: str, value: str) -> str:
    sent = {"fence": talk.case.fence, "answer": f"{finding} {value} 0"}
    return browser.post(reverse("triage:answer", args=[talk.case.pk]), sent, headers=HTMX).content.decode()


def test_the_three_most_urgent_things_that_would_raise_it_stand_there_in_the_words_of_their_rules(
    consult: Consult, client_as: ClientAs
) -> None:
    talk = consult("chest-pain", stated_age=60)
    shown = screen(talk.standing())
    assert len(shown.raisers) == MOST_RAISERS
    assert {each.title for each in shown.raisers} == {"Ambulance now, life at risk"}
    assert all(each.questions and each.because.endswith(".") for each in shown.raisers)
    result = talk.standing().result
    assert result is not None
    assert len(shown.raisers) + sum(count for _, count in shown.other_raisers) == len(result.would_raise)
    page = client_as(talk.by).get(reverse("triage:assessment", args=[talk.case.pk])).content.decode()
    assert "Somebody who cannot be woken may die within minutes." in page
    assert 'data-go="q-alertness"' in page


def test_a_risk_that_is_told_is_drawn_with_the_answer(consult: Consult, client_as: ClientAs) -> None:
    talk = consult("sore-throat", stated_age=30)
    fragment = answered(talk, client_as(talk.by), "immunosuppressed", "yes")
    risks = re.search(r'<div id="risk-factors" hx-swap-oob="true">(.*?)</section>', fragment, re.DOTALL)
    assert risks is not None
    assert "told" in risks[1]


def test_a_score_goes_away_with_the_answer_that_makes_it_unfit(consult: Consult, client_as: ClientAs) -> None:
    talk = consult("chest-pain", stated_age=30, sex="female")
    observe(**talk.key, vitals=Vitals(pulse=120), source="carer_device")
    browser = client_as(talk.by)
    assert "NEWS2 at least" in answered(talk, browser, "alertness", "alert")
    scores = answered(talk, browser, "pregnant-or-recently", "yes")
    assert '<div id="scores" hx-swap-oob="true">' in scores
    assert "No score." in scores
    assert "NEWS2 at least" not in scores


def test_the_page_says_whether_what_is_asked_was_signed_here(consult: Consult, client_as: ClientAs) -> None:
    talk = consult("sore-throat", stated_age=30)
    browser = client_as(talk.by)
    page = browser.get(reverse("triage:assessment", args=[talk.case.pk])).content.decode()
    assert "Not signed off here: illustrative, not for clinical use." in page
    ProtocolVersion.objects.update(illustrative=False)
    page = browser.get(reverse("triage:assessment", args=[talk.case.pk])).content.decode()
    assert "Signed off here." in page
    assert "Not signed off here" not in page

"""What stands around the questions and changes with an answer: what would raise it, risks, scores, signatures."""

import re
from collections.abc import Callable
from datetime import date

from django.test import Client
from django.urls import reverse

from hub.people.models import User
from tests.triage.conftest import Consultation
from triage.models import ProtocolVersion
from triage.news2 import Vitals
from triage.operations.assessing import set_context
from triage.operations.observing import observe
from triage.policies import unanswered_red_flags
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


def head_of(page: str) -> str:
    return " ".join(page.split("<h1>")[1].split("Waiting")[0].split())


def test_age_and_sex_are_those_that_the_rules_use(consult: Consult, client_as: ClientAs) -> None:
    # Given a case taken for a woman of about forty, and a caller who says it is a boy of four
    talk = consult("sore-throat", stated_age=40, sex="female")
    browser = client_as(talk.by)
    for page in ("triage:assessment", "triage:closing"):
        assert "about 40 years, female" in head_of(
            browser.get(reverse(page, args=[talk.case.pk])).content.decode()
        )
    set_context(**talk.key, age="4 years", sex="male")
    # Then every page of the assessment says what the rules reckon with
    for page in ("triage:assessment", "triage:closing"):
        head = head_of(browser.get(reverse(page, args=[talk.case.pk])).content.decode())
        assert "4 years, male" in head
        assert "about 40" not in head


def test_of_a_patient_whose_birth_is_known_the_sex_can_be_told(consult: Consult, client_as: ClientAs) -> None:
    talk = consult("sore-throat", birth_date=date(1990, 1, 1), stated_age=None, sex="unknown")
    browser = client_as(talk.by)
    page = browser.get(reverse("triage:assessment", args=[talk.case.pk])).content.decode()
    assert "sex not recorded" in head_of(page)
    assert 'name="sex"' in page
    assert 'name="age"' not in page
    sent = {"fence": talk.case.fence, "sex": "female"}
    assert browser.post(reverse("triage:context", args=[talk.case.pk]), sent).status_code == 302
    page = browser.get(reverse("triage:assessment", args=[talk.case.pk])).content.decode()
    assert ", female" in head_of(page)
    assert 'name="sex"' in page  # what was told can be told anew
    assert talk.standing().context.sex == "female"


def test_red_flags_that_nobody_asked_are_not_called_asked(consult: Consult, client_as: ClientAs) -> None:
    # Given an answer that makes it C1: no red flag can raise it further, so none is pinned
    talk = consult("sore-throat", stated_age=30)
    levels = talk.standing().protocols[0].finding("colour").levels
    fragment = answered(talk, client_as(talk.by), "colour", levels[-1].id)
    unasked = len(unanswered_red_flags(talk.standing()))
    assert unasked > 0
    assert f"None can raise it further; {unasked} not asked." in fragment
    assert "All asked." not in fragment
    # When every one of them is asked, that is said
    talk.no_to_every_red_flag()
    page = client_as(talk.by).get(reverse("triage:assessment", args=[talk.case.pk])).content.decode()
    assert "All asked." in page

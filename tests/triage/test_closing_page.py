"""The closing page: what the patient gets in writing is seen before it is sent, and half-typed words come back."""

import re
from collections.abc import Callable
from html import escape, unescape
from types import SimpleNamespace
from typing import cast

import pytest
from django.test import Client
from django.urls import reverse

from hub.people.models import User
from hub.post.models import Message
from tests.triage.conftest import Consultation, whole_closing_set
from triage.operations.concluding import close_with_advice, conclude, record_closing_set
from triage.operations.drafting import save_draft
from triage.operations.overriding import override_up
from triage.protocols import Disposition, Library
from triage.protocols.decoding import decode
from triage.protocols.verifier import OLDEST_READING_AGE
from triage.protocols.verifier_words import reading_age
from triage.standing import Standing
from triage.web.screen import screen
from triage.words import GENERAL_ADVICE, GENERAL_WORSENING, WITH_YOU, words_for

Consult = Callable[..., Consultation]
ClientAs = Callable[[User], Client]


def concluded(consult: Consult) -> Consultation:
    talk = consult("sore-throat", stated_age=30)
    talk.no_to_the_rest()
    conclude(**talk.key)
    return talk


def closing(talk: Consultation, browser: Client) -> str:
    return browser.get(reverse("triage:closing", args=[talk.case.pk])).content.decode()


def copy_in(page: str) -> str:
    found = re.search(r'<p class="copy">(.*?)</p>', page, re.DOTALL)
    assert found is not None
    return unescape(found[1])


def test_the_copy_is_seen_before_it_is_sent_and_is_what_is_sent(
    consult: Consult, client_as: ClientAs
) -> None:
    # Given a concluded sore throat: the copy stands there before anything is recorded
    talk = concluded(consult)
    browser = client_as(talk.by)
    before = copy_in(closing(talk, browser))
    # Then it says why no ambulance comes, what to do, what is worse, by when, and whom to ring
    for words in (
        "you do not need an ambulance", "You can look after this at home.", "gargle", "Ring 999 if:",
        "swallow your spit", "within 2 days", "ring 111",
    ):  # fmt: skip
        assert words in before
    # When the closing set is recorded with another time scale
    details = whole_closing_set(
        talk.case.pk, written="text", written_to="07700 900123", time_scale="better by Sunday"
    )
    record_closing_set(**talk.key, details=details)
    page = closing(talk, browser)
    assert "better by Sunday" in copy_in(page)
    assert "Goes by text message when the case ends." in page
    # Then exactly that is sent
    close_with_advice(**talk.key)
    assert Message.objects.get(kind="assessment.written_copy").body["text"] == copy_in(page)


def test_the_copy_follows_the_form_before_it_is_saved(consult: Consult, client_as: ClientAs) -> None:
    talk = concluded(consult)
    sent = {"time_scale": "by <Monday>", "ring": "your practice", "written": "text"}
    answer = client_as(talk.by).post(reverse("triage:copy", args=[talk.case.pk]), sent)
    assert "by <Monday>. Otherwise ring your practice." in copy_in(answer.content.decode())
    assert not Message.objects.exists()


def test_a_disposition_without_services_offers_none(consult: Consult, client_as: ClientAs) -> None:
    talk = concluded(consult)
    page = closing(talk, client_as(talk.by))
    assert "Close with advice" in page
    assert "Offer to a service" not in page
    override_up(**talk.key, code="PC6H")
    conclude(**talk.key)
    assert "Offer to a service" in closing(talk, client_as(talk.by))


def test_half_typed_words_come_back_but_not_the_times_of_another_conclusion(
    consult: Consult, client_as: ClientAs
) -> None:
    talk = concluded(consult)
    for field, text in (("with_them", "her neighbour, from number 9"), ("time_scale", "within a fortnight")):
        save_draft(case_id=talk.case.pk, by=talk.by, field=field, text=text)
    page = closing(talk, client_as(talk.by))
    assert "her neighbour, from number 9" in page
    assert "within a fortnight" in page
    override_up(**talk.key, code="PC6H")
    conclude(**talk.key)
    page = closing(talk, client_as(talk.by))
    assert "her neighbour, from number 9" in page
    assert "within a fortnight" not in page
    assert "within 6 h" in page


def test_what_decides_the_closing_set_is_asked_before_it_and_spares_its_items(
    consult: Consult, client_as: ClientAs
) -> None:
    # Given a fall of which everything is asked that can change the outcome
    talk = consult("fall", stated_age=82)
    talk.say("still-on-floor", "yes")
    talk.no_to_the_rest()
    shown = screen(talk.standing())
    # Then who is there, and whether there is insulin, stand first, because unasked they count as present
    assert shown.groups[0].id == "before-closing"
    assert {each.id for each in shown.groups[0].open} == {"alone", "insulin"}
    assert shown.next is not None
    assert shown.next.id in {"alone", "insulin"}
    result = talk.standing().result
    assert result is not None
    assert set(result.closing_tags) == {"fallen-and-alone", "insulin"}
    # When they are answered, nothing is asked twice, and the closing set has no item more than it needs
    talk.say("alone", "yes")
    talk.say("insulin", "no")
    shown = screen(talk.standing())
    assert (shown.before_closing, shown.next) == (0, None)
    assert conclude(**talk.key).tags == ["fallen-and-alone"]
    page = closing(talk, client_as(talk.by))
    assert "Are they up, and did they walk as usual?" in page
    assert "Blood sugar now" not in page


def test_nothing_is_asked_for_a_closing_set_when_an_ambulance_comes(consult: Consult) -> None:
    talk = consult("fall", stated_age=82)
    talk.say("chest-pain-heavy", "yes")
    now_ = talk.no_to_the_rest()
    assert now_.result is not None
    assert now_.result.complete
    assert screen(now_).before_closing == 0


@pytest.mark.parametrize("code", ["MH-NOW", "ED1H", "PC2H"])
def test_after_going_up_the_words_are_the_nearest_and_no_net_comes_later_than_help(
    consult: Consult, client_as: ClientAs, code: str
) -> None:
    # Given a sore throat that would be looked after at home, and a clinician who goes up
    talk = concluded(consult)
    assert "two days" in closing(talk, client_as(talk.by))
    override_up(**talk.key, code=code)
    conclude(**talk.key)
    page = closing(talk, client_as(talk.by))
    # Then nobody is told to wait for two days, by mouth or in writing
    assert "two days" not in page
    now_ = talk.standing()
    assert now_.decision is not None
    disposition = decode(Disposition, now_.decision.disposition)
    said = words_for(now_, disposition)
    assert said.minutes <= disposition.within_minutes
    known = any(each.outcome_for(code) for each in now_.protocols)
    if not known:
        assert all(net.within_minutes <= disposition.within_minutes for net in said.nets)
        assert "no words written for this outcome" in page
    # And the advice is not that of the mildest ending
    mildest = now_.protocols[0].no_ambulance[-1]
    assert said.advice != tuple(now_.protocols[0].saying(each).say for each in mildest.advice)


def test_after_going_up_to_another_kind_of_care_no_words_of_another_ending_are_read_aloud(
    consult: Consult, client_as: ClientAs
) -> None:
    # Given a sore throat, which knows nothing of a team that comes home, and a clinician who asks for one
    talk = concluded(consult)
    home = talk.standing().protocols[0]
    override_up(**talk.key, code="UCR2H")
    decision = conclude(**talk.key)
    said = words_for(talk.standing(), decode(Disposition, decision.disposition))
    # Then general words are said, with the danger signs of a sore throat and the general ones
    throats = {each.say for each in home.sayings}
    assert said.general
    assert not throats & {*said.advice} - {*GENERAL_ADVICE}
    assert {*GENERAL_ADVICE} <= {*said.advice}
    assert {*GENERAL_WORSENING} < {*said.worsening}
    assert throats & {*said.worsening}
    # And what is written for another outcome stands apart, on the screen and not in writing
    page = closing(talk, client_as(talk.by))
    assert "general words" in page
    assert said.aside
    assert all(escape(each) in page for each in said.aside)
    assert not any(each in said.advice for each in said.aside)


def test_words_for_an_outcome_are_never_of_another_kind_of_care(whole_library: Library) -> None:
    """Every protocol with every ending that a clinician can go up to."""
    general = (*GENERAL_ADVICE, WITH_YOU, *GENERAL_WORSENING)
    assert reading_age(" ".join(general)) <= OLDEST_READING_AGE
    tried = 0
    for protocol in whole_library.protocols.values():
        for wanted in whole_library.dispositions.values():
            if not wanted.no_ambulance:
                continue
            said = words_for(cast("Standing", SimpleNamespace(protocols=[protocol])), wanted)
            fitting = {
                protocol.saying(each).say
                for outcome in protocol.no_ambulance
                if any(protocol.disposition(code).care == wanted.care for code in outcome.for_)
                for each in outcome.advice
            }
            assert said.advice
            assert said.worsening
            assert {*said.advice} <= fitting | {*GENERAL_ADVICE, WITH_YOU}, f"{protocol.id} {wanted.code}"
            assert said.general == (not fitting)
            tried += not fitting
    assert tried > 500

"""Two tabs on one closing page: what is pressed in the older one is about what stood there, and says so."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hub.people.models import User
from tests.triage.conftest import Consultation, whole_closing_set
from triage.models import ClosingSet
from triage.operations.assessing import begin_again
from triage.operations.concluding import conclude, record_closing_set
from triage.operations.overriding import override_up

Consult = Callable[..., Consultation]
ClientAs = Callable[[User], Client]
SAID = {
    "reason_explained": "on", "no_ambulance_told": "on", "advice_given": "on", "worsening_told": "on",
    "repeated_back": "on", "time_scale": "in 14 days", "ring": "111", "agreement": "agrees",
    "with_them": "her sister Wendy", "written": "declined",
}  # fmt: skip


def closing(talk: Consultation, browser: Client) -> str:
    return browser.get(reverse("triage:closing", args=[talk.case.pk])).content.decode()


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return found[1]


def in_the_box(page: str) -> str:
    found = re.search(r'<textarea[^>]*id="narrative"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert found is not None
    return unescape(found[1])


def typed(browser: Client, page: str, text: str) -> None:
    """What js/drafts.js sends while somebody types."""
    found = re.search(r'id="narrative"[^>]*data-draft-url="([^"]*)"', page)
    assert found is not None
    assert browser.post(unescape(found[1]), {"narrative": text}).status_code == 200


def test_a_stale_button_concludes_nothing_and_what_was_typed_is_kept_beside(
    consult: Consult, client_as: ClientAs
) -> None:
    # Given a page that says "Conclude: look after it at home", and another tab that goes up
    talk = consult("sore-throat", stated_age=30)
    talk.no_to_the_rest()
    browser = client_as(talk.by)
    seen = hidden(closing(talk, browser), "seen")
    override_up(**talk.key, code="PC12H")
    # When the first page's button is pressed
    sent = {"fence": talk.case.fence, "seen": seen, "narrative": "Swallows well, at ease"}
    answer = browser.post(reverse("triage:conclude", args=[talk.case.pk]), sent)
    # Then nothing is concluded, the page says what it is now, and the words stand apart, to be copied
    page = answer.content.decode()
    assert answer.status_code == 409
    assert talk.standing().decision is None
    assert "The answers or the outcome changed" in page
    assert "Swallows well" not in in_the_box(page)
    assert "Swallows well, at ease" in page
    # And a form that names nothing has shown nothing
    assert (
        browser.post(reverse("triage:conclude", args=[talk.case.pk]), {"fence": talk.case.fence}).status_code
        == 409
    )
    # But what stands there now is concluded
    sent["seen"] = hidden(page, "seen")
    assert browser.post(reverse("triage:conclude", args=[talk.case.pk]), sent).status_code == 302
    decision = talk.standing().decision
    assert decision is not None
    assert (decision.code, decision.narrative) == ("PC12H", "Swallows well, at ease")


def test_a_closing_set_said_for_another_conclusion_is_not_kept_for_this_one(
    consult: Consult, client_as: ClientAs
) -> None:
    # Given a closing page for care at home, and another tab that concludes a GP within 12 hours
    talk = consult("sore-throat", stated_age=30)
    talk.no_to_the_rest()
    conclude(**talk.key)
    browser = client_as(talk.by)
    drawn_for = hidden(closing(talk, browser), "decision")
    override_up(**talk.key, code="PC12H")
    conclude(**talk.key)
    # When the old page's closing set is sent, "in 14 days" and all
    address = reverse("triage:closing_set", args=[talk.case.pk])
    answer = browser.post(address, {"fence": talk.case.fence, "decision": drawn_for, **SAID})
    # Then it is not kept, and what was typed is still there
    page = answer.content.decode()
    assert answer.status_code == 409
    assert not ClosingSet.objects.exists()
    assert "concluded again meanwhile" in page
    assert "her sister Wendy" in page
    # And the form that comes back is for what stands now
    sent = {"fence": talk.case.fence, "decision": hidden(page, "decision"), **SAID}
    assert browser.post(address, sent).status_code == 302
    assert ClosingSet.objects.get().decision == talk.standing().decision


def test_a_narrative_of_other_answers_is_never_in_the_box_again(
    consult: Consult, client_as: ClientAs
) -> None:
    # Given a story half edited: it comes back as long as the answers stand
    talk = consult("sore-throat", stated_age=30)
    talk.no_to_the_rest()
    browser = client_as(talk.by)
    typed(browser, closing(talk, browser), "OLD STORY: not ill at all")
    assert in_the_box(closing(talk, browser)) == "OLD STORY: not ill at all"
    # When an answer makes it C1
    levels = talk.standing().protocols[0].finding("colour").levels
    talk.say("colour", levels[-1].id)
    page = closing(talk, browser)
    # Then the box tells the new story; the old one stands apart, marked
    assert "OLD STORY" not in in_the_box(page)
    assert "Typed before the answers changed: not used" in page
    assert "OLD STORY: not ill at all" in page
    # And what is concluded without another word is the new story
    conclude(**talk.key, text=in_the_box(page))
    assert "OLD STORY" not in closing(talk, browser)


def test_a_new_assessment_knows_nothing_of_the_story_before(consult: Consult, client_as: ClientAs) -> None:
    talk = consult("sore-throat", stated_age=30)
    talk.no_to_the_rest()
    browser = client_as(talk.by)
    typed(browser, closing(talk, browser), "OLD STORY: no fever, swallows well")
    begin_again(**talk.key)
    talk.no_to_the_rest()
    assert "OLD STORY" not in closing(talk, browser)


@pytest.mark.parametrize("of", ["", "Abc", "a" * 60, "../x", "1234"])
def test_a_senseless_edition_keeps_nothing_or_under_the_plain_name(
    consult: Consult, client_as: ClientAs, of: str
) -> None:
    talk = consult("sore-throat", stated_age=30)
    talk.no_to_the_rest()
    browser = client_as(talk.by)
    address = reverse("triage:draft", args=[talk.case.pk, "narrative"])
    answer = browser.post(f"{address}?of={of}", {"narrative": "OLD STORY"})
    assert answer.status_code in {200, 422}
    assert "OLD STORY" not in closing(talk, browser)


def test_the_concluded_closing_page_reads_the_assessment_once(consult: Consult, client_as: ClientAs) -> None:
    talk = consult("chest-pain", stated_age=60)
    talk.no_to_the_rest()
    conclude(**talk.key)
    record_closing_set(**talk.key, details=whole_closing_set(talk.case.pk))
    browser = client_as(talk.by)
    closing(talk, browser)
    with CaptureQueriesContext(connection) as queries:
        closing(talk, browser)
    assert len(queries) <= 16, [each["sql"][:90] for each in queries]

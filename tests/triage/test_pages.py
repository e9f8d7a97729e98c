"""The pages of an assessment, asked as a browser asks them."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hub.cases.operations.holding import take_over
from hub.people.models import User
from hub.record.models import Reading
from tests.triage.conftest import Consultation
from triage.models import Answer, Draft

Consult = Callable[..., Consultation]
ClientAs = Callable[[User], Client]


def address(name: str, talk: Consultation, *more: str) -> str:
    return reverse(f"triage:{name}", args=[talk.case.pk, *more])


def test_the_page_shows_who_the_bounds_and_the_next_question(consult: Consult, client_as: ClientAs) -> None:
    talk = consult("sore-throat", stated_age=30)
    page = client_as(talk.by).get(address("assessment", talk)).content.decode()
    assert "Mary Sample" in page
    assert "At least" in page
    assert "Not ruled out" in page
    assert 'id="q-alertness" data-question tabindex="-1" data-next' in page
    assert Reading.objects.filter(stream=talk.case.stream, page="assessment").count() == 1


def test_an_answer_without_javascript_leads_back_to_the_next_question(
    consult: Consult, client_as: ClientAs
) -> None:
    talk = consult("sore-throat", stated_age=30)
    sent = {"fence": talk.case.fence, "answer": "alertness alert 0"}
    answer = client_as(talk.by).post(address("answer", talk), sent)
    assert answer.status_code == 302
    assert answer["Location"].endswith("/assessment/#q-breathing")
    assert Answer.objects.get().value == "alert"


def test_an_answer_by_htmx_sends_back_what_it_changes(consult: Consult, client_as: ClientAs) -> None:
    talk = consult("sore-throat", stated_age=30)
    sent = {"fence": talk.case.fence, "answer": "breathing words-only 0"}
    client = client_as(talk.by)
    client.get(address("assessment", talk))
    with CaptureQueriesContext(connection) as queries:
        answer = client.post(address("answer", talk), sent, headers={"HX-Request": "true"})
    fragment = answer.content.decode()
    assert "Ambulance now, life at risk" in fragment
    assert 'id="bounds" class="bounds" hx-swap-oob="true"' in fragment
    counted = [each["sql"] for each in queries if "SAVEPOINT" not in each["sql"]]
    # One of them asks whether the open versions are signed; where they are, it is not asked again.
    assert len(counted) <= 11, counted


def test_a_stale_tab_is_told_who_has_the_case_and_still_sees_the_answers(
    consult: Consult, client_as: ClientAs, senior: User
) -> None:
    talk = consult()
    talk.say("colour", "normal")
    take_over(case_id=talk.case.pk, by=senior, reason="second opinion needed")
    sent = {"fence": talk.case.fence, "answer": "breathing normal 0"}
    answer = client_as(talk.by).post(address("answer", talk), sent, headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert senior.name in answer.content.decode()
    assert "usual colour" in answer.content.decode()
    assert Answer.objects.count() == 1


@pytest.mark.parametrize("fence", ["", "abc", "-1", "99999999999999999999", "½"])
def test_a_senseless_fence_is_refused(consult: Consult, client_as: ClientAs, fence: str) -> None:
    talk = consult()
    answer = client_as(talk.by).post(address("answer", talk), {"fence": fence, "answer": "colour normal 0"})
    assert answer.status_code == 409
    assert not Answer.objects.exists()


def test_what_is_typed_is_kept_and_shown_on_another_workstation(
    consult: Consult, client_as: ClientAs
) -> None:
    talk = consult()
    kept = client_as(talk.by).post(address("draft", talk, "note"), {"note": "Sounds <frightened>"})
    assert "saved_at" in kept.json()
    page = client_as(talk.by).get(address("assessment", talk)).content.decode()
    assert "Sounds &lt;frightened&gt;" in page
    client_as(talk.by).post(address("note", talk), {"note": "Sounds frightened"})
    assert not Draft.objects.exists()


def test_the_search_finds_findings_and_presentations_in_lay_words(
    consult: Consult, client_as: ClientAs
) -> None:
    talk = consult("unclear")
    found = client_as(talk.by).get(address("search", talk), {"q": "can't get my breath"}).content.decode()
    assert "How is the breathing?" in found
    assert "Open: Breathlessness" in found
    nothing = client_as(talk.by).get(address("search", talk), {"q": "zzzz"}).content.decode()
    assert "Nothing fits" in nothing


def test_an_unclear_problem_suggests_what_fits_the_words_told_before(
    consult: Consult, client_as: ClientAs
) -> None:
    talk = consult("unclear", problem="sore throat, hurts to swallow")
    page = client_as(talk.by).get(address("assessment", talk)).content.decode()
    assert "From what was told so far" in page
    assert "Open: Sore throat" in page
    assert 'name="q" value=""' in page


def test_a_known_problem_suggests_no_other(consult: Consult, client_as: ClientAs) -> None:
    talk = consult("fall", problem="sore throat, hurts to swallow")
    assert "Open: " not in client_as(talk.by).get(address("assessment", talk)).content.decode()


def test_others_read_and_get_no_buttons(consult: Consult, client_as: ClientAs, other_clinician: User) -> None:
    talk = consult()
    page = client_as(other_clinician).get(address("assessment", talk)).content.decode()
    assert "Read only" in page
    assert 'name="answer"' not in page


def test_protocol_pages_say_that_they_are_illustrative(
    content: object, client_as: ClientAs, governance_lead: User
) -> None:
    client = client_as(governance_lead)
    assert "Illustrative" in client.get(reverse("triage:protocols")).content.decode()
    page = client.get(reverse("triage:protocol", args=["chest-pain-adult"])).content.decode()
    assert "Rules, most urgent first" in page
    assert client.get(reverse("triage:protocol", args=["none-such"])).status_code == 404

"""What somebody typed or said is kept with the thing itself, also when another was quicker."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client

from hub.cases.intake import Intake
from hub.cases.models import Case
from hub.cases.operations.dispatching import acknowledge_dispatch, rang_dispatch, send_ambulance
from hub.cases.operations.taking import take_call
from hub.cases.telling import tell
from hub.people.models import User
from hub.record.models import Event
from tests.conftest import TEST_CAD

OpenCase = Callable[..., Case]


def test_what_was_not_understood_is_kept_with_the_case_or_nothing_is(
    call_handler: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = ["Date of birth: 31 2 1950"]
    case, new = take_call(intake=Intake(category="C4"), by=call_handler, token=uuid4(), not_understood=typed)
    assert new
    assert typed[0] in Event.objects.get(stream=case.stream, kind="case.note").data["text"]

    def broken(**_: object) -> None:
        raise RuntimeError("the note cannot be written")

    monkeypatch.setattr("hub.cases.operations.taking.add_note", broken)
    with pytest.raises(RuntimeError):
        take_call(intake=Intake(category="C4"), by=call_handler, token=uuid4(), not_understood=typed)
    assert Case.objects.count() == 1, "the form is sent again and loses nothing"


def test_words_to_dispatch_are_kept_when_the_cad_was_quicker(
    open_case_: OpenCase, clinician: User, client_as: Callable[[User], Client]
) -> None:
    case = open_case_("C3")
    dispatch = send_ambulance(case_id=case.pk, by=clinician, category="C3", reason="worse")
    acknowledge_dispatch(dispatch_id=dispatch.pk, by=TEST_CAD, cad_reference="A1")
    _, ended = rang_dispatch(dispatch_id=dispatch.pk, by=clinician, words="Kim: crew stuck at the bridge")
    assert not ended
    event = Event.objects.get(stream=case.stream, kind="case.rang_dispatch_too")
    assert tell(event).more == ["Kim: crew stuck at the bridge"]
    page = client_as(clinician).post(
        f"/cases/{case.pk}/rang-dispatch/", {"dispatch": dispatch.pk, "words": "Kim knows"}, follow=True
    )
    text = page.content.decode()
    assert "had said so before you" in text
    assert "Kim knows" in text
    assert Case.objects.get(pk=case.pk).outcome_words == "Ambulance, C3"

"""An ambulance is one key away on the page of offers too."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from hub.cases.models import Dispatch
from hub.people.models import User
from tests.referrals.stories import assessed_fall, make_service


@pytest.mark.django_db
@pytest.mark.usefixtures("content")
def test_the_page_of_offers_sends_an_ambulance_by_itself(
    clinician: User, client_as: Callable[[User], Client]
) -> None:
    make_service()
    case = assessed_fall(clinician)
    browser = client_as(clinician)
    page = browser.get(f"/cases/{case.pk}/offer/").content.decode()
    form = re.search(rf'<form[^>]*action="(/cases/{case.pk}/send-ambulance/)".*?</form>', page, re.DOTALL)
    assert form is not None
    assert 'data-key="x"' in form[0]

    fields = dict(re.findall(r'name="(category|reason)" value="([^"]*)"', form[0]))
    browser.post(form[1], fields)

    dispatch = Dispatch.objects.get(case=case)
    assert (dispatch.category, dispatch.state) == (case.category, "requested")

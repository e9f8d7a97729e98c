"""Whoever was not rung in time is said in the queue, not shown as a time to come."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from hub.cases.models import Case
from hub.clock import now
from hub.people.models import User


@pytest.mark.django_db
@pytest.mark.parametrize(("minutes", "words"), [(-3, "not rung by"), (3, "ring by")])
def test_the_time_of_the_first_call_is_said_as_it_stands(
    clinician: User,
    client_as: Callable[[User], Client],
    open_case_: Callable[..., Case],
    minutes: int,
    words: str,
) -> None:
    case = open_case_()
    Case.objects.filter(pk=case.pk).update(first_attempt_by=now() + timedelta(minutes=minutes))

    page = client_as(clinician).get("/queue/").content.decode()

    assert words in page
    assert ("not rung by" in page) == (minutes < 0)

"""NEWS2 as published in 2017: each border of each parameter, who it is not for, and that it lowers nothing."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as some

from hub.people.models import User
from hub.record.models import Event
from hub.refusals import Refusal
from tests.triage.conftest import Consultation
from triage.models import Observation
from triage.news2 import Consciousness, Vitals, score, unfit
from triage.operations.observing import observe
from triage.protocols import UNKNOWN_AGE, Age

Consult = Callable[..., Consultation]
ClientAs = Callable[[User], Client]

# Each border of the published chart: the last value of a band, the first of the next, and their points.
BORDERS: list[tuple[str, dict[str, Any], int]] = [
    *[
        ("breathing rate", {"respiratory_rate": value}, points)
        for value, points in [(8, 3), (9, 1), (11, 1), (12, 0), (20, 0), (21, 2), (24, 2), (25, 3)]
    ],
    *[
        ("oxygen saturation", {"saturation": value}, points)
        for value, points in [(91, 3), (92, 2), (93, 2), (94, 1), (95, 1), (96, 0), (100, 0)]
    ],
    *[
        ("oxygen saturation", {"saturation": value, "scale": 2, "on_oxygen": oxygen}, points)
        for oxygen in (True, False)
        for value, points in [(83, 3), (84, 2), (85, 2), (86, 1), (87, 1), (88, 0), (92, 0)]
    ],
    *[
        ("oxygen saturation", {"saturation": value, "scale": 2, "on_oxygen": True}, points)
        for value, points in [(93, 1), (94, 1), (95, 2), (96, 2), (97, 3), (100, 3)]
    ],
    *[
        ("oxygen saturation", {"saturation": value, "scale": 2, "on_oxygen": False}, 0)
        for value in (93, 95, 97, 100)
    ],
    ("air or oxygen", {"on_oxygen": True}, 2),
    ("air or oxygen", {"on_oxygen": False}, 0),
    *[
        ("systolic pressure", {"systolic": value}, points)
        for value, points in [(90, 3), (91, 2), (100, 2), (101, 1), (110, 1), (111, 0), (219, 0), (220, 3)]
    ],
    *[
        ("pulse", {"pulse": value}, points)
        for value, points in [
            (40, 3), (41, 1), (50, 1), (51, 0), (90, 0), (91, 1), (110, 1), (111, 2), (130, 2), (131, 3),
        ]
    ],
    *[("consciousness", {"consciousness": each}, 3 * (each != "A")) for each in Consciousness],
    *[
        ("temperature", {"temperature": Decimal(value)}, points)
        for value, points in [
            ("35.0", 3), ("35.1", 1), ("36.0", 1), ("36.1", 0), ("38.0", 0), ("38.1", 1), ("39.0", 1), ("39.1", 2),
        ]
    ],
]  # fmt: skip
WELL = Vitals(16, 98, 1, False, 120, 70, Consciousness.ALERT, Decimal("36.8"))


@pytest.mark.parametrize(("parameter", "measured", "points"), BORDERS)
def test_every_border_of_the_published_chart(parameter: str, measured: dict[str, Any], points: int) -> None:
    found = score(Vitals(**measured))
    assert found.points[parameter] == points
    assert (parameter in found.threes) == (points == 3)


def test_bands_by_aggregate_and_by_a_single_three() -> None:
    assert (score(WELL).total, score(WELL).band, score(WELL).missing) == (0, "low", [])
    assert score(Vitals(saturation=93, pulse=111)).band == "low"
    assert score(Vitals(respiratory_rate=8)).band == "low-medium"
    assert (score(Vitals(respiratory_rate=8, pulse=111)).total, score(Vitals(8, pulse=111)).band) == (
        5,
        "medium",
    )
    assert score(Vitals(respiratory_rate=25, pulse=111, on_oxygen=True)).band == "high"


@pytest.mark.parametrize(
    ("vitals", "told"),
    [
        (Vitals(pulse=80), "at least low"),
        (Vitals(saturation=90), "at least low-medium"),
        (Vitals(respiratory_rate=26, saturation=90), "at least medium"),
        (Vitals(respiratory_rate=26, saturation=90, pulse=135), "high"),
        (WELL, "low"),
    ],
)
def test_a_band_with_something_missing_is_the_least_that_it_can_be(vitals: Vitals, told: str) -> None:
    assert score(vitals).band_told == told


def test_scale_2_from_93_is_not_read_without_knowing_air_or_oxygen() -> None:
    assert score(Vitals(saturation=97, scale=2)).points["oxygen saturation"] is None
    assert "oxygen saturation" in score(Vitals(saturation=97, scale=2)).missing


@given(
    some.builds(
        Vitals,
        some.none() | some.integers(0, 80),
        some.none() | some.integers(40, 100),
        some.sampled_from([1, 2]),
        some.none() | some.booleans(),
        some.none() | some.integers(30, 300),
        some.none() | some.integers(0, 300),
        some.none() | some.sampled_from(list(Consciousness)),
        some.none() | some.decimals(25, 45, places=1),
    )
)
def test_it_is_total_and_what_is_missing_never_adds(vitals: Vitals) -> None:
    found = score(vitals)
    assert 0 <= found.total <= 20
    assert len(found.points) == 7
    assert all(found.points[name] is None for name in found.missing)


@pytest.mark.parametrize(
    ("age", "known", "words"),
    [
        (Age.from_text("16 years"), {}, ""),
        (Age.from_text("191 months"), {}, "under 16"),
        (Age.from_text("5 months"), {}, "under 16"),
        (UNKNOWN_AGE, {}, "age is not known"),
        (Age.from_text("30 years"), {"pregnant-or-recently": "yes"}, "pregnan"),
        (Age.from_text("30 years"), {"pregnancy-weeks": "late"}, "pregnan"),
        (Age.from_text("30 years"), {"pregnancy-weeks": "not-known"}, "may be pregnant"),
        (Age.from_text("30 years"), {"pregnancy-weeks": "not-pregnant", "pregnant-or-recently": "no"}, ""),
    ],
)
def test_it_is_not_for_children_nor_in_pregnancy(age: Age, known: dict[str, object], words: str) -> None:
    told = unfit(age, known)
    assert (words in told) if words else told == ""


def test_a_perfect_score_lowers_nothing(consult: Consult) -> None:
    talk = consult("sore-throat", stated_age=30)
    before = talk.say("breathing", "words-only").result
    observe(**talk.key, vitals=WELL, source="care_home", source_words="night nurse, own monitor")
    after = talk.standing().result
    assert before == after
    event = Event.objects.filter(kind="assessment.observed").get()
    assert (event.stream, event.data["news2"]) == (talk.case.stream, "0")


@pytest.mark.parametrize(
    ("vitals", "more", "sentence"),
    [
        (Vitals(), {}, "at least one"),
        (Vitals(saturation=101), {}, "between 40 and 100"),
        (Vitals(pulse=-1), {}, "between 0 and 300"),
        (Vitals(temperature=Decimal("99.9")), {}, "between 25 and 45"),
        (Vitals(pulse=80, scale=3), {}, "scale is 1 or 2"),
        (Vitals(pulse=80), {"source": ""}, "who measured"),
        (Vitals(pulse=80), {"minutes_ago": 100_000}, "minutes ago"),
    ],
)
def test_what_cannot_be_is_refused(
    consult: Consult, vitals: Vitals, more: dict[str, Any], sentence: str
) -> None:
    talk = consult("sore-throat", stated_age=30)
    with pytest.raises(Refusal, match=sentence):
        observe(**{**talk.key, "vitals": vitals, "source": "care_home", **more})
    assert not Observation.objects.exists()


def test_only_the_holder_adds_and_nobody_changes(consult: Consult, other_clinician: User) -> None:
    talk = consult("sore-throat", stated_age=30)
    with pytest.raises(Refusal) as refused:
        observe(**{**talk.key, "by": other_clinician}, vitals=WELL, source="care_home")
    assert refused.value.code == "not-yours"
    observe(**talk.key, vitals=WELL, source="care_home")
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Observation.objects.update(pulse=200)


def test_the_page_shows_the_score_its_threes_and_what_is_missing(
    consult: Consult, client_as: ClientAs
) -> None:
    talk = consult("sore-throat", stated_age=30)
    client = client_as(talk.by)
    address = reverse("triage:observations", args=[talk.case.pk])
    sent = {
        "fence": talk.case.fence,
        "saturation": "90",
        "source": "carer_device",
        "minutes_ago": "5",
        "scale": "1",
    }
    wrong = client.post(address, {**sent, "pulse": "fast"})
    assert (wrong.status_code, 'value="fast"' in wrong.content.decode()) == (422, True)
    assert client.post(address, {**sent, "pulse": "3_9"}).status_code == 422
    assert client.post(address, {**sent, "temperature": "3_9"}).status_code == 422
    assert client.post(address, sent).status_code == 302
    page = client.get(reverse("triage:assessment", args=[talk.case.pk])).content.decode()
    assert "NEWS2 at least 3</strong> (at least low-medium)" in page
    assert "Scores 3 alone: oxygen saturation" in page
    assert "Not measured: breathing rate" in page
    assert "A carer&#39;s device" in page
    timeline = client.get(reverse("cases:case", args=[talk.case.pk])).content.decode()
    assert "NEWS2: at least 3" in timeline


def test_a_child_gets_no_score_on_the_page(consult: Consult, client_as: ClientAs) -> None:
    talk = consult("sore-throat", stated_age=10)
    observe(**talk.key, vitals=WELL, source="carer_device")
    page = client_as(talk.by).get(reverse("triage:assessment", args=[talk.case.pk])).content.decode()
    assert "No score." in page
    assert "not for under 16s" in page

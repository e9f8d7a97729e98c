"""Matching: who can see the patient, who cannot and why. Pure, so the whole rule is under property tests."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.hours import ALL_DAY, Hours, read_hours
from referrals.matching import SAFE_RUNGS, CannotSee, Facts, Offer, judge, match
from referrals.need import Need, Patient
from referrals.places import covers, distance_km, district

ALWAYS = Hours(week=(ALL_DAY,) * 7)
NOON = datetime(2026, 6, 10, 11, tzinfo=UTC)  # a Wednesday, 12:00 in London
UCR = Need(
    "UCR2H", "Urgent community response within 2 hours", ("urgent-community-response", "falls-lifting"), 120
)
PATIENT = Patient(
    age_years=81, sex="female", district="SE1", latitude=51.5, longitude=-0.09, practice_code="X1"
)


def service(**changes: Any) -> Facts:
    known: dict[str, Any] = {
        "key": "a", "name": "A", "kind": "urgent-community-response", "hours": ALWAYS, "status": "green",
        "places_left": None, "response_minutes": 60, "accept_minutes": 20,
    }  # fmt: skip
    return Facts(**{**known, **changes})


def reasons(**changes: Any) -> str:
    verdict = judge(UCR, PATIENT, service(**changes), at=NOON)
    assert isinstance(verdict, CannotSee), "it was offered"
    return "; ".join(verdict.reasons)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "dental"}, "Another kind"),
        ({"hours": Hours(week=((),) * 7)}, "Closed; no opening"),
        ({"hours": read_hours({"wed": ["15:00-18:00"]})}, "Closed until Wed 15:00"),
        (
            {"hours": read_hours({"wed": ["08:00-12:30"]})},
            "Closed by the time it could see the patient (Wed 13:00)",
        ),
        ({"response_minutes": 121}, "Too slow"),
        ({"status": "red"}, "Status red"),
        ({"places_left": 0}, "Full for now"),
        ({"age_to": 18}, "Age 81: it takes under 18 years"),
        ({"age_from": 90}, "Age 81: it takes 90 years and over"),
        ({"age_from": 16, "age_to": 65}, "Age 81: it takes 16 to 64 years"),
        ({"sex": "male"}, "male patients only"),
        ({"exclusions": frozenset({"intoxicated"}), "patient": {"intoxicated"}}, "intoxicated"),
        ({"districts": ("N1", "E")}, "outside its area"),
        ({"latitude": 52.5, "longitude": -1.9, "radius_km": 20.0}, "outside its area"),
        ({"registered_only": True, "ods_code": "X2"}, "Not the patient's own practice"),
        ({"conditions": frozenset({"sore-throat"})}, "Does not take"),
        ({"response_minutes": 118}, "no time is left for it to say yes"),
    ],
)
def test_a_service_that_cannot_says_why(changes: dict[str, Any], said: str) -> None:
    risks = frozenset(changes.pop("patient", ()))
    verdict = judge(UCR, replace(PATIENT, risks=risks), service(**changes), at=NOON)
    assert isinstance(verdict, CannotSee)
    assert said in "; ".join(verdict.reasons)


def test_every_reason_is_told_not_only_the_first() -> None:
    told = reasons(kind="dental", status="red", age_to=5)
    assert all(part in told for part in ("Another kind", "Status red", "Age 81"))


@pytest.mark.parametrize(
    ("patient", "changes", "caution"),
    [
        (Patient(), {"age_from": 18}, "Age not recorded"),
        (Patient(age_years=30), {"sex": "female"}, "Sex not recorded"),
        (Patient(), {"districts": ("SE1",)}, "Place not recorded"),
        (Patient(), {"registered_only": True, "ods_code": "X"}, "Practice not recorded"),
        (
            PATIENT,
            {"exclusions": frozenset({"pregnant-or-recently"})},
            "whether the patient is or has: pregnant",
        ),
        (PATIENT, {"said_no": "Rejected this patient before: capacity"}, "Rejected this patient before"),
    ],
)
def test_what_is_not_recorded_is_asked_never_assumed(
    patient: Patient, changes: dict[str, Any], caution: str
) -> None:
    verdict = judge(UCR, patient, service(**changes), at=NOON)
    assert isinstance(verdict, Offer)
    assert any(caution in each for each in verdict.cautions)


def test_what_was_answered_with_no_is_not_asked_again() -> None:
    verdict = judge(
        UCR,
        replace(PATIENT, absent=frozenset({"intoxicated"})),
        service(exclusions=frozenset({"intoxicated"})),
        at=NOON,
    )
    assert isinstance(verdict, Offer)
    assert verdict.cautions == ()


def test_a_service_with_something_left_to_ask_ranks_after_one_without() -> None:
    to_ask = service(key="ask", exclusions=frozenset({"intoxicated"}), response_minutes=10)
    free = service(key="free", kind="falls-lifting", response_minutes=90)
    found = match(UCR, PATIENT, [to_ask, free], at=NOON)
    assert [each.facts.key for each in found.offers] == ["free", "ask"]


@pytest.mark.parametrize(
    ("within", "response", "accept", "accept_by"),
    [(15, 5, 120, 10), (60, 50, 20, 10), (120, 60, 20, 20), (60, 45, 15, 15)],
)
def test_who_accepts_in_the_last_minute_still_sees_the_patient_in_time(
    within: int, response: int, accept: int, accept_by: int
) -> None:
    need = replace(UCR, within_minutes=within)
    offer = judge(need, PATIENT, service(response_minutes=response, accept_minutes=accept), at=NOON)
    assert isinstance(offer, Offer)
    assert offer.accept_by == NOON + timedelta(minutes=accept_by)
    assert offer.contact_at == NOON + timedelta(minutes=accept_by + response)


def test_a_service_that_closes_must_accept_while_it_can_still_see_the_patient() -> None:
    closes_at_half_past_one = service(hours=read_hours({"wed": ["08:00-13:30"]}), accept_minutes=45)
    offer = judge(UCR, PATIENT, closes_at_half_past_one, at=NOON)
    assert isinstance(offer, Offer)
    assert offer.accept_by == NOON + timedelta(minutes=29)


@pytest.mark.parametrize(
    ("presentations", "offered", "cautioned"),
    [
        (("sore-throat",), True, False),
        (("fever",), False, False),
        (("sore-throat", "fever"), True, True),
        ((), False, False),
    ],
)
def test_a_service_for_some_conditions_is_judged_by_what_was_assessed(
    presentations: tuple[str, ...], offered: bool, cautioned: bool
) -> None:
    need = replace(UCR, presentations=presentations)
    verdict = judge(need, PATIENT, service(conditions=frozenset({"sore-throat"})), at=NOON)
    assert isinstance(verdict, Offer) == offered
    assert any("fever" in each for each in getattr(verdict, "cautions", ())) == cautioned


def test_inside_by_one_measure_is_inside() -> None:
    near = service(districts=("N1",), latitude=51.5, longitude=-0.1, radius_km=3.0)
    assert isinstance(judge(UCR, PATIENT, near, at=NOON), Offer)


def test_booking_for_the_opening_counts_only_inside_the_time() -> None:
    opens_at_one = service(hours=read_hours({"wed": ["13:00-20:00"]}), response_minutes=30)
    offer = judge(UCR, PATIENT, opens_at_one, at=NOON)
    assert isinstance(offer, Offer)
    assert offer.contact_at == NOON + timedelta(minutes=110), "counted from a yes in the last minute"
    assert offer.accept_by == NOON + timedelta(minutes=80), "nobody can accept before it opens"
    assert any("Opens Wed 13:00" in each for each in offer.reasons)


def test_unknown_status_ranks_below_green_and_amber_whatever_else_speaks_for_it() -> None:
    unknown_first_choice = service(key="u", status="unknown", response_minutes=1)
    amber_second_choice = service(key="b", status="amber", kind="falls-lifting", response_minutes=110)
    green = service(key="g", response_minutes=100)
    found = match(UCR, PATIENT, [unknown_first_choice, amber_second_choice, green], at=NOON)
    assert [each.facts.key for each in found.offers] == ["g", "b", "u"]
    assert any("unknown" in each for each in found.offers[-1].reasons)


def test_with_nobody_in_time_the_next_safe_rung_is_shown() -> None:
    department = service(key="ed", kind="emergency-department", response_minutes=30)
    found = match(UCR, PATIENT, [service(status="red"), department], at=NOON)
    assert found.offers == ()
    assert [each.facts.key for each in found.rungs] == ["ed"]
    assert found.offer_of("ed") is not None


kinds = st.sampled_from(["urgent-community-response", "falls-lifting", "dental", *SAFE_RUNGS])
any_hours = st.sampled_from(
    [
        ALWAYS,
        Hours(week=((),) * 7),
        read_hours({"wed": ["08:00-20:00"]}),
        read_hours({"thu": ["22:00-06:00"]}),
    ]
)
any_service = st.builds(
    Facts,
    key=st.uuids().map(str), name=st.text(max_size=5), kind=kinds, hours=any_hours,
    status=st.sampled_from(["green", "amber", "red", "unknown"]), places_left=st.none() | st.integers(0, 3),
    response_minutes=st.integers(0, 300), accept_minutes=st.integers(1, 60),
    age_from=st.none() | st.integers(0, 99), age_to=st.none() | st.integers(1, 120),
    sex=st.sampled_from([None, "female", "male"]), exclusions=st.frozensets(st.sampled_from(["pregnant", "alone"])),
    districts=st.lists(st.sampled_from(["SE1", "N", "E2"]), max_size=2).map(tuple),
)  # fmt: skip
any_patient = st.builds(
    Patient, age_years=st.none() | st.integers(0, 110), sex=st.sampled_from([None, "female", "male"]),
    district=st.sampled_from([None, "SE1", "N1", "W2"]), risks=st.frozensets(st.sampled_from(["pregnant", "alone"])),
)  # fmt: skip
any_moment = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(st.lists(any_service, max_size=8, unique_by=lambda each: each.key), any_patient, any_moment)
def test_every_service_is_accounted_for_and_no_offer_breaks_a_rule(
    services: list[Facts], patient: Patient, at: datetime
) -> None:
    found = match(UCR, patient, services, at=at)
    assert sorted(each.key for each in services) == sorted(
        each.facts.key for each in (*found.offers, *found.cannot)
    )
    assert all(each.reasons for each in found.cannot), "a service is left out without a reason"
    for offer in (*found.offers, *found.rungs):
        facts = offer.facts
        assert facts.status != "red"
        assert facts.places_left != 0
        assert at <= offer.contact_at <= at + timedelta(minutes=UCR.within_minutes)
        assert facts.hours.closes_after(offer.contact_at)
        assert not (facts.exclusions & patient.risks)
        assert at < offer.accept_by
        assert offer.accept_by + timedelta(minutes=facts.response_minutes) <= offer.contact_at
    ranks = [each.facts.status == "unknown" for each in found.offers]
    assert ranks == sorted(ranks), "an unknown status stands above a known one"


@given(st.lists(any_service, max_size=6, unique_by=lambda each: each.key), any_patient, any_moment)
def test_the_order_does_not_depend_on_the_order_of_the_directory(
    services: list[Facts], patient: Patient, at: datetime
) -> None:
    one, other = (match(UCR, patient, each, at=at) for each in (services, services[::-1]))
    assert [each.facts.key for each in one.offers] == [each.facts.key for each in other.offers]


@given(any_service, any_patient, any_moment, st.sampled_from(["pregnant", "alone"]))
def test_one_more_risk_never_opens_a_door(facts: Facts, patient: Patient, at: datetime, risk: str) -> None:
    riskier = replace(patient, risks=patient.risks | {risk})
    if isinstance(judge(UCR, patient, facts, at=at), CannotSee):
        assert isinstance(judge(UCR, riskier, facts, at=at), CannotSee)


@pytest.mark.parametrize(
    ("postcode", "expected"),
    [
        ("se1 7eh", "SE1"),
        ("EC1A 1BB", "EC1A"),
        ("W1A0AX", "W1A"),
        ("SE1", "SE1"),
        ("SE1 7", "SE1"),
        ("se1  7e", "SE1"),
        ("SE17", "SE17"),
        ("SE17 1", "SE17"),
        ("19401", None),
        ("", None),
        (None, None),
    ],
)
def test_districts_of_postcodes(postcode: str | None, expected: str | None) -> None:
    assert district(postcode) == expected


def test_an_area_covers_its_districts_and_a_district_does_not_cover_its_neighbours() -> None:
    assert covers(["SE"], "SE15")
    assert not covers(["SE1"], "SE15")
    assert not covers(["S"], "SE15")
    assert not covers(["E"], "EC1A")


def test_distance() -> None:
    assert distance_km(51.5074, -0.1278, 48.8566, 2.3522) == pytest.approx(343.6, abs=1)

"""Onward care goes by what was assessed: age, sex, risks and presentation, not by what the case came in with."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from hub.cases.models import Case
from hub.people.models import User
from hub.record.operations import history
from referrals.models import Referral, Service
from referrals.operations.sending import send_referral
from referrals.queries import concluded_of, directory, patient_of
from tests.conftest import make_case
from tests.referrals.stories import AGREED, TOLD, assessed_fall, in_consultation, make_service
from tests.triage.conftest import Consultation
from triage.operations.assessing import add_presentation, close_presentation, open_assessment, set_context
from triage.operations.concluding import conclude, record_closing_set

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content")]
PREGNANT = "pregnant-or-recently"


@pytest.fixture
def sore_throat(clinician: User) -> Callable[..., Consultation]:
    """A sore throat in assessment."""

    def begin(**changes: object) -> Consultation:
        given = {"presentation": "sore-throat", "stated_age": 30, **changes}
        talk = Consultation(in_consultation(make_case("C3", **given), clinician), clinician)
        open_assessment(**talk.key)
        return talk

    return begin


def concluded(talk: Consultation) -> Consultation:
    talk.no_to_the_rest()
    conclude(**talk.key)
    return talk


def test_the_service_reads_the_age_and_sex_that_the_rules_ran_on(
    clinician: User, client_as: Callable[[User], Client]
) -> None:
    case = assessed_fall(clinician)
    held = {"case_id": case.pk, "by": clinician, "fence": case.fence}
    set_context(**held, age="67 years", sex="male")
    conclude(**held)
    record_closing_set(**held, details=TOLD)
    service = make_service()
    page = client_as(clinician).get(f"/cases/{case.pk}/offer/?service={service.pk}").content.decode()
    send_referral(**held, service_id=service.pk, agreement=AGREED)
    patient = Referral.objects.get().content["patient"]
    assert (patient["age_years"], patient["sex"]) == (67, "male")
    head = page.split("<h1>")[1][:600]
    assert "67 years" in head
    assert "female" not in head
    assert "81 years" not in head


@pytest.mark.parametrize(
    ("risk", "finding"),
    [
        ("pregnant", PREGNANT),
        ("recently_pregnant", PREGNANT),
        ("immunosuppressed", "immunosuppressed"),
        ("immunosuppression", "immunosuppressed"),
    ],
)
def test_a_risk_on_record_keeps_a_service_out_under_each_of_its_names(
    sore_throat: Callable[..., Consultation], risk: str, finding: str
) -> None:
    talk = sore_throat(risks=(risk,))
    assert finding in patient_of(talk.standing()).risks


def test_not_known_and_not_asked_are_not_the_same_as_absent(
    sore_throat: Callable[..., Consultation],
) -> None:
    talk = sore_throat()
    talk.say("immunosuppressed", "not-known")
    patient = patient_of(talk.standing(), ["immunosuppressed", PREGNANT, "insulin"])
    assert not {"immunosuppressed", PREGNANT, "insulin"} & (patient.risks | patient.absent)


def test_what_the_caller_denies_is_absent(sore_throat: Callable[..., Consultation]) -> None:
    talk = sore_throat()
    talk.say("immunosuppressed", "no")
    assert "immunosuppressed" in patient_of(talk.standing(), ["immunosuppressed"]).absent


def test_nobody_is_told_to_ask_a_man_whether_he_is_pregnant(
    sore_throat: Callable[..., Consultation],
) -> None:
    talk = sore_throat(sex="male")
    assert PREGNANT in patient_of(talk.standing(), [PREGNANT]).absent


def test_what_to_ask_first_stands_on_the_offer_and_in_the_record(
    clinician: User, client_as: Callable[[User], Client]
) -> None:
    case = assessed_fall(clinician)
    service = make_service(exclusions=["intoxicated"])
    page = client_as(clinician).get(f"/cases/{case.pk}/offer/").content.decode()
    assert "Not known whether the patient is or has: intoxicated" in page
    send_referral(case_id=case.pk, service_id=service.pk, by=clinician, fence=case.fence, agreement=AGREED)
    sent = next(each for each in history(stream=case.stream) if each.kind == "referral.send")
    assert "intoxicated" in str(sent.data["cautions"])


def test_the_presentation_that_was_assessed_counts_and_not_the_one_of_the_intake(
    sore_throat: Callable[..., Consultation],
) -> None:
    talk = sore_throat()
    add_presentation(**talk.key, presentation="fever")
    close_presentation(**talk.key, presentation="sore-throat")
    found = concluded_of(Case.objects.get(pk=concluded(talk).case.pk))
    assert found is not None
    assert found.need.presentations == ("fever",)


def test_the_limit_to_accept_is_never_later_than_the_need(clinician: User) -> None:
    case = assessed_fall(clinician)
    place = make_service(response_minutes=10, accept_minutes=240)
    sent = send_referral(
        case_id=case.pk, service_id=place.pk, by=clinician, fence=case.fence, agreement=AGREED
    )
    assert sent.accept_by is not None
    assert sent.accept_by + timedelta(minutes=10) == sent.needed_by


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("SE10", True),
        ("se10 9ab", True),
        ("SE", False),
        ("SE10-ANYTHING", False),
        ("SE101234567", False),
        ("SE1 7EH", False),
    ],
)
def test_the_directory_finds_a_place_by_the_area_that_holds_it(db: None, words: str, found: bool) -> None:
    make_service("Ten", districts=["SE10"])
    assert bool(directory(words)) == found


def test_the_directory_finds_a_whole_area_by_a_postcode_in_it(db: None) -> None:
    whole: Service = make_service("All of the South East", districts=["SE"])
    assert directory("SE1 7EH") == [whole]

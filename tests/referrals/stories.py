"""Reaching the states that onward care begins from, by doing what people do."""

from typing import Any

from hub.cases.intake import ContactDetails
from hub.cases.models import Case
from hub.cases.operations.contacting import record_call, start_consultation
from hub.cases.operations.holding import claim
from hub.people.models import User
from referrals.models import Referral, Service
from referrals.operations.sending import send_referral
from tests.conftest import make_case
from triage.operations.answering import answer
from triage.operations.assessing import open_assessment
from triage.operations.concluding import conclude, record_closing_set
from triage.policies import STRICT_ITEMS, ClosingDetails
from triage.standing import Standing

TOLD = ClosingDetails(
    reason_explained=True, no_ambulance_told=True, advice_given=True, worsening_told=True,
    time_scale="within two hours", ring="999 if worse", repeated_back=True, agreement="agrees",
    with_them="her daughter", written="declined",
    stricter={item.key: "asked, and answered" for item in STRICT_ITEMS},
)  # fmt: skip
AGREED = "The patient agrees"
ALWAYS = {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


def make_service(name: str = "Example UCR", **changes: Any) -> Service:
    """A service that can see the patient of `assessed_fall`, unless a change says otherwise."""
    known: dict[str, Any] = {
        "name": name, "kind": "urgent-community-response", "ods_code": f"T{Service.objects.count():04}",
        "hours": ALWAYS, "response_minutes": 60, "accept_minutes": 20, "client": "test-partner",
        "webhook_url": "http://127.0.0.1:9/hook", "webhook_secret": "whsec_" + "c2VjcmV0" * 4,
    }  # fmt: skip
    return Service.objects.create(**{**known, **changes})


def in_consultation(case: Case, by: User) -> Case:
    """Claimed, rung back, answered, the consultation begun."""
    held = claim(case_id=case.pk, by=by)
    first = case.contacts.first()
    record_call(
        case_id=case.pk, by=by, kind="call_back", result="answered", fence=held.fence,
        contact_id=first.pk if first else None,
    )  # fmt: skip
    return start_consultation(case_id=case.pk, by=by, fence=held.fence)


def assessed_fall(by: User, *, yes: tuple[str, ...] = ("still-on-floor",), **changes: Any) -> Case:
    """An 81-year-old on the floor after a fall, held, assessed (UCR within 2 hours), the closing set recorded."""
    known = {
        "presentation": "fall",
        "problem": "on the floor, cannot get up",
        "stated_age": 81,
        "postcode": "SE1 0AA",
        "contacts": (ContactDetails(phone="07700 900123", name="Ann Other", is_caller=True),),
    }
    case = in_consultation(make_case("C3", **{**known, **changes}), by)
    held = {"case_id": case.pk, "by": by, "fence": case.fence}
    standing = open_assessment(**held)
    for finding in yes:
        standing = answer(**held, finding=finding, value="yes")
    conclude_with_no(standing, held)
    record_closing_set(**held, details=TOLD)
    return case


def conclude_with_no(standing: Standing, held: dict[str, Any]) -> None:
    """Everything that is still open is asked and answered with no."""
    while standing.result is not None and standing.result.next_question:
        wanted = standing.result.next_question
        findings = (each for version in standing.versions for each in version.protocol.findings)
        harmless = next(each for each in findings if each.id == wanted).least_answer()
        standing = answer(**held, finding=wanted, value=harmless)
    conclude(**held)


def offered(by: User, service: Service | None = None, **changes: Any) -> Referral:
    """The fallen patient, offered to a service."""
    case = assessed_fall(by, **changes)
    place = service or make_service()
    return send_referral(case_id=case.pk, service_id=place.pk, by=by, fence=case.fence, agreement=AGREED)

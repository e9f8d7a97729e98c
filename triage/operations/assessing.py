"""Open an assessment, choose its presentations, and say what is known of the patient."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from uuid import UUID

from django.db import transaction

from hub.cases.intake import ContactDetails
from hub.cases.models import Case, Sex
from hub.cases.operations.contacting import add_contact, confirm_address
from hub.cases.phones import as_e164
from hub.clock import now
from hub.people.models import User
from hub.record.operations import write
from hub.refusals import Refusal
from triage import published
from triage.models import Assessment, OpenedPresentation, Opening
from triage.operations.holding import catalogue, changed, end, held_in_assessment, held_standing
from triage.operations.lowering import UNEXPLAINED, Why, refuse_undecided, refuse_unexplained
from triage.policies import decided
from triage.protocols import UNKNOWN_AGE, Age, Presentation
from triage.protocols import Sex as Patient
from triage.standing import Standing, context_of, current, standing

UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class OpeningDetails:
    """The opening questions of a call."""

    speaking_to: str
    is_patient: bool
    patient_spoken_to: bool
    why_not_patient: str
    number_back: str
    address_spoken: bool
    consent: str
    # The address in the caller's words where it differs from the case's, or the case has none.
    address: str = ""
    postcode: str = ""


def open_assessment(*, case_id: UUID, by: User, fence: int, presentation: str = "") -> Standing:
    """Open the case's assessment, or go on with the one that is open; its answers stay.

    A case that was opened again after its end has none open (triage/endings.py): yesterday's "no" is no answer today.
    """
    with transaction.atomic():
        case = held_in_assessment(case_id, by=by, fence=fence)
        assessment = current(case)
        if assessment is None:
            assessment = Assessment.objects.create(case=case, opened_by=by)
            data = {"assessment": str(assessment.pk)}
            write(stream=case.stream, kind="assessment.opened", by=by, data=data)
            _open_first(case, assessment, by=by, wanted=presentation)
        return standing(case, assessment)


def _open_first(case: Case, assessment: Assessment, *, by: User, wanted: str) -> None:
    """The presentation asked for, else the one the case came in with, else "unclear": the first that can be opened.

    With none of them the assessment begins empty, and the clinician finds what fits by the caller's words.
    """
    known, in_force = catalogue().presentations, published.active()
    for item in (wanted, case.presentation, UNCLEAR):
        if item in known and in_force.keys() >= set(known[item].protocols):
            _open(assessment, known[item], by=by, in_force=in_force)
            return


def begin_again(*, case_id: UUID, by: User, fence: int, why: Why = UNEXPLAINED) -> Standing:
    """End the open assessment, kept for the record, and begin a new one with nothing answered.

    With a reason, when that takes away what made the outcome urgent.
    """
    with transaction.atomic():
        case = held_in_assessment(case_id, by=by, fence=fence)
        assessment = current(case)
        if assessment is None:
            return open_assessment(case_id=case_id, by=by, fence=fence)
        was = standing(case, assessment)
        end(assessment, by=by, why=why)
        begun = open_assessment(case_id=case_id, by=by, fence=fence)
        refuse_unexplained(replace(was, result=begun.result), was.result, by=by, why=why)
        if was.up is not None:
            dispositions = catalogue().dispositions
            refuse_undecided(decided(was, dispositions), decided(begun, dispositions), why=why)
        return begun


def _open(
    assessment: Assessment, presentation: Presentation, *, by: User, in_force: Mapping[str, int]
) -> OpenedPresentation:
    """Pin the versions in force of the whole family; refuses when one of them is not published."""
    absent = [item for item in presentation.protocols if item not in in_force]
    if absent:
        raise Refusal(
            f"“{presentation.title}” cannot be opened: {', '.join(absent)} is not published. Nothing was changed. "
            "Open “unclear problem” or go up.",
            code="not-published",
        )
    row = OpenedPresentation.objects.create(
        assessment=assessment,
        presentation=presentation.id,
        title=presentation.title,
        versions=[in_force[item] for item in presentation.protocols],
        opened_by=by,
    )
    loaded = published.versions(row.versions)
    data = {
        "assessment": str(assessment.pk),
        "presentation": presentation.id,
        "protocols": {each.protocol.id: each.digest for each in loaded},
    }
    write(stream=assessment.stream, kind="assessment.presentation_opened", by=by, data=data)
    return row


def add_presentation(
    *, case_id: UUID, by: User, fence: int, presentation: str, why: Why = UNEXPLAINED
) -> Standing:
    """Open one more presentation; opening it twice does nothing.

    It lowers only where it fits the patient's age and sex and nothing opened before did; then it takes a reason.
    """
    with transaction.atomic():
        now_ = held_standing(case_id, by=by, fence=fence)
        known = catalogue().presentations
        if presentation not in known:
            raise Refusal(
                "There is no such presentation. Nothing was changed.", code="no-such-presentation", status=422
            )
        if presentation in [each.presentation for each in now_.opened]:
            return now_
        row = _open(now_.assessment, known[presentation], by=by, in_force=published.active())
        now_.opened.append(row)
        now_.versions = published.versions(key for each in now_.opened for key in each.versions)
        return changed(now_, by=by, why=why)


def close_presentation(
    *, case_id: UUID, by: User, fence: int, presentation: str, why: Why = UNEXPLAINED
) -> Standing:
    """Close a presentation that does not fit; every answer stays.

    Refused for the last one, and without a reason when it makes the outcome less urgent.
    """
    with transaction.atomic():
        now_ = held_standing(case_id, by=by, fence=fence)
        row = next((each for each in now_.opened if each.presentation == presentation), None)
        if row is None:
            return now_
        rest = [each for each in now_.opened if each is not row]
        if not rest:
            raise Refusal("One presentation stays open. Open another first.", code="last-presentation")
        now_.opened = rest
        now_.versions = published.versions(key for each in rest for key in each.versions)
        row.closed_by, row.closed_at = by, now()
        row.save(update_fields=["closed_by", "closed_at"])
        data = {"assessment": str(now_.assessment.pk), "presentation": presentation, **why.told()}
        write(stream=now_.case.stream, kind="assessment.presentation_closed", by=by, data=data)
        return changed(now_, by=by, why=why)


def set_context(
    *, case_id: UUID, by: User, fence: int, age: str = "", sex: str = "", why: Why = UNEXPLAINED
) -> Standing:
    """Age ("5 months", "67 years") and sex as told on this call; empty leaves what the case has.

    Told otherwise than before, with a less urgent outcome, it takes a reason; told for the first time it does not.
    """
    try:
        if age:
            Age.from_text(age)
    except ValueError as error:
        raise Refusal(f"{error} Nothing was changed.", code="bad-age", status=422) from error
    if sex and sex not in Sex.values:
        raise Refusal("Sex is female, male or unknown. Nothing was changed.", code="bad-sex", status=422)
    with transaction.atomic():
        now_ = held_standing(case_id, by=by, fence=fence)
        assessment = now_.assessment
        was = {"age": assessment.stated_age, "sex": assessment.stated_sex}
        assessment.stated_age, assessment.stated_sex = age, sex
        assessment.save(update_fields=["stated_age", "stated_sex"])
        data = {"assessment": str(assessment.pk), "was": was, "age": age, "sex": sex, **why.told()}
        write(stream=now_.case.stream, kind="assessment.context_set", by=by, data=data)
        before, now_.context = now_.context, context_of(now_.case, assessment, now_.values)
        news = before.age in (UNKNOWN_AGE, now_.context.age) and before.sex in (
            Patient.UNKNOWN,
            now_.context.sex,
        )
        return changed(now_, by=by, why=why, news=news)


def record_opening(*, case_id: UUID, by: User, fence: int, details: OpeningDetails) -> Opening:
    """Keep the answers to the opening questions; a later call adds its own.

    An address that the caller spoke is confirmed on the case in the same transaction: dispatch sends to that one.
    """
    sentences = _missing_from_opening(details)
    with transaction.atomic():
        now_ = held_standing(case_id, by=by, fence=fence)
        spoken = details.address.strip() or now_.case.address or ""
        if details.address_spoken and not spoken:
            sentences.append("Write the address as the caller says it: the case has none.")
        if sentences:
            raise Refusal(" ".join(sentences), code="opening-incomplete", status=422, missing=sentences)
        if details.address_spoken:
            confirm_address(case_id=case_id, by=by, address=spoken, postcode=details.postcode.strip() or None)
        given = {
            name: value for name, value in asdict(details).items() if name not in ("address", "postcode")
        }
        row = Opening.objects.create(assessment=now_.assessment, by=by, **given)
        data = {"assessment": str(now_.assessment.pk), **given}
        write(stream=now_.case.stream, kind="assessment.call_opened", by=by, data=data)
        _keep_number(now_.case, details, by=by)
    return row


def _keep_number(case: Case, details: OpeningDetails, *, by: User) -> None:
    """The number said on this call is one that can be rung, when the line is cut and when somebody follows up."""
    number = as_e164(details.number_back)
    if number.startswith("+") and not case.contacts.filter(phone=number).exists():
        said = ContactDetails(
            phone=number,
            name=details.speaking_to.strip()[:120],
            is_patient=details.is_patient,
            is_caller=True,
            note="said on the call back",
        )
        add_contact(case_id=case.pk, by=by, details=said)


def _missing_from_opening(details: OpeningDetails) -> list[str]:
    sentences = []
    if not details.speaking_to.strip():
        sentences.append("Record to whom you are speaking.")
    if details.consent not in Opening.Consent.values:
        sentences.append("Record who consents.")
    if not (details.is_patient or details.patient_spoken_to or details.why_not_patient.strip()):
        sentences.append("Ask to speak to the patient, or record why that is not possible.")
    if details.address.strip() and not details.address_spoken:
        sentences.append("Tick that the caller said the address, or leave the address empty.")
    return sentences

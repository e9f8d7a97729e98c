"""Open an assessment, choose its presentations, and say what is known of the patient."""

from dataclasses import asdict, dataclass
from uuid import UUID

from django.db import transaction

from hub.cases.models import Case, Sex
from hub.cases.operations.contacting import confirm_address
from hub.clock import now
from hub.people.models import User
from hub.record.models import Event
from hub.record.operations import write
from hub.record.transitions import apply
from hub.refusals import Refusal
from triage import published
from triage.models import Assessment, OpenedPresentation, Opening
from triage.operations.holding import catalogue, changed, held_in_assessment, held_standing
from triage.protocols import Age, Presentation, Result
from triage.standing import Standing, context_of, current, standing
from triage.states import ASSESSMENT_STATES

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

    A case that was reopened after closing begins afresh: yesterday's "no" is no answer today.
    """
    with transaction.atomic():
        case = held_in_assessment(case_id, by=by, fence=fence)
        assessment = current(case)
        if assessment is not None and _reopened_since(case, assessment):
            _end(assessment, by=by)
            assessment = None
        if assessment is None:
            assessment = Assessment.objects.create(case=case, opened_by=by)
            data = {"assessment": str(assessment.pk)}
            write(stream=case.stream, kind="assessment.opened", by=by, data=data)
            _open_first(case, assessment, by=by, wanted=presentation)
        return standing(case, assessment)


def _reopened_since(case: Case, assessment: Assessment) -> bool:
    if assessment.concluded_at is None:
        return False
    return Event.objects.filter(
        stream=case.stream, kind="case.reopen", at__gt=assessment.concluded_at
    ).exists()


def _end(assessment: Assessment, *, by: User) -> None:
    assessment.ended_at = now()
    data = {"assessment": str(assessment.pk)}
    apply(ASSESSMENT_STATES, assessment, "end", by=by, data=data, changed=("ended_at",))


def _open_first(case: Case, assessment: Assessment, *, by: User, wanted: str) -> None:
    """The presentation asked for, else the one the case came in with, else "unclear", if the catalogue has one."""
    known = catalogue().presentations
    first = next((item for item in (wanted, case.presentation, UNCLEAR) if item in known), None)
    if first is not None:
        _open(assessment, known[first], by=by)


def begin_again(*, case_id: UUID, by: User, fence: int) -> Standing:
    """End the open assessment, kept for the record, and begin a new one with nothing answered."""
    with transaction.atomic():
        case = held_in_assessment(case_id, by=by, fence=fence)
        assessment = current(case)
        if assessment is not None:
            _end(assessment, by=by)
        return open_assessment(case_id=case_id, by=by, fence=fence)


def _open(assessment: Assessment, presentation: Presentation, *, by: User) -> OpenedPresentation:
    """Pin the versions in force of the whole family; refuses when one of them is not published."""
    in_force = published.active()
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


def add_presentation(*, case_id: UUID, by: User, fence: int, presentation: str) -> Standing:
    """Open one more presentation; opening it twice does nothing."""
    with transaction.atomic():
        now_ = held_standing(case_id, by=by, fence=fence)
        known = catalogue().presentations
        if presentation not in known:
            raise Refusal(
                "There is no such presentation. Nothing was changed.", code="no-such-presentation", status=422
            )
        if presentation in [each.presentation for each in now_.opened]:
            return now_
        row = _open(now_.assessment, known[presentation], by=by)
        now_.opened.append(row)
        now_.versions = published.versions(key for each in now_.opened for key in each.versions)
        return changed(now_, by=by)


def close_presentation(*, case_id: UUID, by: User, fence: int, presentation: str) -> Standing:
    """Close a presentation that does not fit; every answer stays.

    Refused for the last one, and when its answers made the outcome more urgent: going below is an override.
    """
    with transaction.atomic():
        now_ = held_standing(case_id, by=by, fence=fence)
        row = next((each for each in now_.opened if each.presentation == presentation), None)
        if row is None:
            return now_
        rest = [each for each in now_.opened if each is not row]
        if not rest:
            raise Refusal("One presentation stays open. Open another first.", code="last-presentation")
        before = now_.result
        now_.opened = rest
        now_.versions = published.versions(key for each in rest for key in each.versions)
        now_.work_out()
        if before and now_.result and _would_lower(row, before, now_.result):
            raise Refusal(
                f"“{row.title}” makes this {before.at_least.title}; closing it would lower that. It stays open. "
                "Amend the answer if it was wrong, or go below with a reason.",
                code="would-lower",
            )
        row.closed_by, row.closed_at = by, now()
        row.save(update_fields=["closed_by", "closed_at"])
        data = {"assessment": str(now_.assessment.pk), "presentation": presentation}
        write(stream=now_.case.stream, kind="assessment.presentation_closed", by=by, data=data)
        return changed(now_, by=by)


def _would_lower(row: OpenedPresentation, before: Result, after: Result) -> bool:
    """A danger that somebody told of decides, by a rule of this presentation alone."""
    if before.at_least.urgency >= after.at_least.urgency:
        return False
    last = {each.protocol.id: each.protocol.rules[-1].id for each in published.versions(row.versions)}
    return any(last.get(ground.protocol) not in (None, ground.rule) for ground in before.deciding)


def set_context(*, case_id: UUID, by: User, fence: int, age: str = "", sex: str = "") -> Standing:
    """Age ("5 months", "67 years") and sex as told on this call; empty leaves what the case has."""
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
        data = {"assessment": str(assessment.pk), "was": was, "age": age, "sex": sex}
        write(stream=now_.case.stream, kind="assessment.context_set", by=by, data=data)
        now_.context = context_of(now_.case, assessment, now_.answers)
        return changed(now_, by=by)


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
    return row


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

"""The context of the assessment's page and of the fragments that an answer changes."""

from typing import Any

from hub.cases.models import Case
from hub.cases.phones import as_written
from hub.cases.policies import quick_category_with
from hub.cases.queries import contacts_of, flags_of, repeat_contacts
from hub.cases.states import State
from hub.clock import local, now
from hub.people.models import User, naming
from hub.prepared import Prepared
from triage.endings import certain_from
from triage.models import Opening
from triage.narrative import known_findings, narrative
from triage.operations.drafting import drafts_of
from triage.published import unsigned
from triage.standing import Standing, age_known, sex_of
from triage.web.forms import ContextForm, OpeningForm
from triage.web.observing import ObservationForm, shown
from triage.web.screen import screen, unused_answers

_OPENING = Prepared(lambda key: naming(Opening.objects.filter(assessment_id=key), "by").order_by("-id")[:1])


def heart(now_: Standing, user: User) -> dict[str, Any]:
    """What every page of an assessment shows: whose it is, the bounds, the story. No queries."""
    return {
        "case": now_.case,
        "fence": now_.case.fence,
        "mine": mine(now_.case, user),
        "standing": now_,
        "result": now_.result,
        "quick_category": quick_category_with(now_.case, certain_from(now_)),
        "screen": screen(now_),
        "story": narrative(now_),
    }


def parts(now_: Standing, user: User) -> dict[str, Any]:
    """What an answer changes: bounds, questions, pinned flags, risks, score, narrative. Two queries."""
    return {
        **heart(now_, user),
        "unused": unused_answers(now_),
        "risks": risks(now_),
        "observations": shown(now_),
        "unsigned": unsigned([each.pk for each in now_.versions]),
    }


def mine(case: Case, user: User) -> bool:
    """Whether this person may answer on this screen."""
    return case.owner_id == user.pk and case.state == State.IN_ASSESSMENT


def who(now_: Standing, user: User) -> dict[str, Any]:
    """What the first lines need, and what was said and typed so far. The age and sex of the rules. Two queries."""
    opening = _OPENING.row(now_.assessment.pk)
    return {
        "age": age_known(now_.case, now_.assessment)[1],
        "sex": sex_of(now_.case, now_.assessment),
        "opening": opening,
        "number_back": as_written(opening.number_back) if opening else "",
        "drafts": drafts_of(case_id=now_.case.pk, by=user),
    }


def whole(now_: Standing, user: User) -> dict[str, Any]:
    """Everything on the page of the questions. Six further queries."""
    case = now_.case
    moment = now()
    contacts = contacts_of(case)
    known = who(now_, user)
    return {
        **parts(now_, user),
        **known,
        "contacts": contacts,
        "flags": [(flag, flag.expired(moment)) for flag in flags_of(case)],
        "repeats": repeat_contacts(case, phones=[contact.phone for contact in contacts]),
        "observation_form": ObservationForm(auto_id="observation-%s"),
        "opening_form": OpeningForm(
            initial=_opening_initial(contacts, known["opening"]), auto_id="opening-%s"
        ),
        "context_form": ContextForm(
            initial={"age": now_.assessment.stated_age, "sex": now_.assessment.stated_sex},
            auto_id="context-%s",
        ),
    }


def _opening_initial(contacts: list[Any], opening: Any) -> dict[str, Any]:
    """Somebody else on the line says the address anew: what the one before said is no tick of theirs."""
    if opening is not None:
        kept = OpeningForm.base_fields.keys() - {"address_spoken", "address", "postcode"}
        return {name: getattr(opening, name) for name in kept}
    first = contacts[0] if contacts else None
    return {"number_back": as_written(first.phone)} if first else {}


def risks(now_: Standing) -> list[tuple[str, str]]:
    """Risk factors that are present, each with where it comes from."""
    found = [(risk.replace("-", " ").replace("_", " "), "on record") for risk in now_.context.facts]
    for finding in known_findings(now_).values():
        answer = now_.answers.get(finding.id)
        if finding.risk and answer is not None and finding.rank(answer.value):
            found.append((finding.means, f"told {local(answer.at):%H:%M}"))
        if finding.derived is not None and finding.derived.holds(now_.context.age, now_.context.sex):
            found.append((finding.means, "age and sex"))
    return found

"""When may: what the rules of triage allow now. Each answers with sentences that a person can read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hub.cases.phones import as_e164, is_mobile
from triage.models import ClosingSet
from triage.protocols import Disposition, Finding
from triage.protocols.compiled import compile_protocol
from triage.protocols.conditions import signs
from triage.standing import Standing

AMBULANCE = frozenset({"C1", "C2", "C3", "C4"})
# Danger signs that a caller can take in at one hearing; the verifier counts a panel of so many as one question.
IN_ONE_BREATH = 8


@dataclass(frozen=True, slots=True)
class ClosingDetails:
    """What the clinician fills in at the end of a call without an ambulance."""

    reason_explained: bool = False
    no_ambulance_told: bool = False
    advice_given: bool = False
    worsening_told: bool = False
    time_scale: str = ""
    ring: str = ""
    repeated_back: bool = False
    agreement: str = ""
    disagreement_action: str = ""
    with_them: str = ""
    written: str = ""
    written_to: str = ""
    stricter: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StrictItem:
    """One more question of the closing set for a group at higher risk."""

    tag: str
    key: str
    ask: str


STRICT_ITEMS: tuple[StrictItem, ...] = (
    StrictItem("suicidal", "suicidal-plan", "Plan and intent: what did they say?"),
    StrictItem("suicidal", "suicidal-means", "Means: what is within reach, and who has put it away?"),
    StrictItem("suicidal", "suicidal-company", "Who stays with them, and until when?"),
    StrictItem("suicidal", "suicidal-crisis-line", "Which crisis line do they have, and will they ring it?"),
    StrictItem("overdose", "overdose-substance", "What was taken, how much and when?"),
    StrictItem("overdose", "overdose-poisons-advice", "Which poisons advice was followed?"),
    StrictItem("child", "child-adult", "Which adult stays with the child and heard the advice?"),
    StrictItem("child", "child-safe", "Is the child safe at home? Safeguarding considered?"),
    StrictItem("insulin", "insulin-sugar", "Blood sugar now, and sick-day rules explained?"),
    StrictItem("insulin", "insulin-next", "When do they test again, and what sugar brings them back to us?"),
    StrictItem("fallen-and-alone", "fallen-up", "Are they up, and did they walk as usual?"),
    StrictItem("fallen-and-alone", "fallen-check", "Who looks in on them, and when?"),
)


def strict_items(tags: Iterable[str]) -> list[StrictItem]:
    """The further questions for these groups."""
    wanted = set(tags)
    return [item for item in STRICT_ITEMS if item.tag in wanted]


def missing_from_closing_set(details: ClosingDetails, tags: Iterable[str]) -> list[str]:
    """What the closing set still lacks, in sentences; empty when it is whole."""
    tags = set(tags)
    asked = [
        (details.reason_explained, "Explain why no ambulance is coming, and tick that you did."),
        (details.no_ambulance_told, "Tell them plainly that no ambulance is coming."),
        (details.advice_given, "Read the advice aloud, and tick that you did."),
        (details.worsening_told, "Say which signs mean that it is getting worse."),
        (details.time_scale.strip(), "Say by when they should be better or be seen."),
        (details.ring.strip(), "Say whom they ring if it gets worse."),
        (details.repeated_back, "Ask them to say it back in their own words."),
        (details.agreement in ClosingSet.Agreement.values, "Record whether they agree."),
        (details.with_them.strip(), "Record who is with them, or that they are alone."),
        (
            details.written in ClosingSet.Written.values,
            "Record where the written copy goes, or that it was declined.",
        ),
    ]
    found = [sentence for given, sentence in asked if not given]
    found += _missing_details(details)
    found += [
        f"{item.ask} (needed for: {item.tag.replace('-', ' ')})"
        for item in strict_items(tags)
        if not details.stricter.get(item.key, "").strip()
    ]
    if "suicidal" in tags and details.agreement == ClosingSet.Agreement.DECLINED:
        found.append(
            "Somebody with thoughts of suicide who declines help is never closed: ask a senior or send help."
        )
    return found


def _missing_details(details: ClosingDetails) -> list[str]:
    found = []
    if details.agreement in ("reluctant", "declined") and not details.disagreement_action.strip():
        found.append("They do not fully agree: record what was done about it.")
    if details.written == "text" and not is_mobile(as_e164(details.written_to)):
        found.append("Record a mobile number for the written copy: no text message reaches a landline.")
    return found


def decided(now_: Standing, dispositions: Mapping[str, Disposition]) -> Disposition | None:
    """What would be concluded now: the rules' answer, or the override in force."""
    if now_.result is None:
        return None
    suggested = now_.result.at_least
    if now_.up and (raised := dispositions.get(now_.up.code)) and raised.urgency < suggested.urgency:
        return raised
    if now_.down and (lowered := dispositions.get(now_.down.code)):
        return lowered
    return suggested


def missing_to_conclude(now_: Standing, dispositions: Mapping[str, Disposition]) -> list[str]:
    """What stands between the assessment and a conclusion; going up to an ambulance is always free."""
    result, decision = now_.result, decided(now_, dispositions)
    if result is None or decision is None:
        return ["Open the presentation that fits what the caller says."]
    waiting = now_.override is not None and now_.override.state == "asked"
    if waiting:
        return ["A second clinician has not answered yet. Wait for them, or withdraw the request."]
    if result.complete or (
        now_.up and decision.code == now_.up.code and _safe_early(decision, result.not_ruled_out)
    ):
        return []
    left = len(result.open_questions)
    return [
        f"{result.not_ruled_out.title} is not ruled out: {left} questions are open. Ask, answer “not known”, or go up."
    ]


def _safe_early(decision: Disposition, not_ruled_out: Disposition) -> bool:
    """Ending early is safe with an ambulance on its way, or at the level that could not be ruled out."""
    return decision.code in AMBULANCE or decision.urgency <= not_ruled_out.urgency


def unanswered_red_flags(now_: Standing) -> list[str]:
    """Every sign that leads to C1 or C2 in an open protocol and was not asked, in words.

    The engine does not ask for a second C2 sign once one is present. Before going below that one, all must be asked.
    """
    known = {*now_.answers, *now_.context.facts}
    found: dict[str, None] = {}
    for protocol in now_.protocols:
        compiled = compile_protocol(protocol)
        for slot in compiled.asked:
            finding = slot.finding
            if slot.bits & compiled.red_bits and finding.id not in known and _asked_of(now_, finding):
                found.setdefault(finding.means)
    return list(found)


def ask_before_closing(now_: Standing) -> list[str]:
    """Unanswered findings that decide whether the closing set is stricter, once no ambulance is needed.

    Unasked, they count as present: two questions here save the caller and the clinician four in the closing set.
    """
    result = now_.result
    if result is None or not result.complete or not result.at_least.no_ambulance:
        return []
    known = {*now_.answers, *now_.context.facts}
    found: dict[str, None] = {}
    for compiled, state in result.opened:
        for item, (tag, masks) in zip(compiled.protocol.closing, compiled.closing, strict=True):
            certain = any(mask & state.true == mask for mask in masks)
            if item.when is not None and tag in result.closing_tags and not certain:
                wanted = (sign.finding for sign in signs(item.when))
                found.update(dict.fromkeys(key for key in wanted if key not in known))
    return list(found)


def _asked_of(now_: Standing, finding: Finding) -> bool:
    group = finding.asked_of
    return group is None or group.holds(now_.context.age, now_.context.sex) is not False


def needs_a_service(disposition: Disposition) -> bool:
    """Whether somebody has to accept the patient: soon, and not by their own way to a hospital."""
    own_way = disposition.care in (
        "emergency department",
        "urgent treatment centre",
        "same-day emergency care",
    )
    return bool(disposition.services) and disposition.within_minutes <= 240 and not own_way

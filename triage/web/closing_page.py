"""The context of the closing page: what is decided, read aloud, proposed for the closing set and sent in writing."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hub.cases import closing_guards
from hub.cases.phones import as_e164, as_written, is_mobile
from hub.cases.states import Outcome
from hub.people.models import User
from hub.said import within
from triage import published
from triage.guards import assessed, details_of, missing_from
from triage.models import Opening
from triage.narrative import edition, narrative
from triage.operations import drafting
from triage.policies import (
    AMBULANCE,
    decided,
    missing_to_conclude,
    needs_a_service,
    strict_items,
    unanswered_red_flags,
)
from triage.protocols import Disposition
from triage.protocols.decoding import decode
from triage.standing import Standing
from triage.web.forms import ClosingForm, DownForm, UpForm
from triage.web.page import heart, who
from triage.words import Said, words_for
from triage.written import copy_of, text_of, texts_of


@dataclass(frozen=True, slots=True)
class Typed:
    """A narrative that was sent and refused, with the edition of the story that it was edited from."""

    text: str = ""
    edition: str = ""


def context(now_: Standing, user: User, **more: Any) -> dict[str, Any]:
    catalogue = published.shared()
    dispositions = catalogue.dispositions if catalogue else {}
    chosen = decided(now_, dispositions)
    settled = decode(Disposition, now_.decision.disposition) if now_.decision else None
    said = words_for(now_, settled or chosen) if chosen else None
    page = {**heart(now_, user), **who(now_, user)}
    form = more.pop("closing_form", None) or _closing_form(now_, settled, said, page)
    typed = more.pop("typed", Typed())
    copy = copy_text(now_, said, form)
    return {
        **page,
        **_narrative(now_, chosen, typed, page["drafts"]),
        "chosen": chosen,
        "settled": settled,
        "said": said,
        "missing_to_conclude": missing_to_conclude(now_, dispositions),
        "missing_to_close": _missing_to_close(now_) if settled else [],
        "ambulance": settled is not None and settled.code in AMBULANCE,
        "needs_service": settled is not None and needs_a_service(settled),
        "closing_form": form,
        "copy": copy,
        "texts": len(texts_of(copy)),
        "closing_set": now_.decision.closing_set if now_.decision else None,
        "ask_before_down": unanswered_red_flags(now_) if now_.result and now_.result.complete else [],
        "up_form": UpForm(choices=_choices(now_, dispositions, up=True)),
        "down_form": DownForm(choices=_choices(now_, dispositions, up=False)),
        **more,
    }


def _narrative(
    now_: Standing, chosen: Disposition | None, typed: Typed, drafts: dict[str, str]
) -> dict[str, str]:
    """The narrative to edit. What was typed about other answers stands beside it, to be copied from, never in it."""
    if chosen is None:
        return {}
    this = edition(now_, chosen.code)
    text, former = drafting.narratives(drafts, this)
    if typed.text and typed.edition != this:
        former = typed.text
    elif typed.text:
        text = typed.text
    proposed = now_.decision.narrative if now_.decision else narrative(now_)
    return {"edition": this, "narrative": text or proposed, "former_narrative": former}


def _missing_to_close(now_: Standing) -> list[str]:
    outcome = str(Outcome.ADVICE)
    return [
        *missing_from(now_, outcome),
        *closing_guards.missing(now_.case, outcome, besides=assessed),
    ]


def copy_text(now_: Standing, said: Said | None, form: ClosingForm | None) -> str:
    """The written copy: as recorded while the form is untouched, else as the form would have it."""
    if now_.decision is None or said is None or form is None or not now_.decision.disposition["no_ambulance"]:
        return ""
    row = now_.decision.closing_set
    if row is not None and not form.is_bound:
        return copy_of(row)
    return text_of(
        reason=str(now_.decision.disposition["say"]),
        advice=said.advice,
        worsening=said.worsening,
        time_scale=str(form["time_scale"].value() or ""),
        ring=str(form["ring"].value() or ""),
    )


def _choices(now_: Standing, dispositions: dict[str, Disposition], *, up: bool) -> list[tuple[str, str]]:
    """Dispositions above or below what the rules suggest, nearest first."""
    if now_.result is None:
        return []
    suggested = now_.result.at_least.urgency
    other = [
        each
        for each in dispositions.values()
        if (each.urgency < suggested if up else each.urgency > suggested)
    ]
    ordered = sorted(other, key=lambda each: each.urgency, reverse=up)
    return [(each.code, each.title) for each in ordered]


def _closing_form(
    now_: Standing, settled: Disposition | None, said: Said | None, page: dict[str, Any]
) -> ClosingForm | None:
    """As recorded, else as the content proposes; what was being typed stands above both."""
    if now_.decision is None or settled is None or said is None or not settled.no_ambulance:
        return None
    items = strict_items(now_.decision.tags)
    row = now_.decision.closing_set
    if row is not None:
        details = details_of(row)
        initial = {name: getattr(details, name) for name in ClosingForm.base_fields} | dict(details.stricter)
    else:
        initial = {
            "ring": said.ring,
            "time_scale": within(timedelta(minutes=said.minutes)),
            "written_to": _mobile(page["opening"]),
        }
    return ClosingForm(initial=initial | page["drafts"], items=items, auto_id="closing-%s")


def _mobile(opening: Opening | None) -> str:
    """The number said on this call, when a text message can reach it; a number from the record is nobody's word."""
    number = as_e164(opening.number_back) if opening else ""
    return as_written(number) if is_mobile(number) else ""

"""Everything the page of a case shows, and which of its buttons this person may press, by the operations' own rules."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.cases import ages
from hub.cases.models import Call, Case, Contact, Dispatch
from hub.cases.operations.ladder import ATTEMPTS
from hub.cases.phones import as_written
from hub.cases.policies import (
    quick_category,
    why_not_claim,
    why_not_defer,
    why_not_send,
    why_not_take_over,
)
from hub.cases.queries import calls_of, contacts_of, dispatches_of, flags_of, repeat_contacts, versions_of
from hub.cases.states import State
from hub.cases.telling import lines
from hub.cases.web import forms
from hub.cases.web.drawn_forms import drawn_forms
from hub.clock import local, now
from hub.people.models import User
from hub.people.permissions import Permission
from hub.record.operations import history


@dataclass(frozen=True, slots=True)
class RungContact:
    """Somebody who can be rung, and how it went so far."""

    contact: Contact
    written: str
    calls: list[Call]


def context(case: Case, user: User) -> dict[str, Any]:
    """The page's parts. Eight queries beside the case itself, however long its history."""
    contacts = contacts_of(case)
    calls = calls_of(case)
    dispatches = dispatches_of(case)
    moment = now()
    return {
        "case": case,
        "age": ages.said(case.birth_date, case.stated_age, local(moment).date()),
        "contacts": [_rung(contact, calls) for contact in contacts],
        "calls": calls,
        "flags": [(flag, flag.expired(moment)) for flag in flags_of(case)],
        "dispatches": dispatches,
        "open_dispatch": next((each for each in dispatches if each.state == Dispatch.State.REQUESTED), None),
        "versions": versions_of(case),
        "timeline_lines": lines(reversed(history(stream=case.stream))),
        "repeats": repeat_contacts(case, phones=[contact.phone for contact in contacts]),
        "ladder": ladder(case, moment),
        "mine": case.held_by(user, at=moment) or case.owner_id == user.pk,
        "can": buttons(case, user),
        "quick_category": quick_category(case),
        "forms": drawn_forms(case.category),
        "rung_choices": forms.rung_choices(contacts),
    }


def _rung(contact: Contact, calls: list[Call]) -> RungContact:
    mine = [call for call in calls if call.contact_id == contact.pk]
    return RungContact(contact, as_written(contact.phone), mine)


def ladder(case: Case, moment: datetime) -> str:
    """Where the no-answer ladder stands, and its next step."""
    if case.unanswered == 0:
        return ""
    made = f"{case.unanswered} of {ATTEMPTS} attempts without an answer."
    if case.unanswered >= ATTEMPTS:
        return f"{made} Next: a senior clinician decides. It is never closed by itself, and keeps its place."
    if case.ring_again_at and case.ring_again_at > moment:
        return f"{made} Next: ring again at {local(case.ring_again_at):%H:%M}."
    return f"{made} Next: ring again now, also the other numbers."


def buttons(case: Case, user: User) -> dict[str, bool]:
    """Which buttons stand on the page: those whose operation would not refuse."""
    mine = case.owner_id == user.pk
    adds = user.may(Permission.ADD_TO_CASE)
    return {
        "claim": why_not_claim(case, user) is None,
        "take_over": why_not_take_over(case, user) is None,
        "release": mine,
        "start": mine and case.state == State.CLAIMED,
        "assess": mine and case.state == State.IN_ASSESSMENT,
        "offer": mine and case.state == State.IN_ASSESSMENT and user.may(Permission.REFER),
        "close": mine and case.state in (State.CLAIMED, State.IN_ASSESSMENT),
        "send": why_not_send(case, user) is None,
        "rang_dispatch": case.state == State.AWAITING_DISPATCH and user.may(Permission.SEND_AMBULANCE),
        "defer": why_not_defer(case, user, 1, "asked for the button") is None,
        "answer_alarm": adds and bool(case.alarms),
        "add": adds and case.is_open,
        "note": adds,
        "welfare": user.may(Permission.FOLLOW_UP) and case.is_open,
        "reopen": adds and not case.is_open,
        "read_assessment": user.may(Permission.VIEW_CASE),
    }

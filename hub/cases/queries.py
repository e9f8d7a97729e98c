"""Reading cases: the queue, one case with everything, the repeat radar. Nothing grows with history."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from hub.cases.models import Call, Case, Contact, Dispatch, Flag, SourceVersion
from hub.cases.models.case import CaseQuerySet, sees_ended
from hub.cases.phones import as_e164
from hub.cases.states import WELFARE_CALLED, State
from hub.clock import now
from hub.people.models import User, naming
from hub.people.permissions import Permission
from hub.prepared import Prepared

RADAR = timedelta(hours=72)
MOST_REPEATS = 20
MOST_MATCHES = 200

_SHOWN = Prepared(lambda key: naming(Case.objects.filter(pk=key), "owner"))
_CONTACTS = Prepared(lambda key: Contact.objects.filter(case_id=key))
_FLAGS = Prepared(lambda key: Flag.objects.filter(case_id=key))
_CALLS = Prepared(lambda key: naming(Call.objects.filter(case_id=key), "by"))
_DISPATCHES = Prepared(
    lambda key: naming(Dispatch.objects.filter(case_id=key), "requested_by").order_by("-requested_at")
)
_VERSIONS = Prepared(lambda key: SourceVersion.objects.filter(case_id=key))


def shown_to(user: User, case_id: UUID) -> Case | None:
    """The case with its owner's name, when this person may see it: `visible_to`, for a case that is read alone."""
    case = _SHOWN.row(case_id) if user.may(Permission.VIEW_CASE) else None
    return case if case is not None and (case.is_open or sees_ended(user)) else None


def contacts_of(case: Case) -> list[Contact]:
    """Whom to ring, in their order."""
    return _CONTACTS.rows(case.pk)


def flags_of(case: Case) -> list[Flag]:
    """What to know before going or ringing, oldest first."""
    return _FLAGS.rows(case.pk)


def calls_of(case: Case) -> list[Call]:
    """Every call and attempt, oldest first, with the caller's name."""
    return _CALLS.rows(case.pk)


def dispatches_of(case: Case) -> list[Dispatch]:
    """Every request for an ambulance, newest first."""
    return _DISPATCHES.rows(case.pk)


def versions_of(case: Case) -> list[SourceVersion]:
    """What the sender told, version by version."""
    return _VERSIONS.rows(case.pk)


def find_by_incident(*, client: str, cad_number: str) -> Case | None:
    """The case that this client sent under this incident number."""
    return Case.objects.filter(source_client=client, cad_number=cad_number).first()


def repeat_contacts(case: Case, *, phones: Iterable[str] = ()) -> list[Case]:
    """Other cases in 72 hours, or still open, that may be the same patient: it prompts, it never merges.

    By NHS number, by sound of name with date of birth, or by a telephone number. Never by address alone.
    """
    others = _others(case, phones)
    return [] if others is None else list(others.order_by("-arrived_at")[:MOST_REPEATS])


def count_repeats(case: Case, *, phones: Iterable[str] = ()) -> int:
    """How many such cases there are, at most MOST_REPEATS: all that the intake needs to know."""
    others = _others(case, phones)
    return 0 if others is None else len(others.values_list("pk", flat=True)[:MOST_REPEATS])


def _others(case: Case, phones: Iterable[str]) -> QuerySet[Case] | None:
    same = _same_patient(case, {as_e164(phone) for phone in phones if phone})
    if not same:
        return None
    recent_or_open = Q(arrived_at__gte=now() - RADAR) | ~Q(state=State.CLOSED)
    keys = same[0].union(*same[1:]) if len(same) > 1 else same[0]
    return Case.objects.exclude(pk=case.pk).filter(recent_or_open, pk__in=keys)


def _same_patient(case: Case, numbers: set[str]) -> list[QuerySet[Any, UUID]]:
    """Keys of the cases that match, by each of the three ways; each way is one indexed look-up."""
    ways: list[QuerySet[Any, UUID]] = []
    if case.nhs_number:
        ways.append(Case.objects.filter(nhs_number=case.nhs_number).values_list("pk", flat=True))
    if case.name_key and case.birth_date:
        by_name = Case.objects.filter(name_key=case.name_key, birth_date=case.birth_date)
        ways.append(by_name.values_list("pk", flat=True))
    if numbers:
        rung = Contact.objects.filter(phone__in=numbers).order_by("-id")
        ways.append(rung.values_list("case_id", flat=True))
    return [way[:MOST_MATCHES] for way in ways]


def welfare_due(limit: int = 50) -> list[Case]:
    """Open cases whose welfare call is due, longest overdue first."""
    return list(_welfare_due().order_by("welfare_due_at")[:limit])


def welfare_due_count(limit: int | None = None) -> int:
    """How many welfare calls are due; on a page that must be quick, counted up to `limit`."""
    return _welfare_due()[:limit].count()


def _welfare_due() -> CaseQuerySet:
    return Case.objects.open().filter(welfare_due_at__lte=now(), state__in=WELFARE_CALLED)

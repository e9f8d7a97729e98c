"""The directory kept in order: a service is added, changed, ended and put back; a row is never deleted."""

from dataclasses import fields
from datetime import datetime
from difflib import get_close_matches
from itertools import chain
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Min

from hub.cases.models import ApiClient
from hub.people.permissions import Permission
from hub.record.actors import Actor
from hub.record.models import Event
from hub.record.operations import write
from hub.record.rights import must
from hub.refusals import Refusal
from hub.said import clock_time
from referrals.entry import Entry, as_typed, changes, in_words
from referrals.models import Referral, Service
from referrals.signing import new_secret
from triage import published
from triage.protocols import Kind as FindingKind

_NOT_YOURS_TO_CHANGE = "Your role does not change the directory of services."
LEAST_REASON = 3  # characters
MOST_REASON = 300


def entry_of(service: Service) -> Entry:
    """A service's entry as it stands."""
    kept = {each.name: getattr(service, each.name) for each in fields(Entry)}
    lists = {name: tuple(kept[name]) for name in ("districts", "conditions", "exclusions")}
    return Entry(**{**kept, **lists})


def add_service(*, by: Actor, entry: Entry) -> tuple[Service, str]:
    """A service that takes offers from now on, and the secret its messages are signed with ("" without an address).

    Refusal 403 without the right, 409 when the ODS code is in the directory already, 422 for what cannot be so.
    """
    must(by, Permission.MANAGE_DIRECTORY, _NOT_YOURS_TO_CHANGE)
    _check(entry, None)
    secret = new_secret() if entry.webhook_url else ""
    service = Service(**_kept(entry), webhook_secret=secret)
    with transaction.atomic():
        _save(service, force_insert=True)
        write(stream=service.stream, kind="service.listed", by=by, data=as_typed(entry))
    return service, secret


def change_service(*, by: Actor, service_id: UUID, entry: Entry, seen: str) -> tuple[Service, str]:
    """Change an entry; standing referrals keep what was agreed. A first webhook address brings its secret.

    seen: the mark of the entry that the change was decided on.
    Refusal as in adding, 404 without such a service, 409 when the entry has changed meanwhile.
    """
    must(by, Permission.MANAGE_DIRECTORY, _NOT_YOURS_TO_CHANGE)
    with transaction.atomic():
        service = _locked(service_id)
        before = entry_of(service)
        if before.mark != seen:
            raise _stale(service, before)
        _check(entry, before)
        _refuse_another_reader(service, before, entry)
        changed = changes(before, entry)
        if not changed:
            return service, ""
        kept = _kept(entry)
        secret = new_secret() if entry.webhook_url and not service.webhook_secret else ""
        service.webhook_secret = secret or service.webhook_secret
        for name, value in kept.items():
            setattr(service, name, value)
        service.version += 1
        _save(service, update_fields=[*kept, "webhook_secret", "version"])
        write(stream=service.stream, kind="service.changed", by=by, data={"changed": changed})
    return service, secret


def end_service(*, by: Actor, service_id: UUID, reason: str) -> Service:
    """It takes no new offers; what stands with it goes on, and its system still hears and answers.

    Refusal 403 without the right, 404 without such a service, 409 when it has ended already, 422 without a reason.
    """
    return _list(by=by, service_id=service_id, reason=reason, active=False)


def list_again(*, by: Actor, service_id: UUID, reason: str) -> Service:
    """An ended service takes offers again. Refusals as in ending."""
    return _list(by=by, service_id=service_id, reason=reason, active=True)


def give_secret(*, by: Actor, service_id: UUID) -> tuple[Service, str]:
    """A new secret for a service's messages, to be told once; the old one signs nothing any more.

    Refusal 403 without the right, 404 without such a service, 409 when it has no webhook address.
    """
    must(by, Permission.MANAGE_DIRECTORY, _NOT_YOURS_TO_CHANGE)
    with transaction.atomic():
        service = _locked(service_id)
        if not service.webhook_url:
            raise Refusal(
                f"{service.name} has no webhook address, so nothing is signed. Enter the address first.",
                code="no-address",
            )
        service.webhook_secret = new_secret()
        service.save(update_fields=["webhook_secret"])
        write(stream=service.stream, kind="service.secret_given", by=by)
    return service, service.webhook_secret


def _list(*, by: Actor, service_id: UUID, reason: str, active: bool) -> Service:
    must(by, Permission.MANAGE_DIRECTORY, _NOT_YOURS_TO_CHANGE)
    words = " ".join(reason.split())
    if not LEAST_REASON <= len(words) <= MOST_REASON:
        raise Refusal(
            f"Say why, in {LEAST_REASON} to {MOST_REASON} characters. Nothing was changed.",
            code="reason-missing", status=422, field="reason",
        )  # fmt: skip
    with transaction.atomic():
        service = _locked(service_id)
        if service.active == active:
            stands = "is in the directory already" if active else "has ended already"
            raise Refusal(f"{service.name} {stands}{_last_change(service)}.", code="already-so")
        service.active = active
        service.version += 1
        service.save(update_fields=["active", "version"])
        kind = "service.listed_again" if active else "service.ended"
        write(stream=service.stream, kind=kind, by=by, data={"reason": words})
    return service


def _locked(service_id: UUID) -> Service:
    service = Service.objects.select_for_update().filter(pk=service_id).first()
    if service is None:
        raise Refusal("There is no such service.", code="no-such-service", status=404)
    return service


def _kept(entry: Entry) -> dict[str, Any]:
    """The fields of the row."""
    kept = {each.name: getattr(entry, each.name) for each in fields(Entry)}
    lists = {name: list(kept[name]) for name in ("districts", "conditions", "exclusions")}
    return {**kept, **lists, "hours": dict(entry.hours)}


def _save(service: Service, **how: Any) -> None:
    """Refusal 409 when another service has the ODS code; of two who add it at once the database lets one."""
    try:
        with transaction.atomic():
            service.save(**how)
    except IntegrityError as taken:
        other = Service.objects.filter(ods_code=service.ods_code).exclude(pk=service.pk).first()
        if other is None:
            raise
        where = "in the directory" if other.active else "in the directory, ended"
        raise Refusal(
            f"{other.name} has the ODS code {service.ods_code} already and is {where}. Nothing was saved. "
            "Change that entry, or put it back.",
            code="ods-code-taken", field="ods_code",
        ) from taken  # fmt: skip


def _stale(service: Service, stands: Entry) -> Refusal:
    return Refusal(
        f"{service.name} was changed meanwhile{_last_change(service)}. Nothing was saved. "
        "Look at what stands now, then change it.",
        code="stale", stands=as_typed(stands), mark=stands.mark,
    )  # fmt: skip


def _last_change(service: Service) -> str:
    """Who changed it last by hand: ' (last by Ann Lee at 14:32: telephone)'. What it tells itself is no such change."""
    told = Event.objects.filter(stream=service.stream).exclude(kind="service.told_capacity")
    last = told.order_by("-sequence").first()
    if last is None:
        return ""
    at: datetime = last.at
    names = in_words(last.data.get("changed", {}))
    return f" (last by {last.by_label} at {clock_time(at)}{f': {names}' if names else ''})"


def _check(entry: Entry, before: Entry | None) -> None:
    """What the entry alone cannot know: what production allows, which clients and which codes there are."""
    if settings.MODE == "production" and entry.webhook_url and not entry.webhook_url.startswith("https://"):
        raise _wrong("webhook_url", "In production messages go to https addresses only.")
    if entry.client and (before is None or entry.client != before.client):
        _check_client(entry.client)
    for name in ("conditions", "exclusions"):
        standing = set(getattr(before, name)) if before else set()
        if strange := sorted(set(getattr(entry, name)) - standing):
            _check_codes(name, strange)


def _check_client(name: str) -> None:
    if not ApiClient.objects.filter(name=name, kind=ApiClient.Kind.PARTNER, active=True).exists():
        raise _wrong(
            "client", f"There is no partner's API client {name}. Add it with manage.py add_api_client first."
        )


def _refuse_another_reader(service: Service, before: Entry, entry: Entry) -> None:
    """Whoever holds the client reads every referral of the service, so it never passes to another with patients in it.

    The service's row is locked: a referral that is being sent to it waits, or has been waited for.
    """
    if not entry.client or entry.client == before.client:
        return
    first = Referral.objects.filter(service=service).aggregate(first=Min("created_at"))["first"]
    if first is None:
        return
    since = Event.objects.filter(stream=service.stream, kind="service.changed", at__gte=first)
    changed = since.filter(data__changed__has_key="client").values_list("data__changed__client", flat=True)
    if others := {before.client, *chain.from_iterable(changed)} - {"", entry.client}:
        raise _wrong(
            "client",
            f"Referrals went to {service.name} through {' and '.join(sorted(others))}; {entry.client} would read those "
            "patients. Keep the client, and give it a new secret with manage.py add_api_client --again.",
        )


def _check_codes(name: str, strange: list[str]) -> None:
    """A code that the clinical content does not know would never match anybody, silently."""
    catalogue = published.shared()
    if catalogue is None:
        raise _wrong(
            name, "No clinical content is published yet, so no code can be checked. Publish it first."
        )
    if name == "exclusions":
        known = {key for key, each in catalogue.findings.items() if each.kind is FindingKind.YES_NO}
    else:
        known = {*catalogue.presentations, *catalogue.dispositions}
    if unknown := [each for each in strange if each not in known]:
        near = get_close_matches(unknown[0], sorted(known), n=3)
        hint = f" Near it: {', '.join(near)}." if near else ""
        raise _wrong(name, f"The clinical content does not know “{unknown[0]}”.{hint}")


def _wrong(name: str, sentence: str) -> Refusal:
    return Refusal(f"{sentence} Nothing was saved.", code="entry-wrong", status=422, field=name)

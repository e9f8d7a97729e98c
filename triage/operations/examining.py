"""Examine a version before it is signed: the verifier's verdict, and a replay over recorded assessments."""

from dataclasses import asdict
from functools import lru_cache
from typing import Any

from django.db import transaction

from hub.people.models import User
from hub.people.permissions import Permission
from hub.record.operations import write
from hub.refusals import Refusal
from triage import published
from triage.models import Examination, ProtocolVersion
from triage.protocols import ContentError, Protocol, WorkedCase, load_cases, load_library
from triage.protocols.model import DangerSet
from triage.protocols.verifier import check
from triage.queries import recorded_with
from triage.replaying import Recorded, replay

MOST_ASSESSMENTS = 500
MOST_LISTED = 100


def examine(*, version_id: int, by: User) -> Examination:
    """Verify a version and replay it over the newest recorded assessments; kept with the version for its signers."""
    if not by.may(Permission.SIGN_PROTOCOL):
        raise Refusal("Your role does not examine protocols.", code="not-permitted", status=403)
    version = ProtocolVersion.objects.filter(pk=version_id).first()
    if version is None:
        raise Refusal("There is no such version.", code="no-such-version", status=404)
    protocol = published.versions([version.pk])[0].protocol
    faults, proofs = _verdict(protocol)
    found = _replayed(protocol, recorded_with(version.protocol, most=MOST_ASSESSMENTS))
    with transaction.atomic():
        row = Examination.objects.create(
            version=version,
            digest=version.digest,
            against_id=published.active().get(version.protocol),
            faults=faults,
            proofs=proofs,
            replay=found,
            by=by,
        )
        data = {
            "examination": row.pk,
            "number": version.number,
            "digest": version.digest,
            "faults": faults,
            "replayed": found["replayed"],
            **{direction: found["counts"][direction] for direction in ("up", "down", "open")},
        }
        write(stream=version.stream, kind="protocol.examined", by=by, data=data)
    return row


@lru_cache(maxsize=1)
def _release() -> tuple[dict[str, tuple[WorkedCase, ...]], list[DangerSet]]:
    """Worked cases and danger signs of this release; they do not change while a process lives."""
    library = load_library()
    return load_cases(library), list(library.dangers.values())


def _verdict(protocol: Protocol) -> tuple[list[str], dict[str, Any]]:
    """The verifier's faults, and how much it tried. Content that cannot be read proves nothing."""
    try:
        cases, dangers = _release()
        report = check(protocol, cases.get(protocol.id, ()), dangers)
    except ContentError as error:
        return [f"The worked cases of this release cannot be read: {error}"], {}
    tried = report.mutations.tried if report.mutations else 0
    return list(report.faults), {
        "worked_cases": report.cases,
        "weakened_rules": tried,
        "kinds_of_patient": report.kinds,
        "reading_age": round(report.reading_age, 1),
    }


def _replayed(protocol: Protocol, recorded: list[Recorded]) -> dict[str, Any]:
    """The replay as it is stored: counts whole, each list bounded, worst direction first on the page."""
    found = replay(protocol, recorded)
    directions = ("down", "up", "open")
    return {
        "most": MOST_ASSESSMENTS,
        "given": found.given,
        "replayed": found.replayed,
        "newest": recorded[0].at if recorded else None,
        "oldest": recorded[-1].at if recorded else None,
        "counts": {each: len(found.of(each)) for each in directions},
        "listed": MOST_LISTED,
        **{each: [asdict(change) for change in found.of(each)[:MOST_LISTED]] for each in directions},
    }

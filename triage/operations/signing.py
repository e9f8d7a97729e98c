"""A version's way: submitted, signed by two others, in force from a date, retired."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from hub.agenda.handlers import handles
from hub.agenda.models import DueItem
from hub.agenda.operations import cancel, schedule
from hub.clock import now
from hub.people.models import User
from hub.people.permissions import Permission
from hub.people.roles import Role
from hub.record.actors import CLOCK, Actor
from hub.record.models import Event
from hub.record.operations import write
from hub.record.transitions import apply
from hub.refusals import Refusal
from triage.models import Examination, ProtocolVersion, Signature
from triage.states import VERSION_STATES

DUE = "protocol.activate"


def lock_protocol(protocol: str) -> list[ProtocolVersion]:
    """Every version of a protocol, locked in one order: of two that come into force at once one waits."""
    return list(ProtocolVersion.objects.select_for_update().filter(protocol=protocol).order_by("pk"))


def locked(version_id: int) -> ProtocolVersion:
    """The version, locked with all others of its protocol; Refusal 404 when there is none."""
    protocol = ProtocolVersion.objects.filter(pk=version_id).values_list("protocol", flat=True).first()
    if protocol is None:
        raise Refusal("There is no such version.", code="no-such-version", status=404)
    return next(each for each in lock_protocol(protocol) if each.pk == version_id)


def may_govern(by: User) -> None:
    """Refusal 403 for everybody but governance leads."""
    if not by.may(Permission.GOVERN_PROTOCOLS):
        raise Refusal("Only a governance lead does this.", code="not-permitted", status=403)


def submit(*, version_id: int, by: User) -> ProtocolVersion:
    """Ask for signatures."""
    may_govern(by)
    with transaction.atomic():
        version = locked(version_id)
        apply(
            VERSION_STATES,
            version,
            "submit",
            by=by,
            data={"number": version.number, "digest": version.digest},
        )
    return version


def sign(*, version_id: int, by: User, words: str = "", examination: int | None = None) -> Signature:
    """Sign exactly this content, having read its newest examination. The author does not sign, nobody signs twice.

    examination: the one that was on the signer's screen; when a newer one exists it has to be read first.
    """
    if not by.may(Permission.SIGN_PROTOCOL):
        raise Refusal("Your role does not sign protocols.", code="not-permitted", status=403)
    with transaction.atomic():
        version = locked(version_id)
        if not _signable(version):
            raise Refusal("Only a version in review is signed. Nothing was changed.", code="not-in-review")
        if version.author_id == by.pk:
            raise Refusal("The author does not sign. Nothing was changed.", code="own-work", status=403)
        if version.signatures.filter(by=by).exists():
            raise Refusal("You have signed this version already.", code="signed-already")
        read = _examined(version, examination)
        signature = Signature.objects.create(
            version=version,
            digest=version.digest,
            by=by,
            role=by.role,
            words=words.strip(),
            examination=read,
        )
        data = {
            "number": version.number,
            "digest": version.digest,
            "examination": read.pk,
            "words": words.strip(),
        }
        write(stream=version.stream, kind="protocol.signed", by=by, data=data)
    return signature


def _signable(version: ProtocolVersion) -> bool:
    """In review; or in force for demonstration, which two signatures make more than illustrative."""
    active = version.state == ProtocolVersion.State.ACTIVE
    return version.state == ProtocolVersion.State.IN_REVIEW or (active and version.illustrative)


def _examined(version: ProtocolVersion, seen: int | None) -> Examination:
    """The newest examination, when it was the one seen and proves the version."""
    newest = version.examinations.last()
    if newest is None:
        raise Refusal(
            "This version has not been examined: run the verifier and the replay first.", code="not-examined"
        )
    if seen is not None and newest.pk != seen:
        raise Refusal("It was examined again meanwhile. Read the new result, then sign.", code="read-again")
    if newest.faults:
        raise Refusal(
            "The verifier does not prove this version. Mend it; a changed file is a new version. "
            "Nothing was changed.",
            code="not-proved",
        )
    return newest


def missing_signatures(signatures: Iterable[Signature]) -> list[str]:
    """What the sign-off still lacks: two people, one of them a governance lead."""
    given = list(signatures)
    found = []
    if len(given) < 2:
        found.append(f"{2 - len(given)} more signature(s) needed.")
    if not any(each.role == Role.GOVERNANCE_LEAD for each in given):
        found.append("A governance lead has to sign.")
    return found


def activate(*, version_id: int, by: User, at: datetime | None = None) -> ProtocolVersion:
    """Put a signed version in force, now or from a date; the one before is retired. Open assessments keep theirs."""
    may_govern(by)
    with transaction.atomic():
        version = locked(version_id)
        if missing := missing_signatures(version.signatures.all()):
            raise Refusal(" ".join(missing), code="not-signed", missing=missing)
        if not _signable(version):
            raise Refusal("Only a version in review is put in force. Nothing was changed.", code="not-now")
        _examined(version, seen=None)
        if at is None or at <= now():
            cancel(f"{DUE}:{version.pk}")
            _put_signed_in_force(version, by=by)
        else:
            version.active_from, version.refused_because = at, ""
            in_review = version.state == ProtocolVersion.State.IN_REVIEW
            version.save(update_fields=["refused_because", *(["active_from"] if in_review else [])])
            schedule(kind=DUE, subject=str(version.pk), due_at=at, key=f"{DUE}:{version.pk}")
            data = {"number": version.number, "digest": version.digest, "from": at.isoformat()}
            write(stream=version.stream, kind="protocol.activation_planned", by=by, data=data)
    return version


@handles(DUE)
def activate_as_planned(item: DueItem) -> None:
    """The date has come. What was withdrawn since stays withdrawn; what is no longer proved stays out.

    That is an alarm on the board and the governance pages until somebody plans it anew, puts it in force or retires it.
    """
    version = locked(int(item.subject))
    if not _signable(version) or missing_signatures(version.signatures.all()):
        return
    try:
        _examined(version, seen=None)
    except Refusal as refusal:
        data = {"number": version.number, "digest": version.digest, "why": refusal.sentence}
        write(stream=version.stream, kind="protocol.activation_refused", by=CLOCK, data=data)
        version.refused_because = refusal.sentence
        version.save(update_fields=["refused_because"])
        return
    _put_signed_in_force(version, by=CLOCK)


def _put_signed_in_force(version: ProtocolVersion, *, by: Actor) -> None:
    version.illustrative = False
    put_in_force(version, "activate", by=by, changed=("illustrative",))


def put_in_force(version: ProtocolVersion, move: str, *, by: Actor, changed: tuple[str, ...] = ()) -> None:
    """Make a locked version the one in force; the one before is retired."""
    former = ProtocolVersion.objects.select_for_update().filter(
        protocol=version.protocol, state=ProtocolVersion.State.ACTIVE
    )
    for each in former.exclude(pk=version.pk):
        _retire(each, by=by, reason=f"version {version.number} takes its place", successor=version.number)
    version.active_from, version.retired_at, version.refused_because = now(), None, ""
    data = {"number": version.number, "digest": version.digest}
    changed = ("active_from", "retired_at", "refused_because", *changed)
    apply(VERSION_STATES, version, move, by=by, data=data, changed=changed)


def gave_way(version: ProtocolVersion) -> bool:
    """Whether a retired version only made room for another; otherwise a person took it out of use."""
    kind = f"{VERSION_STATES.name}.retire"
    ends = Event.objects.filter(stream=version.stream, kind=kind, data__number=version.number)
    last = ends.order_by("-sequence").first()
    return last is not None and last.data.get("successor") is not None


def _retire(version: ProtocolVersion, *, by: Actor, reason: str, successor: int | None = None) -> None:
    version.retired_at, version.refused_because = now(), ""
    data = {"number": version.number, "reason": reason, "successor": successor}
    apply(VERSION_STATES, version, "retire", by=by, data=data, changed=("retired_at", "refused_because"))
    cancel(f"{DUE}:{version.pk}")


def retire(*, version_id: int, by: User, reason: str) -> ProtocolVersion:
    """Take a version out of force, or out of review, without another in its place."""
    may_govern(by)
    if not reason.strip():
        raise Refusal("Say why it is retired. Nothing was changed.", code="reason-missing", status=422)
    with transaction.atomic():
        version = locked(version_id)
        _retire(version, by=by, reason=reason.strip())
    return version

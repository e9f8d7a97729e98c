"""Clinical content from files into the database, and a version's way from draft to active to retired."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Max

from hub.clock import now
from hub.people.models import User
from hub.people.permissions import Permission
from hub.people.roles import Role
from hub.record.actors import Actor
from hub.record.operations import write
from hub.record.transitions import apply
from hub.refusals import Refusal
from triage.models import Catalogue, ProtocolVersion, Signature
from triage.protocols import Library, Protocol, protocol_digest, to_json
from triage.protocols.decoding import canonical, digest
from triage.states import VERSION_STATES


@dataclass
class Published:
    """What publishing did: versions made, versions activated, protocols left as they were."""

    made: list[str] = field(default_factory=list)
    activated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)


def publish(*, library: Library, by: Actor, activate_illustrative: bool) -> Published:
    """Keep each protocol whose content changed as a new version, and the catalogue.

    activate_illustrative: put them in force unsigned, for demonstration only; they stay marked illustrative.
    """
    done = Published()
    with transaction.atomic():
        for protocol in library.protocols.values():
            version = _keep(protocol, by=by, done=done)
            if activate_illustrative and version.state != ProtocolVersion.State.ACTIVE:
                _put_in_force(version, "activate_illustrative", by=by)
                done.activated.append(str(version))
        _keep_catalogue(library)
    return done


def _keep(protocol: Protocol, *, by: Actor, done: Published) -> ProtocolVersion:
    content = to_json(protocol)
    sealed = protocol_digest(protocol)
    known = ProtocolVersion.objects.select_for_update().filter(protocol=protocol.id)
    same = known.filter(digest=sealed).first()
    if same is not None:
        done.unchanged.append(protocol.id)
        return same
    last = ProtocolVersion.objects.filter(protocol=protocol.id).aggregate(last=Max("number"))["last"]
    version = ProtocolVersion.objects.create(
        protocol=protocol.id,
        number=(last or 0) + 1,
        title=protocol.title,
        digest=sealed,
        content=content,
        author=by if isinstance(by, User) else None,
        author_role=protocol.author_role,
    )
    data = {"number": version.number, "digest": sealed}
    write(stream=version.stream, kind="protocol.version_kept", by=by, data=data)
    done.made.append(str(version))
    return version


def _keep_catalogue(library: Library) -> None:
    content = {
        "findings": tuple(library.findings.values()),
        "dispositions": tuple(library.dispositions.values()),
        "presentations": tuple(library.presentations.values()),
    }
    sealed = digest(_Parts(**content))
    if not Catalogue.objects.filter(digest=sealed).exists():
        Catalogue.objects.create(digest=sealed, content=canonical(_Parts(**content)))


@dataclass(frozen=True, slots=True)
class _Parts:
    """The catalogue as plain content."""

    findings: tuple[object, ...]
    dispositions: tuple[object, ...]
    presentations: tuple[object, ...]


def _locked(version_id: int) -> ProtocolVersion:
    found = ProtocolVersion.objects.select_for_update().filter(pk=version_id).first()
    if found is None:
        raise Refusal("There is no such version.", code="no-such-version", status=404)
    return found


def _may_govern(by: User) -> None:
    if not by.may(Permission.GOVERN_PROTOCOLS):
        raise Refusal("Only a governance lead does this.", code="not-permitted", status=403)


def submit(*, version_id: int, by: User) -> ProtocolVersion:
    """Ask for signatures."""
    _may_govern(by)
    with transaction.atomic():
        version = _locked(version_id)
        apply(
            VERSION_STATES,
            version,
            "submit",
            by=by,
            data={"number": version.number, "digest": version.digest},
        )
    return version


def sign(*, version_id: int, by: User, words: str = "") -> Signature:
    """Sign exactly this content. The author does not sign, nobody signs twice."""
    if not by.may(Permission.SIGN_PROTOCOL):
        raise Refusal("Your role does not sign protocols.", code="not-permitted", status=403)
    with transaction.atomic():
        version = _locked(version_id)
        if version.state != ProtocolVersion.State.IN_REVIEW:
            raise Refusal("Only a version in review is signed. Nothing was changed.", code="not-in-review")
        if version.author_id == by.pk:
            raise Refusal("The author does not sign. Nothing was changed.", code="own-work", status=403)
        if version.signatures.filter(by=by).exists():
            raise Refusal("You have signed this version already.", code="signed-already")
        signature = Signature.objects.create(
            version=version, digest=version.digest, by=by, role=by.role, words=words.strip()
        )
        data = {"number": version.number, "digest": version.digest, "words": words.strip()}
        write(stream=version.stream, kind="protocol.signed", by=by, data=data)
    return signature


def missing_signatures(signatures: Iterable[Signature]) -> list[str]:
    """What the sign-off still lacks: two people, one of them a governance lead."""
    given = list(signatures)
    found = []
    if len(given) < 2:
        found.append(f"{2 - len(given)} more signature(s) needed.")
    if not any(each.role == Role.GOVERNANCE_LEAD for each in given):
        found.append("A governance lead has to sign.")
    return found


def activate(*, version_id: int, by: User) -> ProtocolVersion:
    """Put a signed version in force; the one before is retired. Open assessments keep theirs."""
    _may_govern(by)
    with transaction.atomic():
        version = _locked(version_id)
        if missing := missing_signatures(version.signatures.all()):
            raise Refusal(" ".join(missing), code="not-signed", missing=missing)
        version.illustrative = False
        _put_in_force(version, "activate", by=by, changed=("illustrative",))
    return version


def _put_in_force(version: ProtocolVersion, move: str, *, by: Actor, changed: tuple[str, ...] = ()) -> None:
    former = ProtocolVersion.objects.select_for_update().filter(
        protocol=version.protocol, state=ProtocolVersion.State.ACTIVE
    )
    for each in former.exclude(pk=version.pk):
        _retire(each, by=by, reason=f"version {version.number} takes its place")
    version.active_from, version.retired_at = now(), None
    data = {"number": version.number, "digest": version.digest}
    apply(VERSION_STATES, version, move, by=by, data=data, changed=("active_from", "retired_at", *changed))


def _retire(version: ProtocolVersion, *, by: Actor, reason: str) -> None:
    version.retired_at = now()
    data = {"number": version.number, "reason": reason}
    apply(VERSION_STATES, version, "retire", by=by, data=data, changed=("retired_at",))


def retire(*, version_id: int, by: User, reason: str) -> ProtocolVersion:
    """Take a version out of force without another in its place."""
    _may_govern(by)
    if not reason.strip():
        raise Refusal("Say why it is retired. Nothing was changed.", code="reason-missing", status=422)
    with transaction.atomic():
        version = _locked(version_id)
        _retire(version, by=by, reason=reason.strip())
    return version

"""Clinical content from files into the database."""

from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from hub.people.models import User
from hub.record.actors import Actor
from hub.record.operations import write
from hub.refusals import Refusal
from triage.models import Catalogue, ProtocolVersion
from triage.operations.signing import gave_way, lock_protocol, put_in_force
from triage.protocols import Library, Protocol, protocol_digest, to_json
from triage.protocols.decoding import canonical, digest


@dataclass
class Published:
    """What publishing did: versions made, versions activated, protocols left as they were."""

    made: list[str] = field(default_factory=list)
    activated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)


def publish(*, library: Library, by: Actor, activate_illustrative: bool) -> Published:
    """Keep each protocol whose content changed as a new version, and the catalogue.

    activate_illustrative: put them in force unsigned, for demonstration only; they stay marked illustrative, and
    never take the place of a signed version. Refused in production.
    """
    if activate_illustrative and settings.MODE == "production":
        raise Refusal(
            "In production only signed versions are put in force. Nothing was published.", code="unsigned"
        )
    done = Published()
    with transaction.atomic():
        for protocol in library.protocols.values():
            version = _keep(protocol, by=by, done=done)
            if activate_illustrative and _may_be_illustrative(version):
                put_in_force(version, "activate_illustrative", by=by)
                done.activated.append(str(version))
        _keep_catalogue(library)
    return done


def _may_be_illustrative(version: ProtocolVersion) -> bool:
    """Not over a signed version, not while it is in review, and not when a person took it out of force."""
    in_force = ProtocolVersion.objects.filter(
        protocol=version.protocol, state=ProtocolVersion.State.ACTIVE
    ).first()
    if in_force is not None and not in_force.illustrative:
        return False
    if version.state == ProtocolVersion.State.RETIRED:
        return in_force is not None and gave_way(version)
    return version.state == ProtocolVersion.State.DRAFT


def _keep(protocol: Protocol, *, by: Actor, done: Published) -> ProtocolVersion:
    content = to_json(protocol)
    sealed = protocol_digest(protocol)
    same = next((each for each in lock_protocol(protocol.id) if each.digest == sealed), None)
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
    newest = Catalogue.objects.order_by("-published_at", "-id").values_list("digest", flat=True).first()
    if newest != sealed:  # an earlier release that is published again is in force again
        Catalogue.objects.create(digest=sealed, content=canonical(_Parts(**content)))


@dataclass(frozen=True, slots=True)
class _Parts:
    """The catalogue as plain content."""

    findings: tuple[object, ...]
    dispositions: tuple[object, ...]
    presentations: tuple[object, ...]

"""Published content in memory. Versions never change, so what was read once is kept as long as the process lives."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings

from triage.models import Catalogue, ProtocolVersion
from triage.protocols import Disposition, Finding, Index, Library, Presentation, Protocol, from_json
from triage.protocols.decoding import decode


@dataclass(frozen=True, slots=True)
class Loaded:
    """A stored version, decoded."""

    pk: int
    number: int
    digest: str
    protocol: Protocol


@dataclass(frozen=True, slots=True)
class Shared:
    """A stored catalogue, decoded: what all protocols share."""

    digest: str
    findings: dict[str, Finding]
    dispositions: dict[str, Disposition]
    presentations: dict[str, Presentation]


_versions: dict[int, Loaded] = {}
_signed: set[int] = set()


def versions(keys: Iterable[int]) -> list[Loaded]:
    """The versions with these primary keys, in that order; one query only for those not met before."""
    wanted = list(dict.fromkeys(keys))
    unknown = [key for key in wanted if key not in _versions]
    if unknown:
        for row in ProtocolVersion.objects.filter(pk__in=unknown):
            _versions[row.pk] = Loaded(row.pk, row.number, row.digest, from_json(row.content))
    return [_versions[key] for key in wanted]


def active() -> dict[str, int]:
    """Primary keys of the versions in force, by protocol id. One query.

    In production nothing unsigned is in force, whatever the tables of a former demonstration say.
    """
    rows = ProtocolVersion.objects.filter(state=ProtocolVersion.State.ACTIVE)
    if settings.MODE == "production":
        rows = rows.filter(illustrative=False)
    return dict(rows.values_list("protocol", "pk"))


def unsigned(keys: Iterable[int]) -> bool:
    """Whether one of these versions is not signed off here. No query once all are: a signature is never taken back."""
    doubtful = set(keys) - _signed
    if doubtful:
        _signed.update(
            ProtocolVersion.objects.filter(pk__in=doubtful, illustrative=False).values_list("pk", flat=True)
        )
    return not doubtful <= _signed


def shared() -> Shared | None:
    """The catalogue in force; None before anything was published. One query for its digest."""
    digest = Catalogue.objects.order_by("-published_at", "-id").values_list("digest", flat=True).first()
    return None if digest is None else by_digest(digest)


@lru_cache(maxsize=8)
def by_digest(digest: str) -> Shared:
    """A catalogue that was ever in force."""
    data = json.loads(Catalogue.objects.filter(digest=digest)[:1].get().content)
    return Shared(
        digest=digest,
        findings={each["id"]: decode(Finding, each) for each in data["findings"]},
        dispositions={each["code"]: decode(Disposition, each) for each in data["dispositions"]},
        presentations={each["id"]: decode(Presentation, each) for each in data["presentations"]},
    )


def index(catalogue: Shared) -> Index:
    """The search over everything that can be opened or answered now. One query for what is in force."""
    return _index(catalogue.digest, tuple(sorted(active().values())))


@lru_cache(maxsize=4)
def _index(digest: str, keys: tuple[int, ...]) -> Index:
    catalogue = by_digest(digest)
    in_force = {each.protocol.id: each.protocol for each in versions(keys)}
    openable = {
        key: each for key, each in catalogue.presentations.items() if set(each.protocols) <= in_force.keys()
    }
    return Index(Library(catalogue.findings, catalogue.dispositions, openable, in_force, {}))


def warm_up() -> None:
    """Read what is in force and build the search over it: the work of the first assessment of a process."""
    if (catalogue := shared()) is not None:
        index(catalogue)


def forget() -> None:
    """Empty the memory: tests make their tables anew and reuse primary keys."""
    _versions.clear()
    _signed.clear()
    by_digest.cache_clear()
    _index.cache_clear()

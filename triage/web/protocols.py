"""The protocols as people read them: which is in force, what its rules say, who signed."""

from collections import Counter

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hub.people.access import requires
from hub.people.permissions import Permission
from triage import in_words, published
from triage.models import ProtocolVersion
from triage.protocols import Protocol, Rule
from triage.queries import concerns_about, open_concerns, refused_on_their_date


@requires(Permission.VIEW_PROTOCOLS)
@require_safe
def protocols(request: HttpRequest) -> HttpResponse:
    """Every protocol, the version in force first."""
    rows = ProtocolVersion.objects.defer("content").order_by("title", "-number")
    newest: dict[str, ProtocolVersion] = {}
    for row in rows:
        held = newest.get(row.protocol)
        if held is None or row.state == ProtocolVersion.State.ACTIVE:
            newest[row.protocol] = row
    undecided = rows.filter(state__in=["draft", "in_review"]).prefetch_related("signatures")
    open_now = Counter(each.protocol for each in open_concerns())
    context = {
        "versions": [(each, open_now[each.protocol]) for each in newest.values()],
        "waiting": list(undecided.order_by("-state", "title")),
        "refused": refused_on_their_date(),
        "open_concerns": open_now.total(),
        "illustrative": any(each.illustrative for each in newest.values()),
    }
    return render(request, "triage/protocols.html", context)


@requires(Permission.VIEW_PROTOCOLS)
@require_safe
def protocol(request: HttpRequest, protocol_id: str) -> HttpResponse:
    """One protocol: the version asked for, else the one in force, else the newest."""
    versions = list(
        ProtocolVersion.objects.filter(protocol=protocol_id).select_related("author").order_by("-number")
    )
    wanted = request.GET.get("version", "")
    chosen = [row for row in versions if str(row.number) == wanted] if wanted else None
    chosen = chosen or [row for row in versions if row.state == ProtocolVersion.State.ACTIVE] or versions
    if not chosen:
        raise Http404
    version = chosen[0]
    content = published.versions([version.pk])[0].protocol
    context = {
        "version": version,
        "versions": versions,
        "protocol": content,
        "rules": [_rule(content, rule) for rule in content.rules],
        "concerns": concerns_about(content),
        "signatures": list(version.signatures.select_related("by")),
    }
    return render(request, "triage/protocol.html", context)


def _rule(content: Protocol, rule: Rule) -> dict[str, object]:
    return {
        "disposition": content.disposition(rule.disposition),
        "because": rule.because,
        "when": in_words.when(content, rule),
    }

"""Concerns: raised from the assessment or from a protocol's page, listed while open, closed with evidence."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hub.cases.models import Case
from hub.cases.web.acting import person, visible_case
from hub.people.access import requires
from hub.people.permissions import Permission
from hub.record.operations import look
from hub.refusals import Refusal
from triage import in_words, published
from triage.models import Concern, ProtocolVersion
from triage.operations import drafting
from triage.operations.concerns import close_concern, raise_concern
from triage.protocols import Kind
from triage.published import Loaded
from triage.queries import concerns, open_concerns
from triage.web.acting import standing_of

LONGEST = 4000
UNPROCESSABLE = 422


class ConcernForm(forms.Form):
    """What is doubtful, and why."""

    item = forms.ChoiceField(label="About", required=False, choices=[])
    concern = forms.CharField(
        label="What is wrong, in words",
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Everybody who reads the protocol reads this: name no patient.",
    )

    def __init__(self, *args: Any, items: list[Any], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["item"].choices = items  # type: ignore[attr-defined]


class ClosingConcernForm(forms.Form):
    """How a concern ends."""

    found = forms.CharField(
        label="What was found and decided",
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    evidence = forms.CharField(
        label="Evidence",
        required=False,
        max_length=LONGEST,
        help_text="Where it can be read: audit, guidance, minutes, the version that mends it",
    )


def _items(loaded: Iterable[Loaded]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Everything that can be flagged, by protocol; a shared finding stands under the first that asks it."""
    shown: set[str] = set()
    for each in loaded:
        protocol = each.protocol
        asked = [item for item in protocol.findings if item.kind is not Kind.DERIVED and item.id not in shown]
        shown.update(item.id for item in asked)
        found = [(f"{each.pk} protocol ", f"The whole protocol: {protocol.title}")]
        found += [(f"{each.pk} finding {item.id}", f"Question: {item.ask or item.means}") for item in asked]
        found += [
            (f"{each.pk} rule {rule.id}", f"Rule: {in_words.rule(protocol, rule)[:110]}")
            for rule in protocol.rules
        ]
        yield protocol.title, found


def _chosen(items: list[tuple[str, list[tuple[str, str]]]], wanted: str) -> str:
    """The choice that fits what the link named ("finding breathing"), else the first."""
    choices = [value for _, group in items for value, _ in group]
    return next((value for value in choices if wanted and value.split(" ", 1)[1] == wanted), choices[0])


def _raise(request: HttpRequest, loaded: list[Loaded], *, back: str, case_id: UUID | None) -> HttpResponse:
    items = list(_items(loaded))
    draft = drafting.drafts_of(case_id=case_id, by=person(request)) if case_id else {}
    initial = {"item": _chosen(items, request.GET.get("about", "")), "concern": draft.get("concern", "")}
    form, refusal = ConcernForm(items=items, initial=initial), None
    if request.method == "POST":
        form = ConcernForm(request.POST, items=items)
        try:
            _save(request, form, case_id=case_id)
        except Refusal as said:
            refusal = said
        else:
            messages.success(request, "Your concern is recorded. It stays open until it is answered.")
            return redirect(back)
    context = {"form": form, "refusal": refusal, "back": back, "case_id": case_id}
    return render(request, "triage/raise_concern.html", context, status=refusal.status if refusal else 200)


def _save(request: HttpRequest, form: ConcernForm, *, case_id: UUID | None) -> None:
    if not form.is_valid():
        raise Refusal(
            "Choose what it is about; the words may be too long.", code="bad-concern", status=UNPROCESSABLE
        )
    parts = form.cleaned_data["item"].split(" ")
    version, about, item = parts if len(parts) == 3 else ("0", "", "")
    raise_concern(
        version_id=int(version),
        by=person(request),
        about=about,
        item=item,
        words=form.cleaned_data["concern"],
        case_id=case_id,
    )
    if case_id:
        drafting.drop_drafts(case_id=case_id, by=person(request), fields=["concern"])


@requires(Permission.RAISE_CONCERN)
@require_http_methods(["GET", "HEAD", "POST"])
def from_case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """A concern that came up in a call: about anything that its open protocols hold."""
    case = visible_case(request, case_id)
    look(stream=case.stream, by=person(request), page="concern")
    now_ = standing_of(case)
    if now_ is None or not now_.versions:
        return render(request, "triage/none.html", {"case": case})
    address = redirect("triage:assessment", case_id)["Location"]
    return _raise(request, now_.versions, back=address, case_id=case_id)


@requires(Permission.RAISE_CONCERN)
@require_http_methods(["GET", "HEAD", "POST"])
def from_protocol(request: HttpRequest, protocol_id: str) -> HttpResponse:
    """A concern about a protocol that somebody reads: the version in force, else the newest."""
    rows = ProtocolVersion.objects.filter(protocol=protocol_id).order_by("-number")
    row = rows.filter(state=ProtocolVersion.State.ACTIVE).first() or rows.first()
    if row is None:
        raise Http404
    address = redirect("triage:protocol", protocol_id)["Location"]
    return _raise(request, published.versions([row.pk]), back=address, case_id=None)


@requires(Permission.VIEW_PROTOCOLS)
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Open concerns, oldest first, and what was closed lately."""
    closed = list(concerns().filter(closing__isnull=False).order_by("-closing__at")[:50])
    return render(request, "triage/concerns.html", {"open": open_concerns(), "closed": closed})


@requires(Permission.VIEW_PROTOCOLS)
@require_safe
def concern(request: HttpRequest, concern_id: int) -> HttpResponse:
    """One concern; a governance lead finds the form that closes it."""
    return _page(request, concern_id, ClosingConcernForm(), None)


@requires(Permission.GOVERN_PROTOCOLS)
@require_POST
def close(request: HttpRequest, concern_id: int) -> HttpResponse:
    """Closed with evidence."""
    form = ClosingConcernForm(request.POST)
    if not form.is_valid():
        return _page(
            request, concern_id, form, Refusal("That is too long.", code="too-long", status=UNPROCESSABLE)
        )
    try:
        close_concern(concern_id=concern_id, by=person(request), **form.cleaned_data)
    except Refusal as refusal:
        return _page(request, concern_id, form, refusal)
    messages.success(request, "The concern is closed.")
    return redirect("triage:concerns")


def _page(
    request: HttpRequest, concern_id: int, form: ClosingConcernForm, refusal: Refusal | None
) -> HttpResponse:
    found = concerns().filter(pk=concern_id).first()
    if found is None:
        raise Http404
    context = {
        "concern": found,
        "case": _case_of(request, found),
        "may_close": person(request).may(Permission.GOVERN_PROTOCOLS) and found.by_id != person(request).pk,
        "form": form,
        "refusal": refusal,
    }
    return render(request, "triage/concern.html", context, status=refusal.status if refusal else 200)


def _case_of(request: HttpRequest, found: Concern) -> Case | None:
    """The case it came up in, when this person may see it."""
    if found.case is None:
        return None
    return Case.objects.visible_to(person(request)).filter(pk=found.case.pk).first()

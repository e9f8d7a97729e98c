"""The board's pages."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib.messages import success
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from hub.agenda import operations as agenda
from hub.agenda.models import DueItem
from hub.board import engine_room
from hub.board.panels import MAIN, SIDE
from hub.live.panels import Panel, find, named
from hub.people.access import SignedInRequest, forbidden, requires
from hub.people.permissions import Permission
from hub.record.operations import look
from hub.refusals import Refusal

MOST_PARKED = 100
CHANNELS = {"": "All", "sms": "Text messages", "webhook": "To services", "cad": "To the CAD"}


def shown_to(request: SignedInRequest) -> tuple[list[Panel], list[Panel]]:
    """The panels of the main and of the side column that this person may see; unknown ones come last."""
    known = {panel.name: panel for panel in named("board.") if request.user.may(panel.permission)}
    main = [known.pop(name) for name in MAIN if name in known]
    side = [known.pop(name) for name in SIDE if name in known]
    return main, [*side, *known.values()]


def live_address(panels: list[Panel]) -> str:
    """One stream for all panels of a page: browsers allow few connections to one host."""
    return "/live/?" + urlencode([("panel", panel.name) for panel in panels])


@requires(Permission.VIEW_BOARD)
@require_safe
def board(request: SignedInRequest) -> HttpResponse:
    """Everything a supervisor looks at, drawn now and kept live."""
    main, side = shown_to(request)
    context = {
        "main": [(panel.name, panel.render()) for panel in main],
        "side": [(panel.name, panel.render()) for panel in side],
        "live": live_address([*main, *side]),
    }
    return render(request, "hub/board/board.html", context)


@requires(Permission.VIEW_BOARD)
@require_safe
def one_panel(request: SignedInRequest, name: str) -> HttpResponseBase:
    """One panel by itself: the bare fragment for a screen that asks again, a page for a person."""
    panel = find(name)
    if panel is None or not name.startswith("board."):
        raise Http404
    if not request.user.may(panel.permission):
        return forbidden(request, panel.permission)
    if request.headers.get("X-Requested-With") or request.headers.get("HX-Request"):
        return HttpResponse(panel.render())
    context = {"name": panel.name, "html": panel.render(), "live": live_address([panel])}
    return render(request, "hub/board/one_panel.html", context)


one_panel.background = True  # type: ignore[attr-defined]  # asked by screens: no sign of a person


@requires(Permission.HANDLE_PARKED)
@require_safe
def parked(request: SignedInRequest) -> HttpResponse:
    """Work that failed too often, with why, and what to do about it."""
    return _parked_page(request)


def _parked_page(request: HttpRequest, refusal: Refusal | None = None, item_id: int = 0) -> HttpResponse:
    items, count = engine_room.parked(MOST_PARKED)
    rows = [(item, engine_room.case_of(item.subject)) for item in items]
    context = {"rows": rows, "count": count, "refusal": refusal, "refused_item": item_id}
    return render(request, "hub/board/parked.html", context, status=refusal.status if refusal else 200)


@requires(Permission.HANDLE_PARKED)
@require_POST
def run_again(request: SignedInRequest, item_id: int) -> HttpResponseBase:
    """Send a parked item round again."""
    item = get_object_or_404(DueItem, pk=item_id)
    try:
        agenda.run_again(item=item, by=request.user)
    except Refusal as refusal:
        return _parked_page(request, refusal)
    success(request, f"“{item.kind}” runs again now.")
    return redirect("board:parked")


@requires(Permission.HANDLE_PARKED)
@require_POST
def settle(request: SignedInRequest, item_id: int) -> HttpResponseBase:
    """Say what was done by hand instead."""
    item = get_object_or_404(DueItem, pk=item_id)
    try:
        agenda.settle(item=item, by=request.user, reason=request.POST.get("reason", ""))
    except Refusal as refusal:
        return _parked_page(request, refusal, item_id)
    success(request, f"“{item.kind}” is settled.")
    return redirect("board:parked")


@requires(Permission.VIEW_MESSAGES)
@require_safe
def messages(request: SignedInRequest) -> HttpResponse:
    """What the hub sent outside: what waits, what never arrived, and the newest attempts."""
    channel = request.GET.get("channel", "")
    if channel not in CHANNELS:
        raise Http404
    before = request.GET.get("before", "")
    attempts = engine_room.newest_attempts(
        channel=channel, before=int(before) if before.isdecimal() and len(before) < 18 else None
    )
    context = {
        "attempts": attempts,
        "more": attempts[-1].pk if len(attempts) == engine_room.NEWEST else None,
        "waiting": engine_room.not_tried_yet(),
        "undelivered": engine_room.undelivered(50),
        "channel": channel,
        "channels": CHANNELS,
    }
    return render(request, "hub/board/messages.html", context)


@requires(Permission.VIEW_MESSAGES)
@require_safe
def message(request: SignedInRequest, message_id: UUID) -> HttpResponse:
    """One message: its words, where it went, every attempt. Looking is recorded."""
    found = engine_room.message(message_id)
    if found is None:
        raise Http404
    look(stream=found.subject, by=request.user, page="message")
    context = {"message": found, "case_id": engine_room.case_of(found.subject)}
    return render(request, "hub/board/message.html", context)

"""The queue as live panels: one for each way of looking at it, drawn once for everybody who looks."""

from collections.abc import Collection
from functools import partial

from django.template.loader import render_to_string

from hub.cases.models import Case
from hub.cases.queries import welfare_due, welfare_due_count
from hub.cases.queue import VIEWS, Filters, page
from hub.cases.states import Category
from hub.live.panels import panel
from hub.live.scopes import scope
from hub.people.models import User
from hub.people.permissions import Permission


@scope("case")
def _in_scope(user: User, streams: Collection[str]) -> bool:
    """The same scope as the pages': a call handler follows no case that has ended."""
    keys = {stream.removeprefix("case:") for stream in streams}
    return Case.objects.visible_to(user).filter(pk__in=keys).count() == len(keys)


TOPICS = ("case", "dispatch", "referral")
SHOWN = 12  # welfare calls on the board; the count says how many more there are


def draw_queue(filters: Filters) -> str:
    """The first page of the queue: the same fragment that the page itself holds."""
    return render_to_string("hub/cases/_queue.html", {"page": page(filters)})


@panel("board.welfare", topics=("case",), permission=Permission.VIEW_BOARD)
def welfare() -> str:
    """Who must be rung to hear how they are: whoever waits, also for a service or for the CAD."""
    return render_to_string(
        "hub/cases/_welfare_due.html", {"due": welfare_due(SHOWN), "count": welfare_due_count()}
    )


for _view in VIEWS:
    for _category in ["", *Category.values]:
        _filters = Filters(view=_view, category=_category)
        panel(_filters.panel, topics=TOPICS, permission=Permission.VIEW_QUEUE)(partial(draw_queue, _filters))

"""The queue as live panels: one for each way of looking at it, drawn once for everybody who looks."""

from functools import partial

from django.template.loader import render_to_string

from hub.cases.queue import VIEWS, Filters, page
from hub.cases.states import Category
from hub.live.panels import panel
from hub.people.permissions import Permission

TOPICS = ("case", "dispatch", "referral")


def draw_queue(filters: Filters) -> str:
    """The first page of the queue: the same fragment that the page itself holds."""
    return render_to_string("hub/cases/_queue.html", {"page": page(filters)})


for _view in VIEWS:
    for _category in ["", *Category.values]:
        _filters = Filters(view=_view, category=_category)
        panel(_filters.panel, topics=TOPICS, permission=Permission.VIEW_QUEUE)(partial(draw_queue, _filters))

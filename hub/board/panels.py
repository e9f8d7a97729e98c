"""The board's own panels. Rooms above add theirs by registering `board.<name>`; the page finds them by name."""

from django.template.loader import render_to_string

from hub.board import engine_room, queries
from hub.board.picture import draw
from hub.live.panels import panel
from hub.people.permissions import Permission

VIEW = Permission.VIEW_BOARD
MAIN = (
    "board.clock",
    "board.alarms",
    "board.dispatches",
    "board.waiting",
    "board.breaching",
    "board.first_attempts",
)
SIDE = (
    "board.people",
    "board.welfare",
    "board.awaiting_acceptance",
    "board.follow_ups",
    "board.parked",
    "board.messages",
)


@panel("board.clock", topics=("agenda",), permission=VIEW)
def clock() -> str:
    """Whether reminders run and messages leave."""
    return render_to_string("hub/board/_clock.html", {"clock": engine_room.clock()})


@panel("board.alarms", topics=("case",), permission=VIEW)
def alarms() -> str:
    """Sentences that somebody must act on."""
    return render_to_string("hub/board/_alarms.html", {"alarms": queries.alarms()})


@panel("board.dispatches", topics=("case",), permission=VIEW)
def dispatches() -> str:
    """Ambulances asked for and not acknowledged."""
    return render_to_string("hub/board/_dispatches.html", {"dispatches": queries.open_dispatches()})


@panel("board.waiting", topics=("case",), permission=VIEW)
def waiting() -> str:
    """Who waits, by category, as a picture and as a table."""
    queues = queries.waiting_by_category()
    total = sum(queue.count for queue in queues)
    context = {"queues": queues, "total": total, "picture": draw(queues)}
    return render_to_string("hub/board/_waiting.html", context)


@panel("board.breaching", topics=("case",), permission=VIEW)
def breaching() -> str:
    """Whose limit comes within ten minutes."""
    return render_to_string("hub/board/_breaching.html", {"breaching": queries.breaching()})


@panel("board.first_attempts", topics=("case",), permission=VIEW)
def first_attempts() -> str:
    """Whom nobody has rung in time."""
    return render_to_string("hub/board/_first_attempts.html", {"late": queries.without_first_attempt()})


@panel("board.people", topics=("case",), permission=VIEW)
def people() -> str:
    """Who is on shift and on what."""
    return render_to_string("hub/board/_people.html", {"people": queries.on_shift_now()})


@panel("board.parked", topics=("agenda",), permission=VIEW)
def parked() -> str:
    """Work that failed too often."""
    items, count = engine_room.parked()
    return render_to_string("hub/board/_parked.html", {"items": items, "count": count})


@panel("board.messages", topics=("message",), permission=VIEW)
def messages() -> str:
    """Messages that did not arrive."""
    context = {"undelivered": engine_room.undelivered(), "in_trouble": engine_room.in_trouble()}
    return render_to_string("hub/board/_messages.html", context)

"""Times on a page: the clock's mark-up, written once for all pages. components/times.html hands it to the templates.

Fifty rows with three times each must draw fast, and a function draws a tenth faster than a macro does: hence Python.
js/clocks.js moves the words on every ten seconds, in the same words as hub/said.py. What is put together here comes
from moments and from our own words only, and labels are escaped, so it is safe to mark it as such.
"""

from datetime import datetime

from markupsafe import Markup, escape

from hub import said


def at(moment: datetime | None, missing: str = "not recorded") -> Markup:
    """A moment: "14:32", "yesterday 09:10"."""
    if not moment:
        return _not_recorded(missing)
    return Markup(  # noqa: S704 - see above
        f'<time datetime="{moment.isoformat()}" title="{said.full_time(moment)}">{said.clock_time(moment)}</time>'
    )


def wait_clock(due: datetime | None, label: str = "", missing: str = "no limit") -> Markup:
    """Time until a limit: "12 min left", "7 min over"; `label` is said before it to screen readers."""
    if not due:
        return Markup('<span class="hub-muted">{}</span>').format(missing)
    spoken = f'<span class="nhsuk-u-visually-hidden">{escape(label)}: </span>' if label else ""
    machine = due.isoformat()
    return Markup(  # noqa: S704 - see above
        f'<time class="hub-clock hub-clock--{said.urgency(due)}" datetime="{machine}" data-due="{machine}" '
        f'title="{said.full_time(due)}">{spoken}<span data-clock-text>{said.time_left(due)}</span></time>'
    )


def since(moment: datetime | None, ago: bool = False, missing: str = "not recorded") -> Markup:
    """How long since a moment, growing: "23 min"; with `ago`, "23 min ago"."""
    if not moment:
        return _not_recorded(missing)
    machine = moment.isoformat()
    words = said.minutes_ago(moment) if ago else said.wait(moment)
    return Markup(  # noqa: S704 - see above
        f'<time class="hub-clock" datetime="{machine}" data-since="{machine}"{" data-ago" if ago else ""} '
        f'title="{said.full_time(moment)}"><span data-clock-text>{words}</span></time>'
    )


def _not_recorded(missing: str) -> Markup:
    return Markup('<span class="hub-not-recorded">{}</span>').format(missing)

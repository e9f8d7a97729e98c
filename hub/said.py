"""Times and lengths of time in the words of the control room; static/js/clocks.js says them alike."""

from calendar import month_abbr, month_name
from datetime import date, datetime, timedelta

from hub.clock import local, now

# Read once: strftime asks the system's locale each time, and a page says hundreds of times.
MONTHS, SHORT_MONTHS = tuple(month_name), tuple(month_abbr)


def length(span: timedelta) -> str:
    """A length of time, whole minutes, rounded down: 'under 1 min', '23 min', '1 h 05 min', '3 days'."""
    minutes = int(abs(span).total_seconds() // 60)
    if minutes < 1:
        return "under 1 min"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60:02} min"
    return f"{minutes // (24 * 60)} days"


def within(span: timedelta) -> str:
    """A time to act in, as it is said to people: 'within 15 minutes', 'within 2 hours', 'within 3 days'."""
    minutes = int(span.total_seconds() // 60)
    for size, unit in ((24 * 60, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size and minutes % size == 0:
            count = minutes // size
            return (
                f"within {'an' if unit == 'hour' else 'a'} {unit}"
                if count == 1
                else f"within {count} {unit}s"
            )
    return "at once"


def wait(since: datetime) -> str:
    """How long something has lasted since a moment: '23 min'."""
    return length(now() - since)


def minutes_ago(moment: datetime) -> str:
    """How long ago: 'just now', '23 min ago'."""
    span = now() - moment
    return "just now" if span < timedelta(minutes=1) else f"{length(span)} ago"


def time_left(due: datetime) -> str:
    """Time until a limit, or past it: '12 min left', 'due now', '7 min over'."""
    span = due - now()
    if span >= timedelta(0):
        return f"{length(span)} left"
    return "due now" if span > timedelta(minutes=-1) else f"{length(span)} over"


def urgency(due: datetime) -> str:
    """How a limit is to be shown: 'over', 'soon' (five minutes or less) or 'calm'."""
    span = due - now()
    if span < timedelta(0):
        return "over"
    return "soon" if span <= timedelta(minutes=5) else "calm"


def clock_time(moment: datetime) -> str:
    """A moment on the London clock: '14:32', 'yesterday 09:10', '3 Nov 09:10', '3 Nov 2024 09:10'."""
    there, today = local(moment), local(now()).date()
    time = _to_the_minute(there)
    days = (there.date() - today).days
    if days == 0:
        return time
    if days in (-1, 1):
        return f"{'yesterday' if days < 0 else 'tomorrow'} {time}"
    year = "" if there.year == today.year else f" {there.year}"
    return f"{there.day} {SHORT_MONTHS[there.month]}{year} {time}"


def _to_the_minute(there: datetime) -> str:
    return f"{there.hour:02}:{there.minute:02}"


def clock_seconds(moment: datetime) -> str:
    """A moment on the London clock to the second: '14:32:05'."""
    return f"{local(moment):%H:%M:%S}"


def full_time(moment: datetime) -> str:
    """A moment in full: '22 November 2026 at 14:32'."""
    there = local(moment)
    return f"{full_date(there)} at {_to_the_minute(there)}"


def full_date(day: date) -> str:
    """A calendar date in full: '3 March 1958'."""
    return f"{day.day} {MONTHS[day.month]} {day.year}"


def age(born: date) -> str:
    """An age today as clinicians say it: '9 days', '11 weeks', '14 months', '67 years'."""
    today = local(now()).date()
    days = (today - born).days
    if days < 28:
        return "1 day" if days == 1 else f"{days} days"
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    if months < 3:
        return f"{days // 7} weeks"
    return f"{months} months" if months < 24 else f"{months // 12} years"

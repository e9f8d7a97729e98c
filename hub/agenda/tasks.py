"""The sweep: woken each second by beat, and by a nudge when something became due."""

from celery import shared_task

from hub.agenda.operations import fire_due, swept


@shared_task(name="hub.agenda.sweep", queue="agenda", ignore_result=True)
def sweep() -> int:
    """Fire everything due and note that the clock runs."""
    swept("agenda")  # first: while a long sweep works, the clock does not stand still
    fired = fire_due()
    swept("agenda")
    return fired

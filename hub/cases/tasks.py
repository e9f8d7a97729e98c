"""Woken each hour by beat."""

from celery import shared_task

from hub.cases.operations import tidying


@shared_task(name="hub.cases.tidy_up", queue="agenda", ignore_result=True)
def tidy_up() -> int:
    """Forget what has served its purpose and is not the record."""
    return tidying.tidy_up()

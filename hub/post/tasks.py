"""The courier: woken each second by beat, and by a nudge when a message was written."""

from celery import shared_task

from hub.post.operations import deliver_due


@shared_task(name="hub.post.deliver", queue="post", ignore_result=True)
def deliver() -> int:
    """Deliver everything that waits."""
    return deliver_due()

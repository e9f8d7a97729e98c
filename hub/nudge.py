"""A nudge to the workers after a commit. Never needed for correctness: the sweep finds the work anyway."""

import logging
import time
from functools import partial
from typing import Any

from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)
PAUSE_AFTER_FAILURE = 10.0  # seconds; a lost broker must not slow every request down


class _Breaker:
    open_until = 0.0


def warm_up() -> None:
    """Read the broker's client library; nothing is connected. Else the first person who refers waits for it."""
    with current_app.producer_pool.acquire():
        pass


def nudge(task: str, *, queue: str) -> None:
    """Wake the workers once this transaction has committed; a broker that does not answer is left alone a while."""
    transaction.on_commit(partial(_send, task, queue), robust=True)


def _send(task: str, queue: str) -> None:
    if time.monotonic() < _Breaker.open_until:
        return
    try:
        with current_app.producer_pool.acquire() as producer:
            broker: Any = producer.channel
            # One that nobody has taken yet finds this work too: what there is to do is looked up after it was taken.
            if not broker.client.llen(queue):
                current_app.send_task(
                    task, queue=queue, expires=5, retry=False, ignore_result=True, producer=producer
                )
    except Exception as error:  # noqa: BLE001 - whatever the broker does, the operation has been committed
        _Breaker.open_until = time.monotonic() + PAUSE_AFTER_FAILURE
        logger.warning("The broker did not take a nudge (%s); the sweep will do the work.", error)

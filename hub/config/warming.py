"""What a process reads once in its life is read before the first person asks: nobody waits for it on the telephone."""

import logging

from django.conf import settings
from django.db import DatabaseError, connections
from django.utils.module_loading import import_string

log = logging.getLogger(__name__)


def warm_up() -> None:
    """Call what `settings.WARM_UP` names. A database that is not there yet does not keep the process from starting."""
    try:
        for name in settings.WARM_UP:
            import_string(name)()
    except DatabaseError as failure:
        log.warning("Not warmed up, the first page will be slower: %s", type(failure).__name__)
    finally:
        connections.close_all()

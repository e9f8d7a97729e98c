"""Work put into a running hub by its operations, in a process of its own: `python -m tests.stack.work WHAT N ARG`."""

import os
import sys
from datetime import timedelta


def welfare_calls(count: int, seconds: float) -> None:
    """So many waiting cases, whose welfare calls all become due at one moment."""
    from django.db import transaction

    from hub.agenda.operations import schedule
    from hub.clock import now
    from tests.conftest import make_case

    cases = [make_case("C5") for _ in range(count)]
    moment = now() + timedelta(seconds=seconds)
    with transaction.atomic():
        for case in cases:
            schedule(kind="case.welfare", subject=case.stream, due_at=moment, key=f"welfare:{case.pk}")


def ambulances(count: int, _: float) -> None:
    """So many ambulance requests to the CAD: a message and an alarm clock each."""
    from tests.conftest import make_case

    for _number in range(count):
        make_case("C1")


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.config.settings")
    django.setup()
    {"welfare_calls": welfare_calls, "ambulances": ambulances}[sys.argv[1]](
        int(sys.argv[2]), float(sys.argv[3])
    )

"""The hub: people, cases, calls, the queue, the clock and the record."""

from importlib import import_module

from django.apps import AppConfig


class HubConfig(AppConfig):
    """Loads what each room registers: checks, due-work handlers, message channels, live panels."""

    name = "hub"
    verbose_name = "Clinical hub"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for module in (
            "hub.people.checks",
            "hub.people.documents",
            "hub.people.signals",
            "hub.record.documents",
            "hub.cases.due_work",
            "hub.cases.messages",
            "hub.cases.panels",
            "hub.board.panels",
        ):
            import_module(module)

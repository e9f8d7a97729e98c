"""Triage: the structured assessment."""

from importlib import import_module

from django.apps import AppConfig


class TriageConfig(AppConfig):
    """Registers the closing guards, panels and written copies of triage."""

    name = "triage"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for module in ("triage.guards", "triage.panels", "triage.written"):
            import_module(module)

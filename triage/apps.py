"""Triage: the structured assessment."""

from importlib import import_module

from django.apps import AppConfig


class TriageConfig(AppConfig):
    """Registers the closing guards and panels of triage."""

    name = "triage"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for module in ("triage.guards", "triage.panels"):
            import_module(module)

"""Triage: the structured assessment."""

from importlib import import_module

from django.apps import AppConfig


class TriageConfig(AppConfig):
    """Registers the closing guards, panels, due work and written copies of triage."""

    name = "triage"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for module in ("guards", "endings", "operations.signing", "panels", "written"):
            import_module(f"triage.{module}")

"""Onward care: directory, referrals, follow-up."""

from importlib import import_module

from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    """Registers what onward care does at closing, its due work, message channels and panels."""

    name = "referrals"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for module in ("referrals.closing", "referrals.due_work", "referrals.messages", "referrals.panels"):
            import_module(module)

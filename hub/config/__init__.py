"""The roof: settings, addresses, entry points. Every process knows the one Celery application, so that nudges leave."""

from hub.config.celery import application as celery

__all__ = ["celery"]

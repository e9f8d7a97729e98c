"""Celery only wakes: the truth of what is due stands in PostgreSQL (hub.agenda, hub.post)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.config.settings")
application = Celery("hub")
application.config_from_object("django.conf:settings", namespace="CELERY")
application.autodiscover_tasks(["hub.agenda", "hub.post", "hub.cases"])

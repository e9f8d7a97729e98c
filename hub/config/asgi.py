"""ASGI entry: the live stream alone; pages are served by WSGI."""

import os

import django
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.config.settings")
django.setup()
application = import_string("hub.live.stream.application")

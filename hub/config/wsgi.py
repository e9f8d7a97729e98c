"""WSGI entry: pages and API."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.config.settings")
application = get_wsgi_application()

from hub.config.warming import warm_up  # noqa: E402 - Django is set up only now

warm_up()

"""The Jinja environment of every page: our templates, the NHS.UK components, links, and words for times."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest
from django.template import engines
from django.templatetags.static import static
from django.urls import reverse
from jinja2 import ChainableUndefined, ChoiceLoader, Environment, PackageLoader

from hub import said
from hub.clock import now
from hub.config import fields, times


def environment(**options: Any) -> Environment:
    """Build the environment for Django's Jinja2 backend (`OPTIONS["environment"]` names this function)."""
    ours = options.pop("loader")
    # The NHS.UK macros read parameters that were never given, hence ChainableUndefined.
    options |= {
        "loader": ChoiceLoader([ours, PackageLoader("nhsuk_frontend_jinja")]),
        "undefined": ChainableUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
    }
    made = Environment(**options)  # noqa: S701 - Django's backend switches autoescape on
    made.globals |= {
        "static": static,
        "url": url,
        "flash_messages": flash_messages,
        "current_time": now,
        "field_component": fields.component,
        "field_parameters": fields.parameters,
        "draw_field": fields.drawing(made),
        "times": times,
        "idle_seconds": getattr(settings, "HUB_IDLE_SECONDS", 0),
    }
    made.filters |= {
        "clock_time": said.clock_time,
        "clock_seconds": said.clock_seconds,
        "minutes_ago": said.minutes_ago,
        "wait": said.wait,
        "time_left": said.time_left,
        "urgency": said.urgency,
        "length_of_time": said.length,
        "full_time": said.full_time,
        "full_date": said.full_date,
        "age": said.age,
        "machine_time": datetime.isoformat,
    }
    return made


def warm_up() -> None:
    """Compile every template of ours: the first person to open a page would wait for it."""
    engine = engines["jinja2"]
    for folder in map(Path, engine.dirs):
        for path in sorted(folder.rglob("*.html")):
            engine.get_template(path.relative_to(folder).as_posix())


@lru_cache(maxsize=10_000)
def url(name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a named page: `url("cases:case", case.id)`. Remembered: a queue asks for the same fifty again."""
    return reverse(name, args=args, kwargs=kwargs)


def flash_messages(request: HttpRequest | None) -> Iterable[Message]:
    """Messages left for this person by the page before; reading them uses them up."""
    return get_messages(request) if request else ()

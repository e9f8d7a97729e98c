"""A browser without a screen: sessions, CSRF, links and forms, as a person's own browser sends them."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx

Pairs = list[tuple[str, str]]


@dataclass(slots=True)
class Form:
    """A form as the page has it: what would be sent untouched, and what could be chosen."""

    action: str = ""
    fields: Pairs = field(default_factory=list)
    ticks: list[str] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)

    def filled(self, given: dict[str, str]) -> dict[str, list[str]]:
        """The form's own fields with ours in place of theirs."""
        sent: dict[str, list[str]] = {}
        for name, value in self.fields:
            sent.setdefault(name, []).append(value)
        return sent | {name: [value] for name, value in given.items()}


class _Reader(HTMLParser):
    """Collects forms with their controls, also those that name their form from elsewhere on the page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._by_id: dict[str, Form] = {}
        self._open: Form | None = None
        self._select, self._text = "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = self._by_id.setdefault(known.get("id") or f"#{len(self.forms)}", Form())
            self._open.action = known.get("action", "")
            self.forms.append(self._open)
        elif tag == "a":
            self.links.append(known.get("href", ""))
        elif name := known.get("name", ""):
            form = self._by_id.setdefault(known["form"], Form()) if "form" in known else self._open
            if form is not None:
                self._control(form, tag, name, known)
        elif tag == "option" and self._open is not None and self._select:
            self._option(self._open, known)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._text = ""

    def handle_data(self, data: str) -> None:
        if self._text and self._open is not None:
            self._open.fields.append((self._text, data))

    def _control(self, form: Form, tag: str, name: str, known: dict[str, str]) -> None:
        kind, value = known.get("type", "text"), known.get("value", "")
        if tag == "select":
            self._select = name
        elif tag == "textarea":
            self._text = name
            form.texts.append(name)
        elif tag == "input" and kind in ("radio", "checkbox"):
            self._box(form, kind, name, known)
        elif tag == "input":
            form.fields.append((name, value))
            if kind != "hidden":
                form.texts.append(name)

    def _box(self, form: Form, kind: str, name: str, known: dict[str, str]) -> None:
        value = known.get("value", "on")
        if kind == "radio":
            form.choices.setdefault(name, []).append(value)
        else:
            form.ticks.append(name)
        if "checked" in known:
            form.fields.append((name, value))

    def _option(self, form: Form, known: dict[str, str]) -> None:
        value = known.get("value", "")
        options = form.choices.setdefault(self._select, [])
        options.append(value)
        if "selected" in known or len(options) == 1:
            form.fields = [pair for pair in form.fields if pair[0] != self._select]
            form.fields.append((self._select, value))


@dataclass(slots=True)
class Page:
    """A page that was answered."""

    status: int
    path: str
    html: str
    forms: list[Form]
    links: list[str]

    def form(self, ending: str) -> Form | None:
        """The first form whose action ends so."""
        return next((form for form in self.forms if form.action.endswith(ending)), None)

    @property
    def csrf(self) -> str:
        """The token that the page's own scripts send."""
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.html)
        return found[1] if found else ""


class Browser:
    """One person's browser. Raises httpx.HTTPError when the hub does not answer."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(
            base_url=url, follow_redirects=True, timeout=30, headers={"Origin": url, "Referer": f"{url}/"}
        )

    def close(self) -> None:
        """Close the window."""
        self._http.close()

    def open(self, path: str) -> Page:
        """Follow a link."""
        return self._page(self._http.get(path))

    def send(self, form: Form, **given: str) -> Page:
        """Press the form's button, with these fields filled in."""
        return self._page(self._http.post(form.action, data=form.filled(given)))

    def press(self, page: Page, path: str, **given: str) -> Page:
        """What a script of the page does: a POST with the page's token."""
        sent: dict[str, Any] = {"csrfmiddlewaretoken": page.csrf, **given}
        return self._page(self._http.post(path, data=sent))

    def _page(self, answer: httpx.Response) -> Page:
        reader = _Reader()
        reader.feed(answer.text)
        return Page(answer.status_code, answer.url.path, answer.text, reader.forms, reader.links)

"""The small forms of the page of a case, drawn once: they are the same on every case, and drawing them is slow."""

from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from markupsafe import Markup

from hub.cases.web import forms

# Form, its fields as they stand on the page, and what their component is told.
DRAWN: dict[type[forms.CaseForm], dict[str, dict[str, Any]]] = {
    forms.NoteForm: {"text": {"hide_label": True, "key": "n", "rows": 2}},
    forms.FlagForm: {"kind": {}, "text": {}, "review_on": {}},
    forms.ContactForm: {"phone": {}, "name": {}, "relationship": {}, "is_patient": {}, "note": {}},
    forms.AddressForm: {"address": {}, "postcode": {"width": 10}},
    forms.RingForm: {"number": {}, "result": {}, "note": {"rows": 2}},
    forms.WelfareForm: {"result": {}, "since": {}, "note": {"rows": 2}},
    forms.SendForm: {"category": {}, "reason": {}, "words": {}},
    forms.RangDispatchForm: {"words": {}},
    forms.DeferForm: {"minutes": {"width": 3}, "reason": {}},
    forms.ReasonForm: {"reason": {}},
    forms.AlarmForm: {"words": {}},
    forms.CloseForm: {"outcome": {}, "other": {}, "words": {}, "second": {}, "password": {}},
}


def drawn_forms(category: str) -> dict[str, Markup]:
    """The fields of each form by its name; the category of the case stands chosen where one is asked."""
    return {kind.called: drawn(kind, category if kind is forms.SendForm else "") for kind in DRAWN}


@lru_cache(maxsize=64)
def drawn(kind: type[forms.CaseForm], category: str) -> Markup:
    """One form's fields as HTML, empty."""
    form = kind(initial={"category": category} if category else {})
    return Markup(render_to_string("hub/cases/_fields.html", {"form": form, "options": DRAWN[kind]}))  # noqa: S704

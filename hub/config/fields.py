"""What the NHS.UK components need to know of a Django form field; components/fields.html draws it."""

from collections.abc import Callable
from functools import cache
from typing import Any
from uuid import uuid4

from django.forms import BoundField
from jinja2 import Environment
from markupsafe import Markup, escape

COMPONENTS = {
    "textarea": "textarea",
    "select": "select",
    "nullbooleanselect": "select",
    "radioselect": "radios",
    "checkbox": "checkboxes",
    "checkboxselectmultiple": "checkboxes",
    "selectdate": "date",
    "password": "password",
    "hidden": "hidden",
}
"""Django's widget kinds and the component that draws each; any other kind is a one-line input."""

MACROS = {
    "input": ("input", "input"),
    "textarea": ("textarea", "textarea"),
    "select": ("select", "select"),
    "radios": ("radios", "radios"),
    "checkboxes": ("checkboxes", "checkboxes"),
    "date": ("date-input", "dateInput"),
    "password": ("password-input", "passwordInput"),
}
"""Each component's folder and macro in the NHS.UK library."""

MOST_KEPT = 2000
TYPED = uuid4().hex  # stands where the words will be; nobody can type it, for nobody knows it
INPUT_MODES = {"number": "numeric", "email": "email", "tel": "tel"}


def drawing(environment: Environment) -> Callable[[str, dict[str, Any]], Markup]:
    """The function that draws a component from its kind and parameters, for this environment's templates.

    The same parameters always give the same mark-up, and the library's macros take a millisecond or two: a form of
    twenty fields was half of its page's time. So it is kept, with a place for what is typed and never with the words.
    """
    kept: dict[tuple[str, str], Markup] = {}

    @cache
    def macro(kind: str) -> Callable[[dict[str, Any]], Markup]:
        folder, name = MACROS[kind]
        found: Callable[[dict[str, Any]], Markup] = getattr(
            environment.get_template(f"nhsuk/components/{folder}/macro.jinja").module, name
        )
        return found

    def draw(kind: str, given: dict[str, Any]) -> Markup:
        if given["errorMessage"] or kind == "date":
            return macro(kind)(given)
        typed = given.get("value")
        placed = given | {"value": TYPED} if typed else given
        key = (kind, repr(placed))
        drawn = kept.get(key)
        if drawn is None:
            if len(kept) >= MOST_KEPT:
                kept.clear()
            drawn = kept[key] = macro(kind)(placed)
        return drawn.replace(TYPED, escape(typed)) if typed else drawn

    return draw


def component(bound: BoundField) -> str:
    """The name of the component that draws this field: input, textarea, select, radios, checkboxes, date …"""
    return "hidden" if bound.is_hidden else COMPONENTS.get(bound.widget_type, "input")


def parameters(
    bound: BoundField,
    *,
    dense: bool = True,
    inline: bool = True,
    hide_label: bool = False,
    draft_url: str = "",
    key: str = "",
    **options: Any,
) -> dict[str, Any]:
    """Parameters of the component: label, hint, first error, value and choices as the form has them.

    draft_url saves the text while it is typed; key is the shortcut that jumps into the field; other options
    (width, rows, suffix, attributes) go to the component as they are.
    """
    kind = component(bound)
    hidden = "nhsuk-u-visually-hidden" if hide_label else ""
    extra = {"data-draft-url": draft_url, "data-key": key, "data-key-label": str(bound.label) if key else ""}
    attributes = dict(bound.field.widget.attrs) | {name: said for name, said in extra.items() if said}
    shared: dict[str, Any] = {
        "id": bound.auto_id,
        "name": bound.html_name,
        "hint": str(bound.help_text) or None,
        "errorMessage": str(bound.errors[0]) if bound.errors else None,
        "formGroup": {"classes": "hub-field" if dense else ""},
        "attributes": attributes | options.pop("attributes", {}),
    } | options
    if kind in {"radios", "checkboxes", "date"}:
        return shared | _grouped(bound, kind, hidden, small=dense, inline=inline)
    own = {"items": choices(bound)} if kind == "select" else {"value": _value(bound)}
    label = {"text": str(bound.label), "classes": hidden}
    mode = INPUT_MODES.get(bound.widget_type)
    return shared | own | {"label": label, "type": _type(bound), "inputmode": mode}


def choices(bound: BoundField) -> list[dict[str, Any]]:
    """The choices of a field, each with its value as text and whether it is the chosen one."""
    found = [widget.data for widget in bound.subwidgets]
    return [
        {
            "value": str("" if each["value"] is None else each["value"]),
            "text": str(each["label"]),
            "checked": each["selected"],
            "selected": each["selected"],
        }
        for each in found
    ]


def _grouped(bound: BoundField, kind: str, hidden: str, *, small: bool, inline: bool) -> dict[str, Any]:
    """A field of several inputs: a fieldset with a legend instead of a label."""
    legend = {"text": str(bound.label), "size": "s", "classes": hidden}
    if kind == "date":
        return {"fieldset": {"legend": legend}, "items": _date_items(bound)}
    classes = f"nhsuk-{kind}--small" if small else ""
    if kind == "radios" and inline:
        classes += " nhsuk-radios--inline"
    grouped: dict[str, Any] = {"idPrefix": bound.auto_id, "id": None, "classes": classes, "attributes": {}}
    if bound.widget_type == "checkbox":
        # One box says its question itself; a legend would repeat it.
        box = {"value": "on", "text": str(bound.label), "checked": bool(bound.value())}
        return grouped | {"items": [box]}
    return grouped | {"fieldset": {"legend": legend}, "items": choices(bound)}


def _date_items(bound: BoundField) -> list[dict[str, Any]]:
    """Day, month and year as Django's SelectDateWidget reads them back; a wrong date stays as typed."""
    date = bound.field.widget.format_value(bound.value())
    items = []
    for part, width in (("day", 2), ("month", 2), ("year", 4)):
        name = f"{bound.html_name}_{part}"
        value = bound.form.data.get(name, "") if bound.form.is_bound else date[part]
        items.append(
            {
                "id": f"{bound.auto_id}_{part}",
                "name": name,
                "label": part.capitalize(),
                "value": str(value or ""),
                "width": width,
                "error": bool(bound.errors),
            }
        )
    return items


def _type(bound: BoundField) -> str:
    """The input's type: numbers are typed as text (a wheel or arrow key must not change a number unseen)."""
    kind = getattr(bound.field.widget, "input_type", "text")
    return "text" if kind in {"number", "select"} else kind


def _value(bound: BoundField) -> str:
    """The field's value as text; nothing at all for an empty one, and never a password."""
    value = None if component(bound) == "password" else bound.value()
    return "" if value is None else str(value)

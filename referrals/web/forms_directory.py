"""An entry of the directory as a form. What its words mean is read by referrals.entry, the same as from a file."""

from typing import Any

from django import forms

from referrals.entry import LABELS, Entry, UnreadableEntry, as_typed, read_entry
from referrals.operations.listing import LEAST_REASON, MOST_REASON
from referrals.states import ServiceKind

_EVERY_DAY = (
    "Each weekday once, such as Mon-Fri 08:00-18:30, Sat 09:00-12:00, 14:00-16:00, Sun closed. One line each."
)
_CODES = "Codes of the clinical content, one a line or with blanks between."


def _line(name: str, help_text: str = "", **attributes: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", **attributes})
    return forms.CharField(label=LABELS[name], help_text=help_text, required=False, widget=widget)


def _lines(name: str, help_text: str, rows: int) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "spellcheck": "false"})
    return forms.CharField(label=LABELS[name], help_text=help_text, required=False, widget=widget)


class EntryForm(forms.Form):
    """Every field as it is typed."""

    name = _line("name")
    kind = forms.ChoiceField(
        label=LABELS["kind"], choices=[("", "Choose"), *ServiceKind.choices], required=False
    )
    ods_code = _line("ods_code", "Of the organisation; one entry for each")
    districts = _line("districts", "Such as SE1 SE16 or SE; or all, for everywhere")
    latitude = _line("latitude", "Where it is, such as 51.5039; tells how far away")
    longitude = _line("longitude", "Such as -0.0982")
    radius_km = _line("radius_km", "If it goes so far, whatever the district; else empty")
    hours = _lines("hours", _EVERY_DAY, 7)
    bank_holidays = _line("bank_holidays", "Times, closed, or as the weekday")
    exceptions = _lines(
        "exceptions", "Such as 2026-12-24 09:00-13:00 or 2026-12-25 closed. One line each.", 3
    )
    age_from = _line("age_from", "Whole years; empty for every age", inputmode="numeric")
    age_to = _line("age_to", "Whole years; 18 takes those up to 17", inputmode="numeric")
    sex = forms.ChoiceField(
        label=LABELS["sex"],
        choices=[("", "Everybody"), ("female", "Female patients"), ("male", "Male patients")],
        required=False,
    )
    conditions = _lines("conditions", f"{_CODES} Such as sore-throat; empty for whatever its kind takes.", 3)
    exclusions = _lines("exclusions", f"{_CODES} Such as immunosuppressed.", 3)
    registered_only = forms.BooleanField(label=LABELS["registered_only"], required=False)
    response_minutes = _line(
        "response_minutes", "Minutes from its yes to the patient being seen", inputmode="numeric"
    )
    accept_minutes = _line(
        "accept_minutes", "Minutes; then the case is back in the queue", inputmode="numeric"
    )
    capacity = _line("capacity", "Empty when nobody counts", inputmode="numeric")
    period_minutes = _line("period_minutes", "Minutes; empty is a day", inputmode="numeric")
    phone = _line("phone", "Rung when no message arrives", inputmode="tel")
    patient_note = _line("patient_note", "Read to the patient, such as: Walk in, bring your medicines.")
    webhook_url = _line("webhook_url", "Where its system hears of offers; empty when it is told by telephone")
    client = _line(
        "client",
        "Of manage.py add_api_client. Its system answers through it and reads all that was ever sent to the service, "
        "so no other may follow once a patient was.",
    )

    SECTIONS = (
        ("What it is", ("name", "kind", "ods_code")),
        ("Where it goes", ("districts", "latitude", "longitude", "radius_km")),
        ("When it is open", ("hours", "bank_holidays", "exceptions")),
        ("Whom it takes", ("age_from", "age_to", "sex", "conditions", "exclusions", "registered_only")),
        ("How soon, and how many", ("response_minutes", "accept_minutes", "capacity", "period_minutes")),
        ("How it is reached", ("phone", "patient_note", "webhook_url", "client")),
    )
    WIDTHS = {
        "ods_code": 10, "latitude": 10, "longitude": 10, "radius_km": 5, "age_from": 3, "age_to": 3,
        "response_minutes": 5, "accept_minutes": 5, "capacity": 5, "period_minutes": 5, "phone": 20,
    }  # fmt: skip
    entry: Entry | None = None

    @property
    def sections(self) -> list[tuple[str, list[tuple[forms.BoundField, int | None]]]]:
        """The fields in their groups, each with its width."""
        return [
            (title, [(self[name], self.WIDTHS.get(name)) for name in names]) for title, names in self.SECTIONS
        ]

    def clean(self) -> dict[str, Any]:
        """Read the words; what is wrong stands at its field."""
        said: dict[str, Any] = super().clean() or {}
        try:
            self.entry = read_entry({name: said.get(name) for name in LABELS})
        except UnreadableEntry as unreadable:
            for name, fault in unreadable.faults.items():
                if name not in self.errors:
                    self.add_error(name, fault)
        return said


class ChangeEntryForm(EntryForm):
    """An entry that stands; `seen` is the mark of what the page showed."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=16)


def typed_in(entry: Entry) -> dict[str, Any]:
    """An entry as the form shows it."""
    lists = {name: "\n".join(getattr(entry, name)) for name in ("conditions", "exclusions")}
    return {**as_typed(entry), **lists, "registered_only": entry.registered_only, "seen": entry.mark}


class ReasonForm(forms.Form):
    """Why a service ends, or is back."""

    reason = forms.CharField(
        label="Why", min_length=LEAST_REASON, max_length=MOST_REASON, help_text="Kept on its history",
        error_messages={"required": "Say why.", "min_length": "Say why, in words."},
    )  # fmt: skip

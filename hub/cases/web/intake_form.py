"""The form of a call handler who takes a call: written while the caller talks, so almost nothing is required."""

from typing import Any
from uuid import uuid4

from django import forms

from hub.cases.first_questions import NO, UNKNOWN, YES, category, life_threat
from hub.cases.intake import ContactDetails, FlagDetails, Intake
from hub.cases.models import Case, Flag, NhsNumberStatus, Sex
from hub.cases.names import name_key
from hub.cases.order import HIGH_RISKS
from hub.cases.states import Category, Segment
from hub.cases.web.fields import BirthDateField, NhsNumberField, PhoneField

ANSWERS = [(YES, "Yes"), (NO, "No"), (UNKNOWN, "Not known")]
RISKS = [(risk, risk.replace("_", " ").capitalize()) for risk in ["alone", *sorted(HIGH_RISKS)]]
CATEGORIES = [("", "Not decided"), *Category.choices]
SEGMENTS = [("", "None"), *Segment.choices]
RANKS = [("caller", "The caller"), ("patient", "The patient"), ("other", "Somebody else")]
EMPTY: dict[str, Any] = {"birth_date": None, "stated_age": None, "risks": [], "caller_is_patient": False}
SPOKEN = "Ask “What is the address?” and write what they say."


def _text(label: str, longest: int, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=longest, required=False, **options)


class TakeCallForm(forms.Form):
    """Everything a caller may tell. The fields' order is the order of asking."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    breathing = forms.ChoiceField(
        label="Is the patient breathing?", choices=ANSWERS, widget=forms.RadioSelect, required=False
    )
    conscious = forms.ChoiceField(
        label="Is the patient conscious?", choices=ANSWERS, widget=forms.RadioSelect, required=False
    )

    caller_phone = PhoneField(label="The caller’s telephone", required=False)
    caller_name = _text("The caller’s name", 120)
    caller_is_patient = forms.BooleanField(label="The caller is the patient", required=False)
    relationship = _text("Who the caller is to the patient", 60)
    patient_phone = PhoneField(label="The patient’s telephone, if another", required=False)
    other_phone = PhoneField(label="A further number", required=False)
    other_name = _text("Whose it is", 120)
    ring_first = forms.ChoiceField(
        label="Ring first", choices=RANKS, required=False, widget=forms.RadioSelect
    )

    address = _text(
        "Address as the caller says it", 1000, widget=forms.Textarea(attrs={"rows": 2}), help_text=SPOKEN
    )
    postcode = _text("Postcode", 10)
    access_note = _text("How to get in", 400)
    three_words = _text("Three-word address", 80)
    grid_reference = _text("Grid reference", 14)

    problem = _text("What is wrong, in the caller’s words", 4000, widget=forms.Textarea(attrs={"rows": 3}))
    category = forms.ChoiceField(label="Category", choices=CATEGORIES, required=False)
    segment = forms.ChoiceField(label="Segment (C2 only)", choices=SEGMENTS, required=False)
    code = _text("Code of the call triage", 40)

    given_name = _text("Given name", 80)
    family_name = _text("Family name", 80)
    birth_date = BirthDateField(label="Date of birth", required=False)
    stated_age = forms.IntegerField(
        label="Age in years, if no date of birth", required=False, min_value=0, max_value=130,
        error_messages={"invalid": "Write the age in whole years, such as 67."},
    )  # fmt: skip
    sex = forms.ChoiceField(label="Sex", choices=Sex.choices, required=False, initial=Sex.UNKNOWN)
    nhs_number = NhsNumberField(label="NHS number", required=False)
    interpreter = _text("Interpreter needed: language", 60)
    practice_code = _text("GP practice (ODS code)", 10)
    risks = forms.MultipleChoiceField(
        label="Risks that are known", choices=RISKS, required=False, widget=forms.CheckboxSelectMultiple
    )
    flag_kind = forms.ChoiceField(label="Flag", choices=[("", "No flag"), *Flag.Kind.choices], required=False)
    flag_text = _text("What the flag is about", 400)

    def __init__(self, data: Any = None, **options: Any) -> None:
        initial = {"token": uuid4(), **options.pop("initial", {})}
        super().__init__(data, initial=initial, **options)
        self.left_out: list[str] = []

    def clean(self) -> dict[str, Any]:
        """A case that can be found again has a problem or a number; a flag has its words.

        Somebody who does not breathe waits for no correction: then what cannot be read is left out, and told.
        """
        said = self.cleaned_data
        if life_threat(said.get("breathing", ""), said.get("conscious", "")):
            self._let_through()
            return said
        findable = ("problem", "caller_phone", "patient_phone", "other_phone")
        if not any(said.get(name) or name in self.errors for name in findable):
            self.add_error("problem", "Write what is wrong, or a telephone number: one of them makes a case.")
        if said.get("flag_kind") and not said.get("flag_text"):
            self.add_error("flag_text", "Say what the flag is about.")
        if said.get("flag_text") and not said.get("flag_kind"):
            self.add_error("flag_kind", "Choose the kind of flag.")
        return said

    def _let_through(self) -> None:
        for name in list(self.errors):
            if name == "token":
                self.cleaned_data[name] = uuid4()
            else:
                self.left_out.append(f"{self.fields[name].label}: {self[name].value()}"[:300])
                self.cleaned_data[name] = EMPTY.get(name, "")
            del self.errors[name]

    def intake(self) -> Intake:
        """What was told, as the hub takes it; empty boxes are "not recorded"."""
        said = self.cleaned_data
        chosen = category(said["breathing"], said["conscious"], said["category"])
        words: dict[str, Any] = {
            name: said[name] or None
            for name in (
                "problem", "given_name", "family_name", "nhs_number", "interpreter", "practice_code", "address",
                "postcode", "grid_reference", "three_words", "access_note",
            )
        }  # fmt: skip
        told_flag = said["flag_kind"] and said["flag_text"]
        return Intake(
            category=chosen,
            segment=said["segment"] if chosen == Category.C2 else "",
            code=said["code"],
            birth_date=said["birth_date"],
            stated_age=said["stated_age"],
            sex=said["sex"] or Sex.UNKNOWN,
            nhs_number_status=NhsNumberStatus.GIVEN if said["nhs_number"] else NhsNumberStatus.NOT_RECORDED,
            risks=tuple(said["risks"]),
            contacts=self._contacts(),
            flags=(FlagDetails(said["flag_kind"], said["flag_text"]),) if told_flag else (),
            payload={},
            **words,
        )

    def _contacts(self) -> tuple[ContactDetails, ...]:
        """The numbers in the order of ringing: the one chosen first, then caller, patient, other."""
        said = self.cleaned_data
        told = {
            "caller": ContactDetails(
                said["caller_phone"], said["caller_name"], said["relationship"],
                is_patient=said["caller_is_patient"], is_caller=True,
            ),
            "patient": ContactDetails(said["patient_phone"], self._patient_name(), "patient", is_patient=True),
            "other": ContactDetails(said["other_phone"], said["other_name"]),
        }  # fmt: skip
        order = sorted(told, key=lambda who: who != said["ring_first"])
        return tuple(told[who] for who in order if told[who].phone)

    def _patient_name(self) -> str:
        said = self.cleaned_data
        return " ".join(part for part in (said["given_name"], said["family_name"]) if part)

    def looks_like(self) -> tuple[Case, list[str]]:
        """What is typed so far, as the repeat radar asks; half a form is enough, nothing is saved."""
        self.is_valid()
        said = self.cleaned_data
        case = Case(nhs_number=said.get("nhs_number") or None, birth_date=said.get("birth_date"))
        case.name_key = name_key(said.get("given_name"), said.get("family_name"))
        phones = [said.get(name) or "" for name in ("caller_phone", "patient_phone", "other_phone")]
        return case, phones

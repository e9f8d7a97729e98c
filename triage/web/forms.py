"""What a clinician types during an assessment: forms that read, and keep what was typed."""

from typing import Any

from django import forms

from hub.cases.models import Sex
from triage.models import ClosingSet, Opening, Override
from triage.operations.assessing import OpeningDetails
from triage.policies import ClosingDetails, StrictItem

WORDS = forms.Textarea(attrs={"rows": 2})


class OpeningForm(forms.Form):
    """The opening questions. Completeness is the operation's rule, so nothing here is required."""

    speaking_to = forms.CharField(label="Speaking to", required=False, max_length=120)
    is_patient = forms.BooleanField(label="This is the patient", required=False)
    patient_spoken_to = forms.BooleanField(label="Spoke to the patient too", required=False)
    why_not_patient = forms.CharField(label="If not, why", required=False, max_length=200)
    number_back = forms.CharField(label="Number to ring back", required=False, max_length=30)
    address_spoken = forms.BooleanField(
        label="The caller said the address (not read to them)", required=False
    )
    address = forms.CharField(label="Address in the caller's words", required=False, max_length=1000)
    postcode = forms.CharField(label="Postcode", required=False, max_length=10)
    consent = forms.ChoiceField(
        label="Consent", required=False, choices=[("", "Choose"), *Opening.Consent.choices]
    )

    def details(self) -> OpeningDetails:
        """As the operation takes them."""
        return OpeningDetails(**self.cleaned_data)


class ContextForm(forms.Form):
    """Age and sex as told, when the case does not know them."""

    age = forms.CharField(
        label="Age as told", required=False, max_length=20, help_text="67 years, 5 months, 20 days"
    )
    sex = forms.ChoiceField(label="Sex", required=False, choices=[("", "As on the case"), *Sex.choices])


class ClosingForm(forms.Form):
    """The closing set. What must be filled in is the policy's rule, said in one place."""

    reason_explained = forms.BooleanField(label="Explained why no ambulance is needed", required=False)
    no_ambulance_told = forms.BooleanField(label="Told plainly that no ambulance is coming", required=False)
    advice_given = forms.BooleanField(label="Read the advice aloud", required=False)
    worsening_told = forms.BooleanField(label="Told the worsening signs", required=False)
    repeated_back = forms.BooleanField(label="They repeated it back in their own words", required=False)
    time_scale = forms.CharField(label="By when better or seen", required=False, max_length=200)
    ring = forms.CharField(label="Whom to ring if worse", required=False, max_length=200)
    agreement = forms.ChoiceField(
        label="Agreement", required=False, choices=ClosingSet.Agreement.choices, widget=forms.RadioSelect
    )
    disagreement_action = forms.CharField(
        label="If not fully: what was done", required=False, max_length=2000, widget=WORDS
    )
    with_them = forms.CharField(label="Who is with them", required=False, max_length=200)
    written = forms.ChoiceField(
        label="Written copy", required=False, choices=ClosingSet.Written.choices, widget=forms.RadioSelect
    )
    written_to = forms.CharField(label="Number or address for the copy", required=False, max_length=60)

    def __init__(self, *args: Any, items: list[StrictItem], **options: Any) -> None:
        super().__init__(*args, **options)
        self.items = items
        for item in items:
            self.fields[item.key] = forms.CharField(label=item.ask, required=False, max_length=400)

    @property
    def ticks(self) -> list[forms.BoundField]:
        """The yes/no items, in the order of saying."""
        names = ("reason_explained", "no_ambulance_told", "advice_given", "worsening_told", "repeated_back")
        return [self[name] for name in names]

    @property
    def stricter(self) -> list[forms.BoundField]:
        """The items of groups at higher risk."""
        return [self[item.key] for item in self.items]

    def details(self) -> ClosingDetails:
        """As the operation takes them."""
        given = dict(self.cleaned_data)
        stricter = {item.key: str(given.pop(item.key, "")) for item in self.items}
        return ClosingDetails(**given, stricter=stricter)


class UpForm(forms.Form):
    """Above the rules."""

    code = forms.ChoiceField(label="To", choices=[])
    words = forms.CharField(label="Why, if you like", required=False, max_length=2000)

    def __init__(self, data: Any = None, *, choices: list[tuple[str, str]]) -> None:
        super().__init__(data, auto_id="up-%s")
        self.fields["code"].choices = choices  # type: ignore[attr-defined]


class DownForm(forms.Form):
    """Below the rules."""

    code = forms.ChoiceField(label="To", choices=[])
    reason = forms.ChoiceField(
        label="Reason", required=False, choices=[("", "Choose"), *Override.Reason.choices]
    )
    words = forms.CharField(label="In words", required=False, max_length=2000, widget=WORDS)

    def __init__(self, data: Any = None, *, choices: list[tuple[str, str]]) -> None:
        super().__init__(data, auto_id="down-%s")
        self.fields["code"].choices = choices  # type: ignore[attr-defined]

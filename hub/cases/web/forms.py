"""What a person may write on a case: one small form for each thing."""

from collections.abc import Iterable
from datetime import datetime, time
from typing import Any

from django import forms
from django.db import models

from hub.cases.models import Call, Case, Contact, Flag
from hub.cases.phones import as_written
from hub.cases.states import Category, Outcome
from hub.cases.web.fields import BIGGEST, PhoneField, fence_field
from hub.clock import LONDON

LONGEST = 4000  # characters in a box for words
WORDS = forms.Textarea(attrs={"rows": 3})


class SendReason(models.TextChoices):
    """Why an ambulance is sent by a person."""

    CLINICAL_CONCERN = "clinical_concern", "Worried about the patient"
    WORSE = "worse", "Worse than before"
    RED_FLAG = "red_flag", "A danger sign"
    NO_ANSWER = "no_answer", "Nobody answers"
    PATIENT_REQUEST = "patient_request", "Patient or carer insists"
    OTHER = "other", "Other"


class CaseForm(forms.Form):
    """A form about one case; its fields' ids begin with its own name, so that several fit on one page."""

    called = ""

    def __init__(self, data: Any = None, *, case: Case | None = None, **options: Any) -> None:
        super().__init__(data, auto_id=f"{self.called}-%s", **options)
        self.case = case

    def said(self, name: str) -> str:
        """A text that was typed."""
        return str(self.cleaned_data[name])


class NoteForm(CaseForm):
    """Words on the timeline."""

    called = "note"
    text = forms.CharField(
        label="Note", max_length=LONGEST, widget=WORDS, error_messages={"required": "Write the note."}
    )


class FlagForm(CaseForm):
    """A coded warning."""

    called = "flag"
    kind = forms.ChoiceField(label="Kind", choices=Flag.Kind.choices)
    text = forms.CharField(
        label="What it is about", max_length=400, error_messages={"required": "Say what it is about."}
    )
    review_on = forms.DateField(
        label="Review on (if it should be looked at again)", required=False, widget=forms.SelectDateWidget
    )

    @property
    def review_at(self) -> datetime | None:
        """The end of the review day in London."""
        day = self.cleaned_data["review_on"]
        return datetime.combine(day, time(23, 59), tzinfo=LONDON) if day else None


class ContactForm(CaseForm):
    """One more person who can be rung."""

    called = "contact"
    phone = PhoneField(label="Telephone", error_messages={"required": "Write the telephone number."})
    name = forms.CharField(label="Name", required=False, max_length=120)
    relationship = forms.CharField(label="Who they are to the patient", required=False, max_length=60)
    is_patient = forms.BooleanField(label="This is the patient", required=False)
    note = forms.CharField(label="Good to know", required=False, max_length=200)


class AddressForm(CaseForm):
    """The address, spoken by the caller."""

    called = "address"
    address = forms.CharField(
        label="Address as the caller says it",
        help_text="Ask “What is the address?”. Never read one out for them to agree with.",
        max_length=1000, widget=WORDS, error_messages={"required": "Write the address as the caller says it."},
    )  # fmt: skip
    postcode = forms.CharField(label="Postcode", required=False, max_length=10)


class RingForm(CaseForm):
    """One call or attempt."""

    called = "ring"
    kind = forms.ChoiceField(
        choices=[(kind.value, kind.label) for kind in Call.Kind if kind != Call.Kind.WELFARE]
    )
    contact = forms.ChoiceField(label="Whom", required=False)
    number = PhoneField(label="Another number", required=False)
    result = forms.ChoiceField(
        label="What happened", choices=Call.Result.choices, widget=forms.RadioSelect,
        error_messages={"required": "Choose what happened."},
    )  # fmt: skip
    note = forms.CharField(
        label="Heard", required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2})
    )
    fence = fence_field()

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        contacts = self.case.contacts.all() if self.case else []
        self.fields["contact"].choices = rung_choices(contacts)  # type: ignore[attr-defined]

    @property
    def contact_id(self) -> int | None:
        """The chosen contact, or none when another number was rung."""
        return int(self.cleaned_data["contact"]) if self.cleaned_data["contact"] else None


class WelfareForm(CaseForm):
    """A check on somebody who still waits."""

    called = "welfare"
    result = forms.ChoiceField(
        label="What happened", choices=Call.Result.choices, widget=forms.RadioSelect,
        error_messages={"required": "Choose what happened."},
    )  # fmt: skip
    since = forms.ChoiceField(
        label="How are they since the last call?", required=False,
        choices=[("same", "Same or better"), ("worse", "Worse"), ("unknown", "Not known")], widget=forms.RadioSelect,
    )  # fmt: skip
    note = forms.CharField(
        label="Heard", required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean(self) -> dict[str, Any]:
        """Whoever answered was asked how they are."""
        answered = self.cleaned_data.get("result") == Call.Result.ANSWERED
        if answered and not self.cleaned_data.get("since"):
            self.add_error("since", "They answered: say whether they are worse.")
        return self.cleaned_data

    @property
    def worse(self) -> bool:
        """Worse, or nobody could say although somebody answered: a danger not ruled out counts as present."""
        answered, since = self.said("result") == Call.Result.ANSWERED, self.said("since")
        return since == "worse" or (answered and since == "unknown")


class SendForm(CaseForm):
    """An ambulance, now."""

    called = "send"
    # A category that a person picked; the button that sends at once says nothing of it, and is never sent below.
    by_hand = forms.BooleanField(required=False, widget=forms.HiddenInput)
    category = forms.ChoiceField(label="Category", choices=Category.choices)
    reason = forms.ChoiceField(label="Why", choices=SendReason.choices)
    words = forms.CharField(
        label="In words", required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2})
    )


class RangDispatchForm(CaseForm):
    """Dispatch was told by telephone."""

    called = "rang"
    dispatch = forms.UUIDField(widget=forms.HiddenInput)
    words = forms.CharField(
        label="I rang dispatch. Who there has it?", max_length=400,
        error_messages={"required": "Write the name of the person at dispatch who has it."},
    )  # fmt: skip


class DeferForm(CaseForm):
    """The limit is deferred, once."""

    called = "defer"
    minutes = forms.IntegerField(
        label="Minutes (1 to 60)",
        min_value=1,
        max_value=60,
        error_messages={"required": "Write 1 to 60 minutes."},
    )
    reason = forms.CharField(
        label="Why", max_length=LONGEST, widget=WORDS, error_messages={"required": "Say why."}
    )


class ReasonForm(CaseForm):
    """Something that needs a reason: release, take over, open again."""

    called = "reason"
    reason = forms.CharField(label="Why", max_length=400, error_messages={"required": "Say why."})
    fence = fence_field()


class AlarmForm(CaseForm):
    """What was done about an alarm."""

    called = "alarm"
    alarm = forms.MultipleChoiceField(
        label="Which alarm you dealt with", widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Tick the alarm that you dealt with.",
            "invalid_choice": "An alarm that you ticked stands no more, or has new words. Read what stands now.",
        },
    )  # fmt: skip
    words = forms.CharField(label="What did you do about it?", max_length=LONGEST,
                            error_messages={"required": "Say what you did about it."})  # fmt: skip

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        alarms = self.case.open_alarms if self.case else []
        self.fields["alarm"].choices = [(each.key, each.sentence) for each in alarms]  # type: ignore[attr-defined]


class FenceForm(CaseForm):
    """A button: only which holding it belongs to."""

    called = "fence"
    fence = forms.IntegerField(min_value=0, max_value=BIGGEST, widget=forms.HiddenInput)


class CloseForm(CaseForm):
    """An ending without an assessment; with one it ends on the assessment's closing page."""

    called = "close"
    outcome = forms.ChoiceField(
        label="How it ends",
        choices=[(each.value, each.label) for each in (
            Outcome.NO_CONTACT, Outcome.DUPLICATE, Outcome.PASSED_ON, Outcome.CANCELLED)],
    )  # fmt: skip
    other = forms.CharField(label="Duplicate of: the other case’s number", max_length=20, required=False)
    taken_by = forms.CharField(label="Passed on to: who took the patient over", max_length=200, required=False,
                               help_text="Name, role and organisation.")  # fmt: skip
    words = forms.CharField(label="In words", max_length=LONGEST, widget=WORDS,
                            error_messages={"required": "Say in words how the case ends."})  # fmt: skip
    # Agreeing takes the second person's own credentials: a name picked from a list is nobody's agreement.
    second = forms.CharField(label="Second clinician who agrees: user name", max_length=60, required=False,
                             help_text="They type this themselves.")  # fmt: skip
    password = forms.CharField(label="Their password", max_length=128, required=False,
                               widget=forms.PasswordInput(attrs={"autocomplete": "off"}))  # fmt: skip
    fence = fence_field()

    def clean(self) -> dict[str, Any]:
        """A duplicate names the case that goes on, a case that is passed on who has the patient now."""
        if self.cleaned_data.get("outcome") == Outcome.DUPLICATE and not self.cleaned_data.get("other"):
            self.add_error("other", "Write the number of the other case, such as H-260101-0042.")
        if self.cleaned_data.get("outcome") == Outcome.PASSED_ON and not self.cleaned_data.get("taken_by"):
            self.add_error("taken_by", "Write who took the patient over: name, role and organisation.")
        return self.cleaned_data


def rung_choices(contacts: Iterable[Contact]) -> list[tuple[str, str]]:
    """Whom a call can be about: the contacts by rank, or another number."""
    named = [
        (str(each.pk), f"{each.rank}. {each.name or 'no name'}, {as_written(each.phone)}")
        for each in contacts
    ]
    return [*named, ("", "Another number")]

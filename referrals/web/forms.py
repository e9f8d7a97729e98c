"""What people type in onward care."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms

from hub.cases.models import Contact
from hub.cases.phones import as_written
from referrals.policies import LEAST_WORDS
from referrals.states import Answer, RejectReason, ServiceKind

LONGEST = 4000
BIGGEST = 2_147_483_647
AGREEMENTS = (
    ("The patient agrees", "The patient agrees"),
    ("Somebody entitled agrees for the patient", "Somebody entitled agrees for the patient"),
    (
        "The patient cannot decide now; best interests",
        "The patient cannot decide now: it is in their best interests",
    ),
)


class SendForm(forms.Form):
    """An offer to one service."""

    service = forms.UUIDField(widget=forms.HiddenInput)
    fence = forms.IntegerField(min_value=0, max_value=BIGGEST, required=False, widget=forms.HiddenInput)
    agreement = forms.ChoiceField(
        label="Agreement", choices=AGREEMENTS, widget=forms.RadioSelect,
        error_messages={"required": "Record who agrees to this referral."},
    )  # fmt: skip
    words = forms.CharField(
        label="Message to the service", required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What they need beyond the assessment: keys, dogs, who is there.",
    )  # fmt: skip


class WordsForm(forms.Form):
    """Why an offer is taken back."""

    words = forms.CharField(
        label="Why it is withdrawn", max_length=400, error_messages={"required": "Say why it is withdrawn."}
    )


class ToldForm(forms.Form):
    """A service that no message reaches was rung."""

    key = forms.CharField(max_length=16, widget=forms.HiddenInput)
    words = forms.CharField(
        label="Who there knows of it",
        max_length=400,
        error_messages={"required": "Say who there knows of it."},
    )


class AcceptedForm(forms.Form):
    """Accepted by telephone: a named person."""

    name = forms.CharField(
        label="Who accepted",
        max_length=120,
        error_messages={"required": "Write the name of the person who accepted."},
    )
    role = forms.CharField(
        label="Their role",
        max_length=120,
        error_messages={"required": "Write their role, such as duty nurse."},
    )


class RejectedForm(forms.Form):
    """Rejected by telephone: a coded reason."""

    reason = forms.ChoiceField(
        label="Reason", choices=[("", "Choose"), *RejectReason.choices],
        error_messages={"required": "Choose the reason they gave."},
    )  # fmt: skip
    words = forms.CharField(label="In words", required=False, max_length=400)


class FollowUpForm(forms.Form):
    """What a follow-up call brought, and who was rung."""

    contact = forms.TypedChoiceField(
        label="Who was rung", coerce=int, empty_value=None, required=False, widget=forms.RadioSelect
    )
    answer = forms.ChoiceField(
        label="How is the patient?", choices=Answer.choices, widget=forms.RadioSelect,
        error_messages={"required": "Choose how the patient is, or that nobody answered."},
    )  # fmt: skip
    words = forms.CharField(
        label="What was said", required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *arguments: Any, contacts: Sequence[Contact] = (), **named: Any) -> None:
        super().__init__(*arguments, **named)
        if not contacts:
            del self.fields["contact"]
            return
        field = cast("forms.TypedChoiceField", self.fields["contact"])
        field.choices = [(each.pk, _whom(each)) for each in contacts]
        self.initial.setdefault("contact", contacts[0].pk)


def _whom(contact: Contact) -> str:
    who = contact.name or contact.relationship or ("the patient" if contact.is_patient else "no name")
    return f"{as_written(contact.phone)}, {who}"


class NobodyReachedForm(forms.Form):
    """Why a follow-up may end with nobody reached."""

    words = forms.CharField(
        label="Why it may end with nobody reached", max_length=LONGEST, min_length=LEAST_WORDS,
        error_messages={
            "required": "Say why it may end with nobody reached.",
            "min_length": "Say in words why it may end with nobody reached.",
        },
    )  # fmt: skip


class ReplyForm(forms.Form):
    """The patient's own answer."""

    answer = forms.ChoiceField(
        label="How are you now?", widget=forms.RadioSelect,
        choices=[
            (Answer.BETTER.value, "Better"), (Answer.SAME.value, "About the same"), (Answer.WORSE.value, "Worse"),
        ],
        error_messages={"required": "Choose how you are now."},
    )  # fmt: skip


class SearchForm(forms.Form):
    """Looking something up in the directory."""

    words = forms.CharField(label="Name, ODS code or postcode district", required=False, max_length=60)
    kind = forms.ChoiceField(label="Kind", required=False, choices=[("", "Every kind"), *ServiceKind.choices])

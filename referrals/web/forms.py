"""What people type in onward care."""

from typing import Any

from django import forms

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
    """What a follow-up call brought."""

    answer = forms.ChoiceField(
        label="How is the patient?", choices=Answer.choices, widget=forms.RadioSelect,
        error_messages={"required": "Choose how the patient is, or that nobody answered."},
    )  # fmt: skip
    words = forms.CharField(
        label="What was said", required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )
    again = forms.BooleanField(label="Nobody answered: try again in 15 minutes", required=False)

    def clean(self) -> dict[str, Any]:
        """Trying again is for when nobody answered; ending without an answer takes a reason."""
        answer, again = self.cleaned_data.get("answer"), self.cleaned_data.get("again")
        if again and answer and answer != Answer.NO_ANSWER:
            self.add_error("again", "Somebody answered: there is nothing to try again.")
        if answer == Answer.NO_ANSWER and not again and not self.cleaned_data.get("words"):
            self.add_error("words", "Nobody answered: tick to try again, or say why it ends here.")
        return self.cleaned_data


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

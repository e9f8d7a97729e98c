"""The forms of an account: what is kept of a person, and a password of one's own."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.validators import RegexValidator

from hub.accounts.operations import REGISTERED, Details
from hub.people.models import Profession, Skill, User
from hub.people.roles import Role

USERNAME = RegexValidator(r"^[a-z][a-z0-9_.-]*\Z", "Small letters, digits, and . _ - only; a letter first.")


class PersonForm(forms.Form):
    """What an administrator says of a person."""

    name = forms.CharField(
        label="Name", help_text="As the record of each case shows it", max_length=120,
        error_messages={"required": "Enter the name."},
    )  # fmt: skip
    role = forms.ChoiceField(label="Role", choices=Role.choices)
    profession = forms.ChoiceField(label="Profession", choices=Profession.choices)
    registration_number = forms.CharField(label="Registration number", max_length=30, required=False)
    skills = forms.MultipleChoiceField(
        label="Skills", choices=Skill.choices, widget=forms.CheckboxSelectMultiple, required=False
    )

    def clean(self) -> dict[str, Any]:
        """A clinician is registered: the operation and the database say so too."""
        said: dict[str, Any] = super().clean() or {}
        if said.get("role") in REGISTERED:
            if said.get("profession") == Profession.NOT_REGISTERED:
                self.add_error("profession", "A clinician has a registered profession.")
            if not said.get("registration_number") and "registration_number" not in self.errors:
                self.add_error("registration_number", "Enter the registration number.")
        return said

    def details(self) -> Details:
        """The details of a valid form."""
        said = self.cleaned_data
        return Details(
            name=said["name"], role=said["role"], profession=said["profession"],
            registration_number=said["registration_number"], skills=tuple(said["skills"]),
            is_active=said.get("is_active", True),
        )  # fmt: skip


class NewPersonForm(PersonForm):
    """A person who is new here."""

    username = forms.CharField(
        label="User name", help_text="Cannot be changed later", max_length=60, validators=[USERNAME],
        error_messages={"required": "Enter the user name."},
    )  # fmt: skip
    field_order = ("username",)


class ChangeForm(PersonForm):
    """A person who is known; `seen` is the mark of what the page showed."""

    is_active = forms.BooleanField(
        label="May sign in", help_text="Without it they are signed out at once", required=False
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=16)


class OwnPasswordForm(forms.Form):
    """The password of now, and the new one twice."""

    password = forms.CharField(
        label="Your password now", strip=False, error_messages={"required": "Enter your password of now."},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip
    new_password = forms.CharField(
        label="New password", help_text="At least 12 characters; three or four words are good", strip=False,
        max_length=1000, error_messages={"required": "Enter a new password."},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    new_password_again = forms.CharField(
        label="New password again", strip=False, max_length=1000,
        error_messages={"required": "Enter the new password again."},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.user = user

    def clean_new_password(self) -> str:
        """Long enough, not a common one, not the old one."""
        new: str = self.cleaned_data["new_password"]
        validate_password(new, self.user)
        if new == self.data.get("password"):
            raise forms.ValidationError("Choose another one than now.")
        return new

    def clean(self) -> dict[str, Any]:
        """Both the same."""
        said: dict[str, Any] = super().clean() or {}
        if said.get("new_password") and said.get("new_password") != said.get("new_password_again"):
            self.add_error("new_password_again", "The two are not the same.")
        return said

"""Telephone numbers: read as a British caller says them, kept in E.164, shown as people write them."""

import phonenumbers
from phonenumbers import PhoneNumberType

_TEXTED = frozenset(
    {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE, PhoneNumberType.PERSONAL_NUMBER}
)
# Ofcom's numbers for fiction: mobile, but assigned to nobody, so the library cannot know.
_DRAMA = "+447700900"


def as_e164(said: str) -> str:
    """The number in E.164 when it can be read; otherwise as it was said, trimmed to 30 characters."""
    number = _parse(said)
    return (
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        if number
        else said.strip()[:30]
    )


def as_written(kept: str) -> str:
    """The number in groups, nationally for British ones."""
    number = _parse(kept)
    if number is None:
        return kept
    british = number.country_code == 44
    style = (
        phonenumbers.PhoneNumberFormat.NATIONAL if british else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    return phonenumbers.format_number(number, style)


def is_mobile(kept: str) -> bool:
    """Whether a number in E.164 belongs to a telephone that gets text messages."""
    if kept.startswith(_DRAMA):
        return True
    number = _parse(kept)
    return number is not None and phonenumbers.number_type(number) in _TEXTED


def _parse(text: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, "GB")
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None

"""Telephone numbers: read as a British caller says them, kept in E.164, shown as people write them."""

import phonenumbers


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


def _parse(text: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, "GB")
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None

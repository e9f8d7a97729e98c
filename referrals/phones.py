"""Which telephone numbers can take a text message."""

import phonenumbers
from phonenumbers import PhoneNumberType

_TEXTED = frozenset(
    {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE, PhoneNumberType.PERSONAL_NUMBER}
)
_DRAMA = (
    "+447700900"  # Ofcom's numbers for fiction: mobile, but assigned to nobody, so the library cannot know
)


def is_mobile(number: str) -> bool:
    """Whether a number in E.164 belongs to a telephone that gets text messages."""
    if number.startswith(_DRAMA):
        return True
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.number_type(parsed) in _TEXTED

"""Names as keys for the repeat radar: how a name is spelt does not hide that it is the same person."""

import re
import unicodedata

_SOUNDS = {
    **dict.fromkeys("bfpv", "1"),
    **dict.fromkeys("cgjkqsxz", "2"),
    **dict.fromkeys("dt", "3"),
    "l": "4",
    **dict.fromkeys("mn", "5"),
    "r": "6",
}


def plain(name: str | None) -> str:
    """Lower-case ASCII letters only: O’Brien, OBrien and Ó Brien are one."""
    decomposed = unicodedata.normalize("NFKD", name or "")
    return re.sub(r"[^a-z]", "", decomposed.encode("ascii", "ignore").decode().lower())


def sound(name: str | None) -> str:
    """American Soundex of one name, the published algorithm; empty for a name without Latin letters."""
    letters = plain(name)
    if not letters:
        return ""
    code, before = letters[0], _SOUNDS.get(letters[0], "")
    for letter in letters[1:]:
        digit = _SOUNDS.get(letter, "")
        if digit and digit != before:
            code += digit
        if letter not in "hw":
            before = digit
    return (code + "000")[:4]


def name_key(given: str | None, family: str | None) -> str:
    """Sound of the family name and first letter of the given name, or empty when unknown."""
    family_sound = sound(family)
    return f"{family_sound}-{plain(given)[:1]}" if family_sound else ""

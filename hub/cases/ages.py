"""Ages, exact to the day; 29 February birthdays come of age on 1 March in other years."""

from datetime import date


def years(birth: date, on: date) -> int:
    """Completed years of age on a day; 0 for a birth date in the future."""
    before_birthday = (on.month, on.day) < (birth.month, birth.day)
    return max(on.year - birth.year - before_birthday, 0)


def said(birth: date | None, stated: int | None, on: date) -> str | None:
    """Age as people say it: days, weeks or months for the very young, else years. None is not recorded."""
    if birth is None:
        return None if stated is None else f"about {stated} years"
    days = (on - birth).days
    if days < 14:
        return f"{max(days, 0)} days"
    if days < 90:
        return f"{days // 7} weeks"
    months = (on.year - birth.year) * 12 + on.month - birth.month - (on.day < birth.day)
    return f"{months} months" if months < 24 else f"{years(birth, on)} years"

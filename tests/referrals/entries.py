"""An entry of the directory as people write it, for the tests that keep the directory."""

from typing import Any

from referrals.entry import Entry, read_entry

WRITTEN: dict[str, Any] = {
    "name": "Example Urgent Response", "kind": "urgent-community-response", "ods_code": "T9U01",
    "phone": "020 7946 0351", "districts": "SE1 SE", "hours": "Mon-Sun 00:00-24:00",
    "bank_holidays": "as the weekday", "exceptions": "2027-12-25 closed", "age_from": "18",
    "response_minutes": "60", "accept_minutes": "20", "capacity": "12", "period_minutes": "1440",
}  # fmt: skip
ADDRESS = "https://partner.example/hook"


def written(**changes: Any) -> Entry:
    """The entry with some fields written otherwise."""
    return read_entry({**WRITTEN, **changes})

"""The secrets that services' messages are signed with."""

import base64
import secrets


def new_secret() -> str:
    """A signing secret as the Standard Webhooks convention writes it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()

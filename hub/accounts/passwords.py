"""Passwords that an administrator gives: long enough that nobody guesses them, easy to read out."""

import secrets

# Without letters and digits that look or sound alike.
ALPHABET = "acdefhjkmnpqrtuvwxyz2346789"
GROUPS, LETTERS = 4, 4  # 16 of 27 characters: 76 bits


def new_password() -> str:
    """Four groups of four characters, such as "kfht-2npx-mw7d-ac9r"."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(LETTERS)) for _ in range(GROUPS))

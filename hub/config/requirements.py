"""What production cannot do without."""

import os


def require(*names: str) -> None:
    """Stop with the list of the environment variables that are missing; values are never printed."""
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        raise SystemExit(
            "The clinical hub does not start in production without its secrets and addresses.\n"
            "Missing from the environment: " + ", ".join(missing) + "\n"
            "Set them; or start `make demo` in this folder, and commands typed beside it speak to it."
        )

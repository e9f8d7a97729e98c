"""docs/roles.md: the roles and their permissions as a table, printed from the data that the hub runs on."""

from hub.generated import generated
from hub.people.permissions import DESCRIPTIONS, Permission
from hub.people.roles import ROLES, Role


@generated("roles.md")
def roles_page() -> str:
    """Who may do what."""
    roles = list(ROLES)
    lines = [
        "# Roles and permissions",
        "",
        "Printed by `manage.py generate_docs` from `hub/people/roles.py`.",
        "",
    ]
    lines += [f"- **{Role(role).label}**: {ROLES[role].purpose}" for role in roles]
    lines += [
        "",
        "| may | " + " | ".join(Role(role).label for role in roles) + " |",
        "|---" * (len(roles) + 1) + "|",
    ]
    for permission in Permission:
        marks = ["yes" if permission in ROLES[role].permissions else "–" for role in roles]
        lines.append(f"| {DESCRIPTIONS[permission]} | " + " | ".join(marks) + " |")
    machines = (
        "Machines (the CAD, partner services) hold no role: each API client has its own scopes and sees only "
        "what it sent or what was sent to its own services."
    )
    return "\n".join([*lines, "", machines]) + "\n"

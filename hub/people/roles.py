"""Roles as data: which permissions each kind of person holds, and why. Printed into docs/roles.md."""

from dataclasses import dataclass

from django.db import models

from hub.people import permissions

P = permissions.Permission


class Role(models.TextChoices):
    """The job a person does in the hub."""

    CLINICIAN = "clinician", "Clinician"
    CALL_HANDLER = "call_handler", "Call handler"
    SENIOR_CLINICIAN = "senior_clinician", "Senior clinician"
    SUPERVISOR = "supervisor", "Supervisor"
    GOVERNANCE_LEAD = "governance_lead", "Governance lead"
    ADMINISTRATOR = "administrator", "Administrator"


@dataclass(frozen=True, slots=True)
class RoleDefinition:
    """One role: what it is for, and the rights it holds."""

    purpose: str
    permissions: frozenset[P]


_SEES_CASES = {P.VIEW_QUEUE, P.VIEW_CASE, P.ADD_TO_CASE, P.SEND_AMBULANCE}
_CALL_HANDLER = _SEES_CASES | {P.TAKE_CALL, P.FOLLOW_UP}
_CLINICIAN = _CALL_HANDLER | {
    P.WORK_CASE, P.REFER, P.VIEW_BOARD, P.VIEW_DIRECTORY, P.VIEW_PROTOCOLS, P.RAISE_CONCERN,
}  # fmt: skip
_SENIOR = _CLINICIAN | {P.SECOND_SIGN, P.DEFER_BREACH, P.TAKE_OVER, P.SIGN_PROTOCOL}
_SUPERVISOR = _CALL_HANDLER | {
    P.TAKE_OVER, P.VIEW_BOARD, P.HANDLE_PARKED, P.VIEW_MESSAGES, P.VIEW_DIRECTORY, P.MANAGE_DIRECTORY,
    P.VIEW_PROTOCOLS, P.VIEW_PEOPLE,
}  # fmt: skip
_GOVERNANCE = {
    P.VIEW_CASE, P.VIEW_PROTOCOLS, P.RAISE_CONCERN, P.SIGN_PROTOCOL, P.GOVERN_PROTOCOLS, P.VIEW_DIRECTORY, P.VIEW_BOARD,
}  # fmt: skip

ROLES: dict[Role, RoleDefinition] = {
    Role.CLINICIAN: RoleDefinition(
        "Nurse, paramedic, pharmacist, mental-health nurse or GP who rings back, assesses and refers.",
        frozenset(_CLINICIAN),
    ),
    Role.CALL_HANDLER: RoleDefinition(
        "Takes calls, makes welfare and follow-up calls, sends an ambulance when worried.",
        frozenset(_CALL_HANDLER),
    ),
    Role.SENIOR_CLINICIAN: RoleDefinition(
        "Second opinion; decides what others may not decide alone.", frozenset(_SENIOR)
    ),
    Role.SUPERVISOR: RoleDefinition("Runs the shift from the live board.", frozenset(_SUPERVISOR)),
    Role.GOVERNANCE_LEAD: RoleDefinition(
        "Signs protocols, answers concerns about them and audits calls.",
        frozenset(_GOVERNANCE),
    ),
    Role.ADMINISTRATOR: RoleDefinition(
        "Keeps accounts and the directory of services in order; sees no patient.",
        frozenset({P.VIEW_PEOPLE, P.MANAGE_PEOPLE, P.VIEW_DIRECTORY, P.MANAGE_DIRECTORY}),
    ),
}

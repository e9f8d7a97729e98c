"""What a person may do, one word each. Roles are data over these words (roles.py)."""

from enum import StrEnum


class Permission(StrEnum):
    """A single right; the value is the stable name, the description is in DESCRIPTIONS."""

    VIEW_QUEUE = "view_queue"
    VIEW_CASE = "view_case"
    TAKE_CALL = "take_call"
    ADD_TO_CASE = "add_to_case"
    SEND_AMBULANCE = "send_ambulance"
    WORK_CASE = "work_case"
    REFER = "refer"
    SECOND_SIGN = "second_sign"
    DEFER_BREACH = "defer_breach"
    TAKE_OVER = "take_over"
    FOLLOW_UP = "follow_up"
    VIEW_BOARD = "view_board"
    HANDLE_PARKED = "handle_parked"
    VIEW_MESSAGES = "view_messages"
    VIEW_DIRECTORY = "view_directory"
    MANAGE_DIRECTORY = "manage_directory"
    VIEW_PROTOCOLS = "view_protocols"
    RAISE_CONCERN = "raise_concern"
    SIGN_PROTOCOL = "sign_protocol"
    GOVERN_PROTOCOLS = "govern_protocols"
    VIEW_PEOPLE = "view_people"
    MANAGE_PEOPLE = "manage_people"


DESCRIPTIONS: dict[Permission, str] = {
    Permission.VIEW_QUEUE: "see the cases that wait",
    Permission.VIEW_CASE: "open a case and its timeline (each look is recorded)",
    Permission.TAKE_CALL: "record an incoming call and open a case",
    Permission.ADD_TO_CASE: "add a call, a contact, a flag or a note to an open case",
    Permission.SEND_AMBULANCE: "send an ambulance now, or raise the category, on any open case",
    Permission.WORK_CASE: "claim a case, ring back, assess and close it",
    Permission.REFER: "offer a case to a service, withdraw the offer",
    Permission.SECOND_SIGN: "agree, as the second clinician, to going below what the rules suggest",
    Permission.DEFER_BREACH: "defer a breach once, with a reason",
    Permission.TAKE_OVER: "take a case over from the person who holds it",
    Permission.FOLLOW_UP: "do follow-up and welfare calls and record what was heard",
    Permission.VIEW_BOARD: "see the live board",
    Permission.HANDLE_PARKED: "run parked work again, or settle it with a reason",
    Permission.VIEW_MESSAGES: "see the messages sent outside, and each attempt",
    Permission.VIEW_DIRECTORY: "see the directory of services",
    Permission.MANAGE_DIRECTORY: "add services to the directory, change and end them",
    Permission.VIEW_PROTOCOLS: "read the protocols and their versions",
    Permission.RAISE_CONCERN: "raise a concern about a question, a rule or a protocol",
    Permission.SIGN_PROTOCOL: "sign a protocol version that is in review",
    Permission.GOVERN_PROTOCOLS: "replay, submit, put into force and retire protocol versions; close concerns",
    Permission.VIEW_PEOPLE: "see who works here, their role and registration",
    Permission.MANAGE_PEOPLE: "add people, change their role, end their access",
}

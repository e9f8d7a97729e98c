"""The life of a referral and of a follow-up as tables, and the words and codes they use. Printed into docs/."""

from django.db import models

from hub.record.transitions import StateTable


class ServiceKind(models.TextChoices):
    """What a service is; the codes are those of the dispositions in the clinical content."""

    URGENT_COMMUNITY_RESPONSE = "urgent-community-response", "Urgent community response"
    FALLS_LIFTING = "falls-lifting", "Falls lifting"
    SINGLE_POINT_OF_ACCESS = "single-point-of-access", "Single point of access"
    MENTAL_HEALTH_CRISIS = "mental-health-crisis", "Mental health crisis"
    PHARMACY = "pharmacy", "Pharmacy"
    PRIMARY_CARE = "primary-care", "GP practice"
    OUT_OF_HOURS = "out-of-hours-primary-care", "Out-of-hours GP"
    URGENT_TREATMENT_CENTRE = "urgent-treatment-centre", "Urgent treatment centre"
    SAME_DAY_EMERGENCY_CARE = "same-day-emergency-care", "Same-day emergency care"
    EMERGENCY_DEPARTMENT = "emergency-department", "Emergency department"
    PALLIATIVE = "palliative", "Palliative care line"
    COMMUNITY_NURSING = "community-nursing", "Community nursing"
    DENTAL = "dental", "Urgent dental"
    MIDWIFE = "midwife", "Midwife"


class Status(models.TextChoices):
    """How busy a service says it is. What was told expires to unknown, never to green."""

    GREEN = "green", "Green"
    AMBER = "amber", "Amber"
    RED = "red", "Red"
    UNKNOWN = "unknown", "Unknown"


class State(models.TextChoices):
    """Where a referral stands."""

    DRAFT = "draft", "Draft"
    SENT = "sent", "Sent"
    RECEIVED = "received", "Received"
    ACCEPTED = "accepted", "Accepted"
    IN_PROGRESS = "in_progress", "In progress"
    COMPLETED = "completed", "Completed"
    REJECTED = "rejected", "Rejected"
    EXPIRED = "expired", "Expired"
    WITHDRAWN = "withdrawn", "Withdrawn"
    RETURNED = "returned", "Returned"
    FAILED = "failed", "Failed"


AWAITING = (State.SENT.value, State.RECEIVED.value)
WITH_SERVICE = (State.ACCEPTED.value, State.IN_PROGRESS.value)
OPEN = (State.DRAFT.value, *AWAITING, *WITH_SERVICE)

_D, _S, _V, _A, _P = (
    each.value for each in (State.DRAFT, State.SENT, State.RECEIVED, State.ACCEPTED, State.IN_PROGRESS)
)

REFERRAL_STATES = StateTable(
    name="referral",
    begins=_D,
    moves={
        "send": {_D: _S},
        "receive": {_S: _V},
        "accept": {_S: _A, _V: _A},
        "reject": {_S: State.REJECTED.value, _V: State.REJECTED.value},
        "expire": {_S: State.EXPIRED.value, _V: State.EXPIRED.value},
        "fail": {_S: State.FAILED.value},
        "withdraw": {_D: State.WITHDRAWN.value, _S: State.WITHDRAWN.value, _V: State.WITHDRAWN.value},
        "start": {_A: _P},
        "complete": {_A: State.COMPLETED.value, _P: State.COMPLETED.value},
        "return": {_A: State.RETURNED.value, _P: State.RETURNED.value},
    },
    meaning={
        _D: "being written; nobody outside knows of it",
        _S: "offered, and readable by the service; the case is the hub's",
        _V: "the service's system has it; the case is the hub's",
        _A: "a named person there took the patient; the hub's case is closed",
        _P: "the service is with the patient",
        State.COMPLETED.value: "the service has finished, with an outcome",
        State.REJECTED.value: "the service said no, with a coded reason; the case is back in the queue",
        State.EXPIRED.value: "nobody answered in time; the case is back in the queue",
        State.WITHDRAWN.value: "the hub took it back",
        State.RETURNED.value: "the service gave the patient back after accepting; the case is open again, at the top",
        State.FAILED.value: "it could not be delivered; the case is back in the queue",
    },
)


class RejectReason(models.TextChoices):
    """Why a service says no: the NHS directory's own codes."""

    TRANSPORT = "21", "Transport"
    CAPACITY = "22", "Capacity"
    NOT_APPROPRIATE = "23", "Not clinically appropriate"
    DECLINED = "24", "Patient declined"
    PATIENT_CHOICE = "26", "Patient's choice"
    NO_CONTACT = "27", "Could not be contacted"
    NO_APPOINTMENTS = "31", "No appointments"
    APPOINTMENTS_NOT_SUITABLE = "32", "Appointments not suitable"
    NOT_ELIGIBLE = "40", "Not eligible"
    HOME_VISIT = "41", "Wants a home visit"
    DISTANCE = "42", "Distance"
    OTHER = "99", "Other"


class Notice(models.TextChoices):
    """What a service that has the patient is told about the hub's own case. Nothing about the patient stands in it."""

    OPENED_AGAIN = "opened_again", "The hub has the case open again"
    AMBULANCE_SENT = "ambulance_sent", "The hub has asked for an ambulance"
    REFERRED_AGAIN = "referred_again", "Another service has accepted the patient too"
    ENDED_AGAIN = "ended_again", "The hub has ended the case again without an ambulance"


class FollowUpState(models.TextChoices):
    """Where a follow-up stands."""

    PLANNED = "planned", "Planned"
    REMINDED = "reminded", "Due"
    MISSED = "missed", "Missed"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Not needed any more"


FOLLOW_UP_OPEN = (FollowUpState.PLANNED.value, FollowUpState.REMINDED.value, FollowUpState.MISSED.value)
_PLANNED, _REMINDED, _MISSED = FOLLOW_UP_OPEN

FOLLOW_UP_STATES = StateTable(
    name="follow_up",
    begins=_PLANNED,
    moves={
        "remind": {_PLANNED: _REMINDED},
        "try_again": {_REMINDED: _REMINDED, _MISSED: _REMINDED},
        "miss": {_REMINDED: _MISSED},
        "finish": dict.fromkeys(FOLLOW_UP_OPEN, FollowUpState.DONE.value),
        "cancel": dict.fromkeys(FOLLOW_UP_OPEN, FollowUpState.CANCELLED.value),
    },
    meaning={
        _PLANNED: "its time has not come",
        _REMINDED: "due: on the board, and the patient has a text message",
        _MISSED: "nobody reached the patient in time: an alarm",
        FollowUpState.DONE.value: "somebody knows how the patient is, or has said why not",
        FollowUpState.CANCELLED.value: "the case is open again, so the queue's own clocks look after the patient",
    },
)


class Means(models.TextChoices):
    """How the patient is asked."""

    CALL = "call", "Call"
    TEXT = "text", "Text message"


class Answer(models.TextChoices):
    """How the patient is, at the follow-up."""

    BETTER = "better", "Better"
    SAME = "same", "About the same"
    WORSE = "worse", "Worse"
    NO_ANSWER = "no_answer", "No answer"

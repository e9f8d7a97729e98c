"""Notes, flags, and the answer to an alarm."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from hub.cases.operations import noting
from hub.cases.web.acting import carry_out, person, post_only
from hub.cases.web.forms import AlarmForm, FlagForm, NoteForm
from hub.people.access import requires
from hub.people.permissions import Permission


@requires(Permission.ADD_TO_CASE)
@post_only
def note(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Add words to the timeline."""

    def do(form: NoteForm) -> None:
        noting.add_note(case_id=case_id, by=person(request), text=form.said("text"))

    return carry_out(
        request, case_id, NoteForm, title="Add a note", button="Add the note", do=do, done="Note added."
    )


@requires(Permission.ADD_TO_CASE)
@post_only
def flag(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Add a coded warning."""

    def do(form: FlagForm) -> None:
        noting.add_flag(
            case_id=case_id, by=person(request), kind=form.said("kind"), text=form.said("text"),
            review_at=form.review_at,
        )  # fmt: skip

    return carry_out(
        request, case_id, FlagForm, title="Add a flag", button="Add the flag", do=do, done="Flag added."
    )


@requires(Permission.ADD_TO_CASE)
@post_only
def alarm(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Somebody dealt with the alarms that they ticked, and says how."""

    def do(form: AlarmForm) -> None:
        keys = form.cleaned_data["alarm"]
        noting.answer_alarms(case_id=case_id, by=person(request), keys=keys, words=form.said("words"))

    return carry_out(
        request,
        case_id,
        AlarmForm,
        title="Answer the alarm",
        button="Answer",
        do=do,
        done="The alarm is answered.",
    )

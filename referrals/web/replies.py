"""The patient's own page: no sign-in, one question, the link is the key."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hub.clock import now
from hub.people.access import open_to_all
from hub.refusals import Refusal
from referrals.models import FollowUp
from referrals.operations.asking import record_reply
from referrals.replies import follow_up_of
from referrals.web.forms import ReplyForm


@open_to_all(
    "the patient's own reply: the signed, expiring link is the key, and the page shows nothing about anybody"
)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def reply(request: HttpRequest, token: str) -> HttpResponse:
    """Better, the same or worse, as often as it changes. A link that is not good or too old says whom to ring."""
    found = follow_up_of(token)
    if found is None or found.reply_until is None or found.reply_until <= now():
        return render(request, "referrals/reply.html", {"state": "ended"}, status=404)
    if request.method != "POST":
        return _ask(request, found, ReplyForm())
    return _answer(request, found)


def _ask(request: HttpRequest, found: FollowUp, form: ReplyForm, status: int = 200) -> HttpResponse:
    context = {"state": "open", "heard": not found.open, "form": form}
    return render(request, "referrals/reply.html", context, status=status)


def _answer(request: HttpRequest, found: FollowUp) -> HttpResponse:
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return _ask(request, found, form, status=422)
    answer = form.cleaned_data["answer"]
    try:
        record_reply(follow_up_id=found.pk, key=found.reply_key, answer=answer)
    except Refusal as refusal:
        return render(request, "referrals/reply.html", {"state": "ended"}, status=refusal.status)
    return render(request, "referrals/reply.html", {"state": "thanks", "answer": answer})

"""The patient's own page: no sign-in, one question, the link is the key."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hub.clock import now
from hub.people.access import open_to_all
from hub.refusals import Refusal
from referrals.models import FollowUp
from referrals.operations.following import record_reply
from referrals.replies import follow_up_of
from referrals.states import FOLLOW_UP_OPEN
from referrals.web.forms import ReplyForm


@open_to_all(
    "the patient's own reply: the signed, expiring link is the key, and the page shows nothing about anybody"
)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def reply(request: HttpRequest, token: str) -> HttpResponse:
    """Better, the same or worse. A link that is not good, used or too old says whom to ring instead."""
    found = follow_up_of(token)
    if found is None or found.reply_until is None or found.reply_until <= now():
        return render(request, "referrals/reply.html", {"state": "ended"}, status=404)
    if found.state not in FOLLOW_UP_OPEN:
        return render(request, "referrals/reply.html", {"state": "answered", "answer": found.answer})
    if request.method != "POST":
        return render(request, "referrals/reply.html", {"state": "open", "form": ReplyForm()})
    return _answer(request, found)


def _answer(request: HttpRequest, found: FollowUp) -> HttpResponse:
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return render(request, "referrals/reply.html", {"state": "open", "form": form}, status=422)
    answer = form.cleaned_data["answer"]
    try:
        record_reply(follow_up_id=found.pk, key=found.reply_key, answer=answer)
    except Refusal as refusal:
        state = "ended" if refusal.status == 404 else "answered"
        return render(request, "referrals/reply.html", {"state": state}, status=refusal.status)
    return render(request, "referrals/reply.html", {"state": "thanks", "answer": answer})

"""Addresses of the phone room: the front door, the queue, taking a call, and one case with all that is done to it."""

from django.urls import URLPattern, URLResolver, include, path

from hub.cases.web import case, closing, contacting, dispatching, holding, home, intake, noting, queue

_on_a_case = [
    path("", case.case, name="case"),
    path("claim/", holding.claim, name="claim"),
    path("heartbeat/", holding.heartbeat, name="heartbeat"),
    path("release/", holding.release, name="release"),
    path("take-over/", holding.take_over, name="take_over"),
    path("start/", holding.start, name="start"),
    path("call/", contacting.call, name="call"),
    path("welfare/", contacting.welfare_call, name="welfare_call"),
    path("contact/", contacting.contact, name="contact"),
    path("address/", contacting.address, name="address"),
    path("note/", noting.note, name="note"),
    path("flag/", noting.flag, name="flag"),
    path("alarm/", noting.alarm, name="alarm"),
    path("send-ambulance/", dispatching.send_ambulance, name="send_ambulance"),
    path("rang-dispatch/", dispatching.rang_dispatch, name="rang_dispatch"),
    path("defer/", dispatching.defer, name="defer"),
    path("close/", closing.close, name="close"),
    path("reopen/", closing.reopen, name="reopen"),
]

_cases: list[URLPattern | URLResolver] = [
    path("queue/", queue.queue, name="queue"),
    path("queue/picture/", queue.picture, name="picture"),
    path("queue/claim-next/", queue.claim_next, name="claim_next"),
    path("welfare/", queue.welfare, name="welfare"),
    path("calls/new/", intake.take_call, name="take_call"),
    path("calls/repeats/", intake.repeats, name="repeats"),
    path("cases/<uuid:case_id>/", include(_on_a_case)),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("", include((_cases, "cases"))),
]

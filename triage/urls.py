"""Addresses of triage: the assessment of a case, its closing page, second opinions, the protocols."""

from django.urls import URLPattern, URLResolver, include, path

from triage.web import assessing, closing, concerns, protocols, second, versions

app_name = "triage"

_of_a_case = [
    path("assessment/", assessing.assessment, name="assessment"),
    path("assessment/answer/", assessing.answer, name="answer"),
    path("assessment/rest/", assessing.rest, name="rest"),
    path("assessment/open/", assessing.add_presentation, name="add_presentation"),
    path("assessment/shut/", assessing.close_presentation, name="close_presentation"),
    path("assessment/context/", assessing.context, name="context"),
    path("assessment/opening/", assessing.opening, name="opening"),
    path("assessment/observations/", assessing.observations, name="observations"),
    path("assessment/again/", assessing.begin_again, name="begin_again"),
    path("assessment/note/", assessing.note, name="note"),
    path("assessment/draft/<slug:field>/", assessing.draft, name="draft"),
    path("assessment/search/", assessing.search, name="search"),
    path("assessment/concern/", concerns.from_case, name="raise_concern"),
    path("closing/", closing.closing, name="closing"),
    path("closing/conclude/", closing.conclude, name="conclude"),
    path("closing/up/", closing.up, name="up"),
    path("closing/down/", closing.down, name="down"),
    path("closing/withdraw/", closing.withdraw, name="withdraw"),
    path("closing/set/", closing.closing_set, name="closing_set"),
    path("closing/copy/", closing.copy, name="copy"),
    path("closing/advice/", closing.advice, name="advice"),
    path("closing/send/", closing.send, name="send"),
]

_of_a_version = [
    path("", versions.version, name="version"),
    path("examine/", versions.examine, name="examine_version"),
    path("submit/", versions.submit, name="submit_version"),
    path("sign/", versions.sign, name="sign_version"),
    path("activate/", versions.activate, name="activate_version"),
    path("retire/", versions.retire, name="retire_version"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("cases/<uuid:case_id>/", include(_of_a_case)),
    path("second-opinions/", second.waiting, name="second_opinions"),
    path("second-opinions/<int:override_id>/", second.second, name="second_opinion"),
    path("concerns/", concerns.listed, name="concerns"),
    path("concerns/<int:concern_id>/", concerns.concern, name="concern"),
    path("concerns/<int:concern_id>/close/", concerns.close, name="close_concern"),
    path("protocols/", protocols.protocols, name="protocols"),
    path("protocols/<slug:protocol_id>/", protocols.protocol, name="protocol"),
    path("protocols/<slug:protocol_id>/concern/", concerns.from_protocol, name="concern_about"),
    path("protocols/<slug:protocol_id>/versions/<int:number>/", include(_of_a_version)),
]

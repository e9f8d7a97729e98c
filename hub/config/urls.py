"""Every address of the hub, by room."""

from django.urls import include, path

urlpatterns = [
    path("", include("hub.people.urls")),
    path("", include("hub.accounts.urls")),
    path("", include("hub.cases.urls")),
    path("board/", include("hub.board.urls")),
    path("", include("triage.urls")),
    path("", include("referrals.urls")),
    path("api/", include("hub.config.api_urls")),
]

handler400 = "hub.cases.web.errors.bad_request"
handler403 = "hub.cases.web.errors.permission_denied"
handler404 = "hub.cases.web.errors.not_found"
handler500 = "hub.cases.web.errors.server_error"

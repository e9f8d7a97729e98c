"""Every address of the hub, by room."""

from django.urls import include, path

urlpatterns = [
    path("", include("hub.people.urls")),
    path("", include("hub.cases.urls")),
    path("board/", include("hub.board.urls")),
    path("", include("triage.urls")),
    path("", include("referrals.urls")),
    path("api/", include("hub.config.api_urls")),
]

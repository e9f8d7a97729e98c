"""Every address of the API, by room; the last one answers for all that are none."""

from django.urls import include, path

urlpatterns = [
    path("", include("hub.cases.api.urls")),
    path("v1/", include("referrals.api.urls")),
    path("", include("hub.cases.api.last_urls")),
]

"""Addresses of onward care."""

from django.urls import path

from referrals.web import directory, directory_changing, follow_ups, offering, replies, standing

app_name = "referrals"
urlpatterns = [
    path("cases/<uuid:case_id>/offer/", offering.offer, name="offer"),
    path("referrals/<uuid:referral_id>/", standing.referral, name="referral"),
    path("referrals/<uuid:referral_id>/withdraw/", standing.withdraw, name="withdraw"),
    path("referrals/<uuid:referral_id>/told/", standing.told, name="told"),
    path("referrals/<uuid:referral_id>/accepted/", standing.accepted, name="accepted"),
    path("referrals/<uuid:referral_id>/rejected/", standing.rejected, name="rejected"),
    path("follow-ups/", follow_ups.follow_ups, name="follow_ups"),
    path("follow-ups/<int:follow_up_id>/", follow_ups.follow_up, name="follow_up"),
    path("follow-ups/<int:follow_up_id>/claim/", follow_ups.claim, name="claim_follow_up"),
    path("follow-ups/<int:follow_up_id>/nobody-reached/", follow_ups.nobody_reached, name="nobody_reached"),
    path("directory/", directory.directory, name="directory"),
    path("directory/new/", directory_changing.add, name="add_service"),
    path("directory/<uuid:service_id>/", directory.service, name="service"),
    path("directory/<uuid:service_id>/change/", directory_changing.change, name="change_service"),
    path("directory/<uuid:service_id>/end/", directory_changing.end, name="end_service"),
    path("directory/<uuid:service_id>/list-again/", directory_changing.list_service_again, name="list_again"),
    path("directory/<uuid:service_id>/secret/", directory_changing.secret, name="service_secret"),
    path("reply/<str:token>/", replies.reply, name="reply"),
]

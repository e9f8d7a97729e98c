"""Addresses of onward care."""

from django.urls import path

from referrals.web import directory, follow_ups, offering, replies, standing

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
    path("reply/<str:token>/", replies.reply, name="reply"),
]

"""Addresses of the partners' part of /api/v1."""

from django.urls import path

from referrals.api import answers, reading, services

app_name = "partner_api"
urlpatterns = [
    path("referrals", reading.Referrals.as_view(), name="referrals"),
    path("referrals/<uuid:referral_id>", reading.OneReferral.as_view(), name="referral"),
    path("referrals/<uuid:referral_id>/receive", answers.Receive.as_view(), name="receive"),
    path("referrals/<uuid:referral_id>/accept", answers.Accept.as_view(), name="accept"),
    path("referrals/<uuid:referral_id>/reject", answers.Reject.as_view(), name="reject"),
    path("referrals/<uuid:referral_id>/start", answers.Start.as_view(), name="start"),
    path("referrals/<uuid:referral_id>/complete", answers.Complete.as_view(), name="complete"),
    path("referrals/<uuid:referral_id>/return", answers.Return.as_view(), name="return"),
    path("services", services.Services.as_view(), name="services"),
    path("services/<uuid:service_id>/capacity", services.Capacity.as_view(), name="capacity"),
]

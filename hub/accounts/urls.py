"""Addresses of accounts."""

from django.urls import path

from hub.accounts import web

app_name = "accounts"
urlpatterns = [
    path("people/new/", web.add, name="add"),
    path("people/<int:person_id>/", web.change, name="change"),
    path("people/<int:person_id>/password/", web.password, name="password"),
    path("account/password/", web.own_password, name="own_password"),
]

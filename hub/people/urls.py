"""Addresses of signing in and of the list of people."""

from django.urls import path

from hub.people import web

app_name = "people"
urlpatterns = [
    path("sign-in/", web.sign_in, name="sign_in"),
    path("sign-out/", web.sign_out, name="sign_out"),
    path("unlock/", web.unlock, name="unlock"),
    path("alive/", web.alive, name="alive"),
    path("people/", web.people, name="people"),
    path("account/", web.account, name="account"),
]

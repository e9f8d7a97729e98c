"""Addresses of the board."""

from django.urls import path

from hub.board import web

app_name = "board"
urlpatterns = [
    path("", web.board, name="board"),
    path("panels/<str:name>/", web.one_panel, name="panel"),
    path("parked/", web.parked, name="parked"),
    path("parked/<int:item_id>/run-again/", web.run_again, name="run_again"),
    path("parked/<int:item_id>/settle/", web.settle, name="settle"),
    path("messages/", web.messages, name="messages"),
    path("messages/<uuid:message_id>/", web.message, name="message"),
]

"""The address of everything that is no address: a problem document, not a page."""

from django.urls import path

from hub.cases.api.problems import no_such_address

urlpatterns = [path("<path:rest>", no_such_address)]

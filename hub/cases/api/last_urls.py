"""The address of everything that is no address: a problem document, not a page."""

from django.urls import re_path

from hub.cases.api.problems import no_such_address

# Not <path:rest>: a line break in an address is matched too.
urlpatterns = [re_path(r"[\s\S]*", no_such_address)]

"""One page whose author forgot the guard."""

from django.http import HttpResponse
from django.urls import path


def forgotten(request):
    return HttpResponse("secret")


forgotten.__module__ = "safecommunity.web.pages.forgotten.views"
urlpatterns = [path("forgotten/", forgotten)]

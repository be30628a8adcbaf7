from django.urls import path

from safecommunity.web.pages.feeds import views

PLACE = "account/calendar/"
app_name = "feeds"
urlpatterns = [
    path("", views.index, name="index"),
    path("make/", views.make, name="make"),
    path("end/", views.end, name="end"),
    path("<str:token>.ics", views.feed, name="feed"),
]

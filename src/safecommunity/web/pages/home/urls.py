from django.urls import path

from safecommunity.web.pages.home import views

PLACE = "<slug:slug>/"
app_name = "home"
urlpatterns = [
    path("", views.index, name="index"),
    path("search/", views.search, name="search"),
    path("home/alerts/", views.alerts, name="alerts"),
    path("home/months/", views.months, name="months"),
    path("tray/", views.tray, name="tray"),
]

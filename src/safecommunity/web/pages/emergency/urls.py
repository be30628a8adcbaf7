from django.urls import path

from safecommunity.web.pages.emergency import views

PLACE = "<slug:slug>/emergency-rights/"
app_name = "emergency"
urlpatterns = [
    path("", views.index, name="index"),
    path("ask/", views.ask, name="ask"),
    path("<int:pk>/", views.decide, name="decide"),
]

from django.urls import path

from safecommunity.web.pages.contacts import views

PLACE = "rectify/"
app_name = "contacts"
urlpatterns = [
    path("<str:token>/", views.notice, name="notice"),
    path("<str:token>/ask/", views.ask, name="ask"),
    path("<str:token>/photos/<int:pk>/", views.photo, name="photo"),
]

from django.urls import path

from safecommunity.web.pages.front import views

PLACE = ""
app_name = "front"
urlpatterns = [
    path("", views.root, name="root"),
    path("units/", views.units, name="units"),
    path("style/", views.style, name="style"),
    path("language/", views.language, name="language"),
    path("letters/", views.letters, name="letters"),
]

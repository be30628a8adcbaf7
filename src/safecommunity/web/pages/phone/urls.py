from django.urls import path

from safecommunity.web.pages.phone import views

PLACE = "phone/"
app_name = "phone"
urlpatterns = [
    path("", views.shell, name="shell"),
    path("me/", views.me, name="me"),
    path("worker.js", views.worker, name="worker"),
    path("app.webmanifest", views.manifest, name="manifest"),
]

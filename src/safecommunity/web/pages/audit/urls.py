from django.urls import path

from safecommunity.web.pages.audit import views

PLACE = "<slug:slug>/audit/"
app_name = "audit"
urlpatterns = [
    path("", views.index, name="index"),
    path("verify/", views.verify, name="verify"),
    path("export/", views.export, name="export"),
]

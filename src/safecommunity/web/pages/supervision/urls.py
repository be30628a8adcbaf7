from django.urls import path

from safecommunity.web.pages.supervision import views

PLACE = "<slug:slug>/supervision/"
app_name = "supervision"
urlpatterns = [
    path("", views.index, name="index"),
    path("propose/", views.propose, name="propose"),
    path("<uuid:uid>/", views.detail, name="detail"),
    path("<uuid:uid>/decide/", views.decide, name="decide"),
    path("<uuid:uid>/appeal/", views.appeal, name="appeal"),
    path("<uuid:uid>/settle/", views.settle, name="settle"),
]

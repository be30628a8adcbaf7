from django.urls import path

from safecommunity.web.pages.accidents import views

PLACE = "<slug:slug>/accidents/"
app_name = "accidents"
urlpatterns = [
    path("", views.index, name="index"),
    path("add/", views.add, name="add"),
    path("<uuid:uid>/", views.detail, name="detail"),
    path("<uuid:uid>/supplement/", views.supplement, name="supplement"),
    path("<uuid:uid>/investigate/", views.investigate, name="investigate"),
    path("<uuid:uid>/measures/", views.add_measure, name="measure"),
    path("<uuid:uid>/close/", views.close, name="close"),
]

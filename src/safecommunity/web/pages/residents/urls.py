from django.urls import path

from safecommunity.web.pages.residents import announcements, views

PLACE = "<slug:slug>/residents/"
app_name = "residents"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.new, name="new"),
    path("poster/", views.poster, name="poster"),
    path("announcements/", announcements.index, name="announcements"),
    path("announcements/publish/", announcements.publish, name="publish"),
    path("announcements/<uuid:uid>/withdraw/", announcements.withdraw, name="withdraw"),
    path("<uuid:uid>/", views.detail, name="detail"),
    path("<uuid:uid>/phone/", views.phone, name="phone"),
    path("<uuid:uid>/hazard/", views.hazard, name="hazard"),
    path("<uuid:uid>/fixed/", views.judge, name="judge"),
    path("<uuid:uid>/<slug:act>/", views.act, name="act"),
]

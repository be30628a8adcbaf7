from django.urls import path

from safecommunity.web.pages.reviews import titles, views

PLACE = "<slug:slug>/reviews/"
app_name = "reviews"
urlpatterns = [
    path("", views.index, name="index"),
    path("export/", views.export, name="export"),
    path("inbox/", views.inbox, name="inbox"),
    path("begin/", views.begin, name="begin"),
    path("<uuid:uid>/", views.detail, name="detail"),
    path("<uuid:uid>/apply/<slug:name>/", views.apply, name="apply"),
    path("<uuid:uid>/check/<slug:name>/", views.check, name="check"),
    path("<uuid:uid>/team/<slug:name>/", views.team, name="team"),
    path("titles/", titles.index, name="titles"),
    path("titles/export/", titles.export, name="export-titles"),
    path("titles/register/", titles.register, name="register"),
    path("titles/<uuid:uid>/", titles.detail, name="title"),
    path("titles/<uuid:uid>/withdraw/", titles.withdraw, name="withdraw"),
    path("titles/<uuid:uid>/duties/<uuid:duty>/", titles.duty, name="duty"),
]

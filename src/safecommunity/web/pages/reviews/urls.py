from django.urls import path

from safecommunity.web.pages.reviews import titles

PLACE = "<slug:slug>/reviews/"
app_name = "reviews"
urlpatterns = [
    path("titles/", titles.index, name="titles"),
    path("titles/register/", titles.register, name="register"),
    path("titles/<uuid:uid>/", titles.detail, name="title"),
    path("titles/<uuid:uid>/withdraw/", titles.withdraw, name="withdraw"),
    path("titles/<uuid:uid>/duties/<uuid:duty>/", titles.duty, name="duty"),
]

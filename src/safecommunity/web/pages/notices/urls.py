from django.urls import path

from safecommunity.web.pages.notices import views

PLACE = "account/notices/"
app_name = "notices"
urlpatterns = [
    path("", views.index, name="index"),
    path("read/", views.read, name="read"),
    path("<int:pk>/", views.follow, name="follow"),
]

from django.urls import path

from safecommunity.web.pages.jobs import views

PLACE = "<slug:slug>/jobs/"
app_name = "jobs"
urlpatterns = [
    path("", views.index, name="index"),
    path("<int:pk>/", views.row, name="row"),
    path("<int:pk>/cancel/", views.cancel, name="cancel"),
    path("<int:pk>/file/", views.file, name="file"),
]

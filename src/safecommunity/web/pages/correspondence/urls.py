from django.urls import path

from safecommunity.web.pages.correspondence import views

PLACE = "<slug:slug>/documents/"
app_name = "correspondence"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.new, name="new"),
    path("export/", views.export, name="export"),
    path("numbers/", views.numbers, name="numbers"),
    path("<uuid:uuid>/", views.detail, name="detail"),
    path("<uuid:uuid>/edit/", views.edit, name="edit"),
    path("<uuid:uuid>/preview/", views.preview, name="preview"),
    path("<uuid:uuid>/step/<str:act>/", views.step, name="step"),
    path("<uuid:uuid>/file/<str:kind>/", views.file, name="file"),
]

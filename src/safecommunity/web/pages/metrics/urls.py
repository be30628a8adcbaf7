from django.urls import path

from safecommunity.web.pages.metrics import views

PLACE = "<slug:slug>/metrics/"
app_name = "metrics"
urlpatterns = [
    path("", views.index, name="index"),
    path("units/", views.units, name="units"),
    path("export/", views.export, name="export"),
    path("of/<slug:code>/", views.detail, name="detail"),
    path("of/<slug:code>/chart/", views.chart, name="chart"),
    path("of/<slug:code>/records/", views.records, name="records"),
]

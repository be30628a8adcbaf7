from django.urls import path

from safecommunity.web.pages.risks import chart, views

PLACE = "<slug:slug>/risks/"
app_name = "risks"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.new, name="new"),
    path("map/", chart.index, name="map"),
    path("map/marks/", chart.marks, name="marks"),
    path("statistics/", chart.statistics, name="statistics"),
    path("<uuid:uid>/", views.detail, name="detail"),
    path("<uuid:uid>/edit/", views.edit, name="edit"),
    path("<uuid:uid>/evaluate/", views.evaluate, name="evaluate"),
    path("<uuid:uid>/outcome/", views.outcome, name="outcome"),
    path("<uuid:uid>/review/", views.review, name="review"),
    path("<uuid:uid>/close/", views.close, name="close"),
    path("<uuid:uid>/reopen/", views.reopen, name="reopen"),
]

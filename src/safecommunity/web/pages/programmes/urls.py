from django.urls import path

from safecommunity.web.pages.programmes import starting, views

PLACE = "<slug:slug>/programmes/"
app_name = "programmes"
urlpatterns = [
    path("", views.index, name="index"),
    path("mine/", views.mine, name="mine"),
    path("new/", starting.new, name="new"),
    path("<uuid:uuid>/prepare/", starting.prepare, name="prepare"),
    path("<uuid:uuid>/preview/", starting.preview, name="preview"),
    path("<uuid:uuid>/start/", starting.start, name="start"),
    path("<uuid:uuid>/discard/", starting.discard, name="discard"),
    path("<uuid:uuid>/", views.timeline, name="timeline"),
    path("<uuid:uuid>/calendar/", views.calendar, name="calendar"),
    path("<uuid:uuid>/list/", views.listing, name="list"),
    path("<uuid:uuid>/history/", views.history, name="history"),
    path("<uuid:uuid>/close/", views.close, name="close"),
    path("<uuid:uuid>/replan/", views.replan, name="replan"),
    path("<uuid:uuid>/tasks/new/", views.add_task, name="add-task"),
    path("<uuid:uuid>/tasks/<uuid:task>/", views.task, name="task"),
    path("<uuid:uuid>/tasks/<uuid:task>/change/", views.change_task, name="change-task"),
]

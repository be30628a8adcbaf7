from django.urls import path

from safecommunity.web.pages.units import bodies, views

PLACE = "<slug:slug>/units/"
app_name = "units"
urlpatterns = [
    path("", views.index, name="index"),
    path("edit/", views.edit, name="edit"),
    path("new/", views.new, name="new"),
    path("bodies/", bodies.index, name="bodies"),
    path("bodies/new/", bodies.new, name="new-body"),
    path("bodies/sets/", bodies.sets, name="body-sets"),
    path("bodies/sets/<slug:code>/", bodies.apply, name="apply-bodies"),
    path("bodies/<int:pk>/", bodies.body, name="body"),
    path("bodies/<int:pk>/edit/", bodies.edit, name="edit-body"),
    path("bodies/<int:pk>/remove/", bodies.remove, name="remove-body"),
    path("bodies/<int:pk>/appoint/", bodies.appoint, name="appoint"),
    path("appointments/<int:pk>/", bodies.appointment, name="appointment"),
    path("appointments/<int:pk>/remove/", bodies.remove_appointment, name="remove-appointment"),
]

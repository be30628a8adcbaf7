from django.urls import path

from safecommunity.web.pages.people import views

PLACE = "<slug:slug>/people/"
app_name = "people"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.new, name="new"),
    path("<int:pk>/", views.person, name="person"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/grant/", views.grant, name="grant"),
    path("<int:pk>/withdraw/<int:holding>/", views.withdraw, name="withdraw"),
    path("<int:pk>/link/", views.link, name="link"),
    path("<int:pk>/close/", views.close, name="close"),
    path("<int:pk>/reopen/", views.reopen, name="reopen"),
    path("<int:pk>/reset-factor/", views.reset_factor, name="reset-factor"),
]

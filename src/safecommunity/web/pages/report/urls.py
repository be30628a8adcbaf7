from django.urls import path

from safecommunity.web.pages.report import views

PLACE = "report/<slug:place>/"
app_name = "report"
urlpatterns = [
    path("", views.start, name="start"),
    path("new/", views.new, name="new"),
    path("follow/<uuid:uid>/", views.follow, name="follow"),
    path("status/", views.find, name="find"),
    path("r/<str:receipt>/", views.status, name="status"),
    path("r/<str:receipt>/fixed/", views.judge, name="judge"),
    path("notices/", views.notices, name="notices"),
    path("injuries/", views.injuries, name="injuries"),
    path("code.svg", views.code, name="code"),
]

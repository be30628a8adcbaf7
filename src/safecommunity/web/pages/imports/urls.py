from django.urls import path

from safecommunity.web.pages.imports import views

PLACE = "<slug:slug>/imports/"
app_name = "imports"
urlpatterns = [
    path("", views.index, name="index"),
    path("into/<slug:code>/", views.start, name="start"),
    path("into/<slug:code>/template/", views.template, name="template"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/sheet/", views.sheet, name="sheet"),
    path("<int:pk>/match/", views.match, name="match"),
    path("<int:pk>/rows/", views.preview, name="preview"),
    path("<int:pk>/rows/refused/", views.refusals, name="refusals"),
    path("<int:pk>/run/", views.run, name="run"),
    path("<int:pk>/drop/", views.drop, name="drop"),
    path("<int:pk>/resume/", views.resume, name="resume"),
    path("<int:pk>/undo/", views.undo, name="undo"),
]

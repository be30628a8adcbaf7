from django.urls import path

from safecommunity.web.pages.evidence import archive, views

PLACE = "<slug:slug>/evidence/"
app_name = "evidence"
urlpatterns = [
    path("", archive.index, name="index"),
    path("archive/<slug:scheme>/<int:year>/<str:element>/", archive.items, name="items"),
    path("archive/export/", archive.export, name="export"),
    path("files/", views.files, name="files"),
    path("files/attach/", views.attach, name="attach"),
    path("files/<int:pk>/", views.detail, name="detail"),
    path("files/<int:pk>/describe/", views.describe, name="describe"),
    path("files/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("files/<int:pk>/cite/", views.cite, name="cite"),
    path("files/<int:pk>/content/", views.content, name="content"),
    path("files/<int:pk>/preview/", views.preview, name="preview"),
    path("records/cite/", views.cite_record, name="cite-record"),
    path("citations/<int:pk>/remove/", views.uncite, name="uncite"),
]

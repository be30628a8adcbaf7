from django.urls import path

from safecommunity.web.pages.ledgers import files, views

PLACE = "<slug:slug>/ledgers/"
app_name = "ledgers"
urlpatterns = [
    path("", views.index, name="index"),
    path("all/expiring/", views.expiring, name="expiring"),
    path("all/files/", files.index, name="files"),
    path("all/files/<slug:folder>/<slug:code>/", files.source, name="source"),
    path("<slug:code>/", views.entries, name="list"),
    path("<slug:code>/map/", views.chart, name="map"),
    path("<slug:code>/add/", views.add, name="add"),
    path("<slug:code>/bulk/", views.bulk, name="bulk"),
    path("<slug:code>/views/", views.save_view, name="save-view"),
    path("<slug:code>/views/<int:pk>/remove/", views.remove_view, name="remove-view"),
    path("<slug:code>/<int:pk>/", views.entry, name="entry"),
    path("<slug:code>/<int:pk>/edit/", views.edit, name="edit"),
    path("<slug:code>/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("<slug:code>/<int:pk>/restore/", views.restore, name="restore"),
    path("<slug:code>/<int:pk>/show/", views.show, name="show"),
]

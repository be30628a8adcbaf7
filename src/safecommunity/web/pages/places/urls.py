from django.urls import path

from safecommunity.web.pages.places import boundaries, grids, population

PLACE = "<slug:slug>/places/"
app_name = "places"
urlpatterns = [
    path("divisions/", grids.divisions, name="divisions"),
    path("grids/", grids.index, name="grids"),
    path("grids/new/", grids.new, name="new-grid"),
    path("grids/<int:pk>/", grids.edit, name="grid"),
    path("grids/<int:pk>/remove/", grids.remove, name="remove-grid"),
    path("boundaries/", boundaries.index, name="boundaries"),
    path("boundaries/upload/", boundaries.upload, name="upload-boundary"),
    path("boundaries/<int:pk>/remove/", boundaries.remove, name="remove-boundary"),
    path("population/", population.index, name="population"),
    path("population/<str:code>/<int:year>/", population.edit, name="edit-population"),
]

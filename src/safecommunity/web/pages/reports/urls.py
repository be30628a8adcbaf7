from django.urls import path

from safecommunity.web.pages.reports import views

PLACE = "<slug:slug>/reports/"
app_name = "reports"
urlpatterns = [
    path("", views.index, name="index"),
    path("make/", views.make, name="make"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/progress/", views.progress, name="progress"),
    path("<int:pk>/figures/", views.figures, name="figures"),
    path("<int:pk>/changes/", views.changes, name="changes"),
    path("<int:pk>/file/<str:kind>/", views.file, name="file"),
    path("<int:pk>/photo/<str:sha256>/", views.photo, name="photo"),
    path("<int:pk>/remake/", views.remake, name="remake"),
    path("<int:pk>/freeze/", views.freeze, name="freeze"),
    path("<int:pk>/reissue/", views.reissue, name="reissue"),
    path("<int:pk>/package/", views.package, name="package"),
    path("<int:pk>/discard/", views.discard, name="discard"),
]

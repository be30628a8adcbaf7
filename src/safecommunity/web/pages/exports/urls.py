from django.urls import path

from safecommunity.web.pages.exports import views

PLACE = "<slug:slug>/exports/"
app_name = "exports"
urlpatterns = [path("<slug:code>/", views.start, name="start")]

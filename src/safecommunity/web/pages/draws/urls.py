from django.urls import path

from safecommunity.web.pages.draws import views

PLACE = "draws/"
app_name = "draws"
urlpatterns = [
    path("<uuid:uid>/", views.record, name="record"),
    path("<uuid:uid>/draw.py", views.program, name="program"),
]

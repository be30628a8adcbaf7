from django.urls import path

from safecommunity.web.pages.surveys import views

PLACE = "<slug:slug>/surveys/"
app_name = "surveys"
urlpatterns = [
    path("", views.plan, name="plan"),
    path("export/", views.export, name="export"),
    path("result/", views.result, name="result"),
    path("result/export/", views.export_result, name="result-export"),
]

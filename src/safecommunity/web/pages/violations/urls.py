from django.urls import path

from safecommunity.web.pages.violations import views

PLACE = "csp/"
app_name = "violations"
urlpatterns = [path("", views.report, name="report")]

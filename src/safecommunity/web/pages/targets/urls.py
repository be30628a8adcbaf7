from django.urls import path

from safecommunity.web.pages.targets import pledges, views

PLACE = "<slug:slug>/targets/"
app_name = "targets"
urlpatterns = [
    path("", views.index, name="index"),
    path("map/", views.chart, name="map"),
    path("new/", views.new, name="new"),
    path("adopt/", views.adopt, name="adopt"),
    path("<uuid:uid>/", views.detail, name="detail"),
    path("<uuid:uid>/change/", views.change, name="change"),
    path("<uuid:uid>/allocate/", views.allocate, name="allocate"),
    path("<uuid:uid>/issue/", views.issue, name="issue"),
    path("<uuid:uid>/withdraw/", views.withdraw, name="withdraw"),
    path("pledges/sign/", pledges.sign, name="sign"),
    path("pledges/<uuid:uid>/", pledges.detail, name="pledge"),
    path("pledges/<uuid:uid>/acknowledge/", pledges.acknowledge, name="acknowledge"),
    path("pledges/<uuid:uid>/document/", pledges.document, name="document"),
]

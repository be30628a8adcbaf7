from django.urls import path

from safecommunity.web.pages.injuries import (
    alerts,
    analysis,
    effects,
    findings,
    hotspots,
    imports,
    leads,
    views,
)

PLACE = "<slug:slug>/injuries/"
app_name = "injuries"
urlpatterns = [
    path("", analysis.index, name="index"),
    path("explore/", analysis.explore, name="explore"),
    path("explore/<slug:table>.csv", analysis.export, name="export"),
    path("compare/", analysis.compare, name="compare"),
    path("public/", analysis.public, name="public"),
    path("methods/", analysis.methods, name="methods"),
    path("alerts/", alerts.index, name="alerts"),
    path("alerts/<uuid:uid>/", alerts.detail, name="alert"),
    path("alerts/<uuid:uid>/handle/", alerts.handle, name="handle"),
    path("alerts/<uuid:uid>/lead/", leads.of_alert, name="alert-lead"),
    path("findings/", findings.index, name="findings"),
    path("findings/export/", findings.export, name="findings-export"),
    path("findings/lead/", leads.of_finding, name="finding-lead"),
    path("places/", hotspots.index, name="places"),
    path("places/export/", hotspots.export, name="places-export"),
    path("effect/", effects.index, name="effect"),
    path("effect/export/", effects.export, name="effect-export"),
    path("leads/<uuid:uid>/", leads.detail, name="lead"),
    path("imports/", imports.index, name="imports"),
    path("imports/<int:pk>/", imports.detail, name="import"),
    path("imports/<int:pk>/match/", imports.match, name="match"),
    path("cards/", views.cards, name="cards"),
    path("add/", views.add, name="add"),
    path("doubles/", views.doubles, name="doubles"),
    path("<uuid:uid>/", views.detail, name="detail"),
    path("<uuid:uid>/edit/", views.edit, name="edit"),
    path("<uuid:uid>/withdraw/", views.withdraw, name="withdraw"),
    path("<uuid:uid>/restore/", views.restore, name="restore"),
    path("<uuid:uid>/show/", views.show, name="show"),
    path("<uuid:uid>/merge/", views.merge, name="merge"),
    path("<uuid:uid>/apart/", views.apart, name="apart"),
    path("<uuid:uid>/unmerge/", views.unmerge, name="unmerge"),
]

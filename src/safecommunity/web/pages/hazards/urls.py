from django.urls import path

from safecommunity.web.pages.hazards import own, planning, rounds, views

PLACE = "<slug:slug>/hazards/"
app_name = "hazards"
urlpatterns = [
    path("", views.index, name="index"),
    path("board/", views.board, name="board"),
    path("map/", views.chart, name="map"),
    path("map/marks/", views.marks, name="marks"),
    path("new/", views.new, name="new"),
    path("mine/", own.index, name="mine"),
    path("mine/<uuid:uid>/", own.answer, name="answer"),
    path("mine/<uuid:uid>/ask/", own.ask, name="answer-ask"),
    path("mine/<uuid:uid>/photos/<int:pk>/", own.photo, name="answer-photo"),
    path("statistics/", planning.statistics, name="statistics"),
    path("coverage/", planning.coverage, name="coverage"),
    path("checklists/", planning.checklists, name="checklists"),
    path("checklists/<slug:code>/", planning.checklist, name="checklist"),
    path("plans/", planning.plans, name="plans"),
    path("plans/new/", planning.new_plan, name="new-plan"),
    path("plans/<uuid:uid>/", planning.plan, name="plan"),
    path("plans/<uuid:uid>/rounds/", planning.make_rounds, name="make-rounds"),
    path("inspections/", rounds.index, name="inspections"),
    path("inspections/new/", rounds.new, name="new-inspection"),
    path("inspections/<uuid:uid>/", rounds.detail, name="inspection"),
    path("inspections/<uuid:uid>/place/", rounds.add_place, name="add-place"),
    path("inspections/<uuid:uid>/draw/", rounds.draw, name="draw"),
    path("inspections/<uuid:uid>/program/", rounds.program, name="draw-program"),
    path("inspections/<uuid:uid>/end/", rounds.end, name="end-inspection"),
    path("visits/<uuid:uid>/", rounds.visit, name="visit"),
    path("visits/<uuid:uid>/skip/", rounds.skip, name="skip-visit"),
    path("visits/<uuid:uid>/open/", rounds.open_hazard, name="open-hazard"),
    path("visits/<uuid:uid>/photos/<int:pk>/", rounds.photo, name="visit-photo"),
    path("<uuid:uid>/", views.detail, name="detail"),
    path("<uuid:uid>/photos/", views.add_photos, name="add-photos"),
    path("<uuid:uid>/photos/<int:pk>/", views.photo, name="photo"),
    path("<uuid:uid>/link/", views.make_link, name="make-link"),
    path("<uuid:uid>/links/end/", views.end_links, name="end-links"),
    path("<uuid:uid>/<slug:act>/", views.act, name="act"),
]

from django.urls import path

from safecommunity.web.pages.supervision import rounds, vetoes, visits

PLACE = "<slug:slug>/supervision/"
app_name = "supervision"
urlpatterns = [
    path("", vetoes.index, name="index"),
    path("propose/", vetoes.propose, name="propose"),
    path("<uuid:uid>/", vetoes.detail, name="detail"),
    path("<uuid:uid>/decide/", vetoes.decide, name="decide"),
    path("<uuid:uid>/appeal/", vetoes.appeal, name="appeal"),
    path("<uuid:uid>/settle/", vetoes.settle, name="settle"),
    path("rounds/", rounds.index, name="rounds"),
    path("rounds/new/", rounds.new, name="new-round"),
    path("rounds/<uuid:uid>/", rounds.detail, name="round"),
    path("rounds/<uuid:uid>/edit/", rounds.edit, name="edit-round"),
    path("rounds/<uuid:uid>/weigh/", rounds.weigh, name="weigh"),
    path("rounds/<uuid:uid>/declare/", rounds.declare, name="declare"),
    path("rounds/<uuid:uid>/fix/", rounds.fix, name="fix"),
    path("rounds/<uuid:uid>/seed/", rounds.seed, name="seed"),
    path("rounds/<uuid:uid>/cancel/", rounds.cancel, name="cancel-round"),
    path("rounds/<uuid:uid>/circulate/", rounds.circulate, name="circulate"),
    path("rounds/<uuid:uid>/circular/", rounds.circular, name="circular"),
    path("rounds/<uuid:uid>/verify/", rounds.verify, name="verify"),
    path("visits/", visits.index, name="visits"),
    path("visits/new/", visits.arrange, name="arrange"),
    path("visits/<uuid:uid>/", visits.visit, name="visit"),
    path("visits/<uuid:uid>/schedule/", visits.schedule, name="schedule"),
    path("visits/<uuid:uid>/found/", visits.found, name="found"),
    path("visits/<uuid:uid>/finish/", visits.finish, name="finish"),
    path("visits/<uuid:uid>/cancel/", visits.cancel, name="cancel-visit"),
    path("visits/<uuid:uid>/order/", visits.order, name="order"),
    path("visits/<uuid:uid>/<uuid:finding>/drop/", visits.drop, name="drop"),
    path("visits/<uuid:uid>/<uuid:finding>/answer/", visits.answer, name="answer"),
    path("visits/<uuid:uid>/<uuid:finding>/decide/", visits.decide, name="decide-answer"),
    path("findings/", visits.findings, name="findings"),
]

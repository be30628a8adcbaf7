from django.urls import path

from safecommunity.web.pages.assessment import planning, sheets, views

PLACE = "<slug:slug>/assessment/"
app_name = "assessment"
urlpatterns = [
    path("", views.index, name="index"),
    path("start/", views.start, name="start"),
    path("overview/", views.overview, name="overview"),
    path("compare/", views.compare, name="compare"),
    path("tasks/", planning.tasks, name="tasks"),
    path("tasks/<int:pk>/", planning.task, name="task"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/confirm/", views.confirm_suggested, name="confirm-suggested"),
    path("<int:pk>/suggest/", views.suggest, name="suggest"),
    path("<int:pk>/consistency/", views.consistency, name="consistency"),
    path("<int:pk>/submit/", views.submit, name="submit"),
    path("<int:pk>/freeze/", views.freeze, name="freeze"),
    path("<int:pk>/upgrade/", views.upgrade, name="upgrade"),
    path("<int:pk>/gap/", planning.gap, name="gap"),
    path("<int:pk>/gap/accept/", planning.accept, name="accept"),
    path("<int:pk>/findings/", views.findings, name="findings"),
    path("<int:pk>/findings/<int:number>/", views.finding, name="finding"),
    path("<int:pk>/items/<str:code>/", views.indicator, name="indicator"),
    path("<int:pk>/items/<str:code>/not-applicable/", views.not_applicable, name="not-applicable"),
    path("<int:pk>/items/<str:code>/withdraw/", views.withdraw, name="withdraw"),
    path("<int:pk>/items/<str:code>/findings/", views.add_finding, name="add-finding"),
    path("<int:pk>/sheets/", sheets.index, name="sheets"),
    path("<int:pk>/sheets/open/", sheets.start, name="open-sheet"),
    path("<int:pk>/sheets/consensus/", sheets.consensus, name="consensus"),
    path("<int:pk>/sheets/<int:number>/submit/", sheets.submit, name="submit-sheet"),
    path("<int:pk>/sheets/<int:number>/<str:code>/", sheets.mark, name="mark"),
]

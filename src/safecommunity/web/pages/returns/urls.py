from django.urls import path

from safecommunity.web.pages.returns import views

PLACE = "<slug:slug>/returns/"
app_name = "returns"
urlpatterns = [
    path("", views.index, name="index"),
    path("compile/", views.compile_month, name="compile"),
    path("board/", views.board, name="board"),
    path("board/export/", views.export_board, name="export-board"),
    path("board/compile/", views.compile_below, name="compile-below"),
    path("board/summarise/", views.summarise, name="summarise"),
    path("<slug:month>/", views.detail, name="detail"),
    path("<slug:month>/edit/", views.edit, name="edit"),
    path("<slug:month>/submit/", views.submit, name="submit"),
    path("<slug:month>/step/<slug:act>/", views.step, name="step"),
    path("<slug:month>/of/<slug:code>/", views.records, name="records"),
]

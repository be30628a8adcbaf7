"""The site with three pages of our own, to show what the guards do."""

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path

from safecommunity.config import urls as site
from safecommunity.units.models import Body
from safecommunity.units.permissions import Permission
from safecommunity.web.access import exactly_once, public, requires, signed_in

handler403, handler404, handler500 = site.handler403, site.handler404, site.handler500


@requires(Permission.LEDGER_EDIT)
@exactly_once
def guarded(request, unit):
    if request.method == "POST":
        name = request.POST["name"]
        Body.objects.create(unit=unit, path=unit.path, kind="office", name=name)
        return HttpResponse("请改正", status=422) if name == "错" else HttpResponseRedirect(f"/made/{name}/")
    return HttpResponse(f"{unit.name} {request.user.ip}")


@signed_in
def own(request):
    return HttpResponse(request.user.display_name)


@public("for this test")
def anyone(request):
    return HttpResponse("欢迎")


urlpatterns = [
    path("<slug:slug>/guarded/", guarded),
    path("own/", own),
    path("anyone/", anyone),
    *site.urlpatterns,
]

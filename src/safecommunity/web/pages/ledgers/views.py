"""The ledgers of a unit: what there is, the list, the record, the form. One set of pages for every ledger."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from safecommunity.audit.queries import history
from safecommunity.core.ledgers import LedgerType
from safecommunity.evidence import queries as evidence
from safecommunity.ledgers import actions, asking, queries
from safecommunity.ledgers.actions import DuplicateEntry, InvalidEntry
from safecommunity.ledgers.models import Entry, SavedView
from safecommunity.ledgers.wording import local
from safecommunity.library import ledgers
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.queries import below
from safecommunity.units.scope import StaleRecord
from safecommunity.web import leads
from safecommunity.web.access import exactly_once, followed, open_ledger, requires
from safecommunity.web.clock import today
from safecommunity.web.conflicts import Side
from safecommunity.web.pages.ledgers import display, heat
from safecommunity.web.pages.ledgers.forms import EntryForm, ShowForm, ViewForm, WhyForm

PAGE = 50
FILES = 20
MOST_ON_MAP = 2_000
NEAR = (30, 90, 180)


@requires(Permission.LEDGER_VIEW)
def index(request: HttpRequest, unit: Unit) -> HttpResponse:
    kinds = queries.open_kinds(_user(request), unit)
    found = queries.standings(unit, today())
    standing = {kind.code: found[kind.code] for kind in kinds if kind.code in found}
    context = {
        "groups": display.groups(kinds, standing),
        "expired": sum(one.expired for one in standing.values()),
        "expiring": sum(one.expiring for one in standing.values()),
        "starred": sum(one.starred for one in standing.values()),
        "may_define": can(_user(request), Permission.LEDGER_DEFINE, unit),
    }
    return render(request, "ledgers/index.html", context)


@requires(Permission.LEDGER_VIEW)
def expiring(request: HttpRequest, unit: Unit) -> HttpResponse:
    """What has run out or will soon, over all ledgers."""
    days = int(request.GET["days"]) if request.GET.get("days") in {str(near) for near in NEAR} else NEAR[1]
    kinds = [kind.code for kind in queries.open_kinds(_user(request), unit)]
    found = queries.running_out(unit, today(), within_days=days).filter(ledger__in=kinds)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    rows = [
        {
            "entry": one,
            "ledger": local(ledgers[one.ledger].words),
            "url": display.address(one),
            "state": display.expiry_state(one.expires_date, today()),
        }
        for one in page
    ]
    context = {"page": page, "rows": rows, "days": days, "near": NEAR}
    return render(request, "ledgers/expiring.html", context)


@requires(Permission.LEDGER_VIEW)
def entries(request: HttpRequest, unit: Unit, code: str) -> HttpResponse:
    ledger = open_ledger(request, unit, code)
    ask = asking.parse(ledger, dict(request.GET.lists()))
    page = Paginator(asking.ids(unit, ledger, ask, today()), PAGE).get_page(request.GET.get("page"))
    shown = queries.in_order(unit, list(page))
    query = request.GET.copy()
    query.pop("page", None)
    year = today().year
    counts = queries.by_month(unit, code, year) if ledger.recurs else {}
    context = {
        **_names(ledger),
        **_rights(request, unit, ledger),
        "kept_at": followed(_user(request), unit, display.keeper(ledger, unit)),
        "helper": display.helper(ledger, unit),
        "page": page,
        "rows": display.rows(ledger, shown, queries.titles(unit, shown), today()),
        "columns": [(field.code, local(field.words), field.is_number) for field in display.columns(ledger)],
        "filters": display.filters(ledger, ask),
        "ask": ask,
        "shows": _shows(ledger),
        "query": query.urlencode(),
        "views": queries.views(unit, code, _user(request)),
        "view_form": ViewForm(initial={"query": query.urlencode()}),
        "months": heat.strip(counts, ledger.recurs, year, today(), request.path) if ledger.recurs else [],
        "year": year,
        "has_place": ledger.place_field is not None,
        "has_units": below(unit).exclude(pk=unit.pk).exists(),
        "has_more": bool(ask.from_date or ask.to_date or ask.own) or display.asks_more(ledger, ask),
        "shows_expiry": bool(ledger.expiry_fields) and not any(one.list for one in ledger.expiry_fields),
    }
    return render(request, "ledgers/list.html", context)


@requires(Permission.LEDGER_VIEW)
def chart(request: HttpRequest, unit: Unit, code: str) -> HttpResponse:
    """The entries asked for, on a map."""
    ledger = open_ledger(request, unit, code)
    ask = asking.parse(ledger, dict(request.GET.lists()))
    rows = asking.found(unit, ledger, ask, today()).exclude(longitude=None)
    shown = list(rows[:MOST_ON_MAP])
    points = [
        {
            "lat": one.latitude,
            "lng": one.longitude,
            "label": one.title,
            "url": display.address(one),
            "tone": display.tone(ledger, one),
        }
        for one in shown
    ]
    context = {
        **_names(ledger),
        "map": {"tiles": settings.MAP_TILES, "attribution": settings.MAP_ATTRIBUTION, "points": points},
        "entries": shown,
        "query": request.GET.urlencode(),
        "is_cut": len(shown) == MOST_ON_MAP,
    }
    return render(request, "ledgers/map.html", context)


@requires(Permission.LEDGER_VIEW)
def entry(request: HttpRequest, unit: Unit, code: str, pk: int) -> HttpResponse:
    return _record(request, unit, _entry(request, unit, code, pk))


@requires(Permission.LEDGER_EDIT)
@exactly_once
def add(request: HttpRequest, unit: Unit, code: str) -> HttpResponse:
    ledger = open_ledger(request, unit, code)
    actions.by_hand(ledger)
    lead = leads.asked(request, unit) if code == leads.PROJECTS else None
    given = request.GET.dict() | leads.first_values(lead, leads.Kind.PROJECT, today(), _user(request))
    form = EntryForm(ledger, unit, request.POST or None, initial=given)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add(
                ledger=code,
                unit=unit,
                values=form.values(),
                client_uuid=form.cleaned_data["client_uuid"],
                remark=form.cleaned_data["remark"],
                by=_user(request),
            )
        except InvalidEntry as error:
            form.refuse(error.errors)
        except DuplicateEntry as error:
            form.add_error(None, str(error))
        else:
            leads.follow(lead, leads.Kind.PROJECT, made.pk, made.title, _user(request))
            _tell_saved(request, made)
            return redirect(display.address(made))
    return _form_page(request, ledger, form)


@requires(Permission.LEDGER_EDIT)
@exactly_once
def edit(request: HttpRequest, unit: Unit, code: str, pk: int) -> HttpResponse:
    found = _entry(request, unit, code, pk)
    if found.withdrawn_at:
        raise Http404(_("这条记录已撤回，恢复后才能修改。"))
    actions.by_hand(found.type)
    form = EntryForm(found.type, found.unit, request.POST or None, entry=found)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change(
                entry=found,
                version=form.cleaned_data["version"] or 0,
                values=form.values(),
                remark=form.cleaned_data["remark"],
                is_starred=form.cleaned_data["is_starred"],
                by=_user(request),
            )
        except InvalidEntry as error:
            form.refuse(error.errors)
        except DuplicateEntry as error:
            form.add_error(None, str(error))
        except StaleRecord:
            return _stale(request, form, _entry(request, unit, code, pk))
        else:
            _tell_saved(request, found)
            return redirect(display.address(found))
    return _form_page(request, found.type, form, found)


@require_POST
@requires(Permission.LEDGER_EDIT)
@exactly_once
def withdraw(request: HttpRequest, unit: Unit, code: str, pk: int) -> HttpResponse:
    found = _entry(request, unit, code, pk)
    form = WhyForm(request.POST)
    if not form.is_valid():
        return _record(request, unit, found, why_form=form, status=422)
    try:
        actions.withdraw(
            entry=found,
            version=form.cleaned_data["version"] or 0,
            reason=form.cleaned_data["reason"],
            by=_user(request),
        )
    except StaleRecord:
        messages.error(request, _("打开之后这条记录又被改过，请看过现在的内容再撤回。"))
    else:
        messages.success(request, _("已撤回，不再计入台账和指标；可以恢复。"))
    return redirect(display.address(found))


@require_POST
@requires(Permission.LEDGER_EDIT)
@exactly_once
def restore(request: HttpRequest, unit: Unit, code: str, pk: int) -> HttpResponse:
    found = _entry(request, unit, code, pk)
    try:
        actions.restore(entry=found, version=int(request.POST.get("version") or 0), by=_user(request))
    except (DuplicateEntry, StaleRecord, ValueError) as error:
        stale = _("打开之后这条记录又被改过，请刷新后再恢复。")
        messages.error(request, str(error) if isinstance(error, DuplicateEntry) else stale)
    else:
        messages.success(request, _("已恢复。"))
    return redirect(display.address(found))


@require_POST
@requires(Permission.LEDGER_PERSONAL)
def show(request: HttpRequest, unit: Unit, code: str, pk: int) -> HttpResponse:
    """A personal value in full on this one answer, which nobody keeps; the log says who looked and why."""
    found = _entry(request, unit, code, pk)
    form = ShowForm(request.POST)
    field = found.type.fields.get(str(request.POST.get("field", "")))
    if not form.is_valid() or field is None or field.personal == "none":
        return _record(request, unit, found, show_form=form, status=422)
    value = actions.reveal(
        entry=found, field=field.code, reason=form.cleaned_data["reason"], by=_user(request)
    )
    response = _record(request, unit, found, revealed={field.code: value})
    response["Cache-Control"] = "no-store"
    return response


@requires(Permission.LEDGER_EDIT)
@exactly_once
def bulk(request: HttpRequest, unit: Unit, code: str) -> HttpResponse:
    """Set one field on the chosen entries: choose, see what would change, then do it."""
    ledger = open_ledger(request, unit, code)
    actions.by_hand(ledger)
    asked = request.POST if request.method == "POST" else request.GET
    versions = _versions(asked.getlist("row"))
    chosen = list(Entry.objects.below(unit).filter(ledger=code, withdrawn_at=None, pk__in=versions))
    fields = [
        field for field in ledger.fields.values() if field.code not in ledger.unique and field.kind != "place"
    ]
    field = next((one for one in fields if one.code == asked.get("field")), None)
    context: dict[str, Any] = {
        **_names(ledger),
        "chosen": chosen,
        "rows": [f"{one.pk}:{one.version}" for one in chosen],
        "fields": [(one.code, local(one.words)) for one in fields],
        "field": field,
    }
    if field is None:
        return render(request, "ledgers/bulk.html", context)
    form = EntryForm(ledger, unit, asked if "value_set" in asked else None)
    context |= {"bound": form[field.code], "has_value": "value_set" in asked and form.is_valid()}
    if context["has_value"]:
        value = {field.code: form.cleaned_data.get(field.code)}
        plan = _plan(chosen, ledger, value, versions)
        context["plan"] = plan
        context["can_save"] = bool(plan) and not any(row["refused"] for row in plan)
        if request.method == "POST" and context["can_save"]:
            changed = actions.bulk_change(entries=chosen, values=value, by=_user(request))
            told = ngettext("已修改 %(count)s 条。", "已修改 %(count)s 条。", len(changed))
            messages.success(request, told % {"count": len(changed)})
            return redirect("ledgers:list", unit.slug, code)
    return render(request, "ledgers/bulk.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@requires(Permission.LEDGER_VIEW)
@exactly_once
def save_view(request: HttpRequest, unit: Unit, code: str) -> HttpResponse:
    ledger = open_ledger(request, unit, code)
    form = ViewForm(request.POST)
    query = str(request.POST.get("query", ""))
    if form.is_valid():
        shared = form.cleaned_data["is_shared"] and can(_user(request), Permission.LEDGER_EDIT, unit)
        name, query = form.cleaned_data["name"], form.cleaned_data["query"]
        actions.save_view(
            unit=unit, ledger=ledger.code, name=name, query=query, is_shared=shared, by=_user(request)
        )
        messages.success(request, _("已保存视图“%(name)s”。") % {"name": name})
    else:
        messages.error(request, _("请填写视图名称，最多60个字。"))
    return redirect(f"{reverse('ledgers:list', args=[unit.slug, code])}?{query[:1000]}")


@require_POST
@requires(Permission.LEDGER_VIEW)
def remove_view(request: HttpRequest, unit: Unit, code: str, pk: int) -> HttpResponse:
    view = SavedView.objects.in_unit(unit).filter(pk=pk, ledger=code, by=_user(request)).first()
    if view is None:
        raise Http404(_("没有这个视图，或者它不是您保存的。"))
    actions.remove_view(view=view, by=_user(request))
    messages.success(request, _("已删除视图。"))
    return redirect("ledgers:list", unit.slug, code)


def _record(
    request: HttpRequest, unit: Unit, found: Entry, *, status: int = 200, revealed: Any = None, **forms: Any
) -> HttpResponse:
    titles = queries.titles(found.unit, [found])
    context = {
        **_names(found.type),
        **_rights(request, unit, found.type),
        "kept_at": followed(_user(request), found.unit, display.kept(found)),
        "entry": found,
        "sections": display.sections(found, titles, today()),
        "state": display.expiry_state(found.expires_date, today()),
        "history": display.history(found, history(found)[:50]),
        "uses": display.uses(queries.uses(found)),
        "related": _related(found),
        "files": _files(request, found),
        "revealed": revealed or {},
        "personal": [
            (one.code, local(one.words)) for one in found.type.fields.values() if one.personal != "none"
        ],
        "why_form": WhyForm(initial={"version": found.version}),
        "show_form": ShowForm(),
        **forms,
    }
    return render(request, "ledgers/entry.html", context, status=status)


def _form_page(
    request: HttpRequest, ledger: LedgerType, form: EntryForm, found: Entry | None = None
) -> HttpResponse:
    context = {**_names(ledger), "form": form, "sections": list(form.sections()), "entry": found}
    place = ledger.place_field
    if place:
        key = place.code
        context["place"] = {"longitude": form[f"{key}.longitude"], "latitude": form[f"{key}.latitude"]}
        context["map"] = {"tiles": settings.MAP_TILES, "attribution": settings.MAP_ATTRIBUTION, "points": []}
    return render(request, "ledgers/form.html", context, status=422 if form.errors else 200)


def _stale(request: HttpRequest, form: EntryForm, current: Entry) -> HttpResponse:
    """Both versions in words, field by field; what was typed goes with the form."""
    titles = queries.titles(current.unit, [current])
    typed = form.ledger.check(queries.Links(current.unit).resolved(form.ledger, form.values())).clean
    mine = Entry(unit=current.unit, ledger=current.ledger, data=typed)
    sides = [
        Side(
            local(field.words),
            display.cell(mine, field, {**titles, **queries.titles(current.unit, [mine])}, today()).text,
            display.cell(current, field, titles, today()).text,
        )
        for field in form.ledger.fields.values()
    ]
    context = {"form": form, "sides": sides, "current": current, "version": current.version}
    return render(request, "409.html", context, status=409)


def _plan(
    chosen: list[Entry], ledger: LedgerType, value: dict[str, Any], versions: dict[int, int]
) -> list[dict[str, Any]]:
    """What a bulk change would do to each entry: old, new, and why not."""
    (code,) = value
    field = ledger.fields[code]
    plan = []
    resolved = queries.Links(chosen[0].unit).resolved(ledger, value) if chosen else value
    for one in chosen:
        known = {name: held for name, held in queries.opened(one).items() if name in ledger.fields}
        checked = ledger.check({**known, **resolved})
        refused = "；".join(str(message) for message in checked.errors.values())
        if one.version != versions[one.pk]:
            refused = _("选中之后又被改过，请重新选择")
        mine = Entry(unit=one.unit, ledger=ledger.code, data=checked.clean)
        plan.append(
            {
                "entry": one,
                "old": display.cell(one, field, {}, today()).text,
                "new": display.cell(mine, field, {}, today()).text,
                "refused": refused,
            }
        )
    return plan


def _versions(rows: list[str]) -> dict[int, int]:
    """`17:3` → {17: 3}; what is no such pair is left out."""
    pairs = [row.partition(":") for row in rows]
    return {int(pk): int(version) for pk, _sign, version in pairs if _is_number(pk) and _is_number(version)}


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) < 16


def _related(found: Entry) -> list[tuple[str, int, str]]:
    """The ledgers whose entries refer to this one, how many, and the list of them."""
    links = []
    for code, count in queries.related(found).items():
        field = next(one.code for one in ledgers[code].fields.values() if one.ledger == found.ledger)
        address = reverse("ledgers:list", args=[found.unit.slug, code])
        links.append((local(ledgers[code].words), count, f"{address}?{urlencode({f'f_{field}': found.pk})}"))
    return links


def _files(request: HttpRequest, found: Entry) -> dict[str, Any] | None:
    """The files that belong to this entry and what it is cited for; None for who may not see evidence."""
    if not can(_user(request), Permission.EVIDENCE_VIEW, found.unit):
        return None
    cited = evidence.citations(found.unit).filter(entry=found)
    return {"rows": evidence.found(found.unit, entry=found.pk)[:FILES], "cited": cited}


def _shows(ledger: LedgerType) -> list[tuple[str, str]]:
    """The tabs of a list."""
    tabs = [("standing", _("全部")), ("starred", _("待核实"))]
    if ledger.expiry_fields:
        tabs += [("expiring", _("90天内到期")), ("expired", _("已过期"))]
    return [*tabs, ("withdrawn", _("已撤回"))]


def _names(ledger: LedgerType) -> dict[str, Any]:
    about = local((ledger.description, ledger.description_en))
    name = local(ledger.words)
    return {"ledger": ledger, "ledger_name": name, "about": about, "sign": display.sign(ledger)}


def _rights(request: HttpRequest, unit: Unit, ledger: LedgerType) -> dict[str, bool]:
    user, is_by_hand = _user(request), not ledger.kept_by
    return {
        "may_edit": is_by_hand and can(user, Permission.LEDGER_EDIT, unit),
        "may_import": is_by_hand and can(user, Permission.LEDGER_IMPORT, unit),
        "may_export": can(user, Permission.LEDGER_EXPORT, unit),
        "may_see_personal": can(user, Permission.LEDGER_PERSONAL, unit),
        "may_attach": can(user, Permission.EVIDENCE_ATTACH, unit),
    }


def _tell_saved(request: HttpRequest, made: Entry) -> None:
    if made.is_starred:
        messages.warning(request, _("已保存，并标星待核实：%(remark)s") % {"remark": made.remark})
    else:
        messages.success(request, _("已保存。"))


def _entry(request: HttpRequest, unit: Unit, code: str, pk: int) -> Entry:
    open_ledger(request, unit, code)
    found = queries.entry(unit, code, pk)
    if found is None:
        raise Http404(_("没有这条记录，或者您看不到它。"))
    return found


def _user(request: HttpRequest) -> Any:
    return request.user

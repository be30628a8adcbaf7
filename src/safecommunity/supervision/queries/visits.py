"""Reads of rounds, draws, visits and findings, and who may see and act."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from safecommunity.accounts.models import User
from safecommunity.core.draws import (
    Candidate,
    CannotDraw,
    Drawn,
    Drum,
    Inspector,
    draw,
    fingerprint,
    program,
    read_list,
)
from safecommunity.core.official import day_text
from safecommunity.library import codes
from safecommunity.supervision.models.visits import (
    DrawRecord,
    Extension,
    ExtensionState,
    Finding,
    FindingState,
    Kind,
    Proof,
    Reply,
    Round,
    Visit,
    VisitState,
)
from safecommunity.units.models import Unit
from safecommunity.units.permissions import ROLES, Permission, can, current_holdings, reach, seen
from safecommunity.units.queries import below
from safecommunity.units.scope import within

SOON = timedelta(days=3)
ESCALATED_AFTER = timedelta(days=7)
WAITING = (FindingState.OPEN, FindingState.RETURNED)


@dataclass(frozen=True, slots=True)
class Repeated:
    """A draw done once more: whether the list still has its digest, and what comes out."""

    digest_holds: bool
    drawn: tuple[Drawn, ...]


# --- rounds -----------------------------------------------------------------------------------------------


def rounds(unit: Unit) -> QuerySet[Round]:
    """The rounds of this unit, the newest first."""
    return Round.objects.in_unit(unit).select_related("by")


def one_round(unit: Unit, uid: UUID) -> Round | None:
    people = ("unit", "by", "fixed_by", "drawn_by")
    return Round.objects.in_unit(unit).select_related(*people).filter(uuid=uid).first()


def strata(unit: Unit) -> dict[str, int]:
    """Kind of unit → how many lie beneath this one."""
    return dict(Counter(below(unit).exclude(pk=unit.pk).values_list("kind", flat=True)))


def candidates(row: Round) -> QuerySet[Unit]:
    """The units beneath that may go into the drum: of the kinds of which some are drawn."""
    kinds = [kind for kind, count in row.counts.items() if count]
    return below(row.unit).exclude(pk=row.unit_id).filter(kind__in=kinds)


def inspectors(unit: Unit, today: date) -> QuerySet[User]:
    """Who may be sent by this unit: those whose roles on it or above it let them supervise."""
    roles = [code for code, role in ROLES.items() if Permission.SUPERVISE in role.permissions]
    ids = [int(part) for part in unit.path.strip("/").split("/")]
    held = current_holdings(today).filter(unit__in=ids, role__in=roles)
    return User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("display_name", "pk")


def barred(
    supervisor: Unit,
    people: Iterable[User],
    units: Iterable[Unit],
    declared: Iterable[Mapping[str, Any]],
    today: date,
) -> dict[int, frozenset[str]]:
    """Person id → the units where this person may not go: where they hold a role below the unit that
    supervises, all beneath that, and what was declared."""
    ids = [one.pk for one in people]
    inside = current_holdings(today).filter(within([supervisor.path], "unit__path"), user__in=ids)
    own = [(pk, path) for pk, path in inside.values_list("user", "unit__path") if path != supervisor.path]
    found: dict[int, set[str]] = {pk: set() for pk in ids}
    for unit in units:
        for pk, path in own:
            if unit.path.startswith(path):
                found[pk].add(unit.slug)
    for one in declared:
        if one["inspector"] in found:
            found[one["inspector"]].add(one["unit"])
    return {pk: frozenset(slugs) for pk, slugs in found.items()}


def drum(row: Round, today: date) -> tuple[Drum, dict[str, Any]]:
    """What would be fixed now, and whom its codes mean. Raises CannotDraw when it could not be drawn."""
    weighed = [(unit, row.weights.get(unit.slug, {}).get("weight", 1)) for unit in candidates(row)]
    inside = [(unit, weight) for unit, weight in weighed if weight]
    people = list(row.inspectors.order_by("display_name", "pk"))
    conflicts = barred(row.unit, people, [unit for unit, _weight in inside], row.conflicts, today)
    called = dict(zip(_codes([str(one) for one in people]), people, strict=True))
    made = Drum(
        tuple(Candidate(unit.slug, unit.kind, weight) for unit, weight in inside),
        {kind: count for kind, count in row.counts.items() if count},
        tuple(Inspector(code, conflicts[one.pk]) for code, one in called.items()),
        row.team,
    )
    for one in made.candidates:
        if sum(one.code not in each.conflicts for each in made.inspectors) < made.team:
            raise CannotDraw("conflicts", one.code)
    names = {
        "units": {unit.slug: unit.name for unit, _weight in inside},
        "inspectors": {code: one.pk for code, one in called.items()},
    }
    return made, names


def why_not(error: CannotDraw, row: Round) -> str:
    """What a list that cannot be drawn lacks, in words."""
    unit = Unit.objects.filter(slug=error.about).first()
    kinds = dict(Unit._meta.get_field("kind").flatchoices)
    about = unit.name if unit else str(kinds.get(error.about, error.about))
    words = {
        "count": _("“%(about)s”要抽的比名单里有的还多，请减少抽取数或放回单位。"),
        "team": _("督查人员不足一组，请增加人员或减少每组人数。"),
        "conflicts": _("“%(about)s”回避后凑不齐一组人，请增加督查人员。"),
        "weight": _("“%(about)s”的权重应在 1 到 100 之间。"),
    }
    return words.get(error.reason, _("名单不能用来抽签，请检查单位和人员。")) % {"about": about}


def repeated(row: Round | DrawRecord) -> Repeated | None:
    """The draw from the kept list and seed; None while there is no seed to see."""
    if not row.seed:
        return None
    made = read_list(row.list_text)
    return Repeated(fingerprint(made) == row.digest, draw(made, row.seed))


def holds(row: Round, drawn: Sequence[Drawn]) -> bool:
    """Whether the visits that were planned are those that the draw gives."""
    rows = Visit.objects.below(row.unit).filter(round=row).select_related("unit")
    return sorted((one.unit.slug, tuple(one.drawn)) for one in rows) == [
        (one.code, one.team) for one in drawn
    ]


def program_of(text: str, seed: str) -> str:
    """The program of its own that repeats the draw."""
    return program(read_list(text), seed)


def may_see_draw(user: User, row: Round) -> bool:
    """Of unannounced visits only those who send them know the draw before the last is over, and of these
    nobody who has a role in a unit beneath."""
    if not row.is_secret or (row.seed and not unfinished(row)):
        return True
    own = (path for path in seen(user) if path.startswith(row.path) and path != row.path)
    return can(user, Permission.SUPERVISE, row.unit) and next(own, None) is None


def draw_record(uid: UUID) -> DrawRecord | None:
    return DrawRecord.objects.select_related("unit").filter(uuid=uid).first()


def visits_of(row: Round, user: User) -> QuerySet[Visit]:
    """The visits of a round that this person may know of."""
    return visits(row.unit, user).filter(round=row).order_by("path")


def unfinished(row: Round) -> int:
    return Visit.objects.below(row.unit).filter(round=row, state=VisitState.PLANNED).count()


# --- visits -----------------------------------------------------------------------------------------------


def hidden_from(user: User) -> Q:
    """Unannounced visits that are not over: hidden from all but those who supervise for the unit that sends,
    and also from these where they have a role in the unit that is visited."""
    insider = Q(pk__in=[])
    for path in seen(user):
        insider |= within([path]) & ~within([path], "supervisor__path")
    sends = within(reach(user, Permission.SUPERVISE), "supervisor__path")
    return Q(kind=Kind.UNANNOUNCED) & ~Q(state=VisitState.DONE) & (~sends | insider)


def visits(unit: Unit, user: User) -> QuerySet[Visit]:
    """The visits to this unit and to those beneath it that this person may know of, the newest first."""
    rows = Visit.objects.below(unit).exclude(hidden_from(user))
    inside = Finding.objects.below(unit).filter(visit=OuterRef("pk")).order_by()
    rows = rows.annotate(found=_counted(inside), waiting=_counted(inside.filter(state__in=WAITING)))
    return rows.select_related("unit", "supervisor", "body").order_by("-id")


def _counted(rows: QuerySet[Finding]) -> Coalesce:
    return Coalesce(Subquery(rows.values("visit").annotate(n=Count("pk")).values("n")), 0)


def visit(unit: Unit, user: User, uid: UUID) -> Visit | None:
    rows = Visit.objects.in_unit(unit).exclude(hidden_from(user))
    return rows.select_related("unit__parent", "supervisor", "body").filter(uuid=uid).first()


def may_visit(user: User, row: Visit) -> bool:
    """Whether this person acts for the unit that sends the team."""
    return can(user, Permission.SUPERVISE, row.supervisor)


def findings(row: Visit) -> list[tuple[Finding, list[Reply]]]:
    """What was found, in order, each with its answers."""
    rows = Finding.objects.in_unit(row.unit).filter(visit=row).order_by("id")
    replies = Reply.objects.in_unit(row.unit).filter(finding__visit=row)
    answers = defaultdict(list)
    for one in replies.select_related("by", "decided_by").order_by("id"):
        answers[one.finding_id].append(one)
    return [(one, answers[one.pk]) for one in rows]


def proofs(row: Visit) -> dict[tuple[int, int | None], list[Proof]]:
    """(finding id, reply id or None) → its pictures and papers, in one query."""
    found = defaultdict(list)
    rows = Proof.objects.in_unit(row.unit).filter(finding__visit=row).select_related("file__unit")
    for one in rows.order_by("id"):
        found[one.finding_id, one.reply_id].append(one)
    return found


def finding(row: Visit, uid: UUID) -> Finding | None:
    found = Finding.objects.in_unit(row.unit).filter(visit=row, uuid=uid).first()
    if found:
        found.visit = row
    return found


def may_answer(user: User, row: Finding) -> bool:
    """The unit itself: not who was there to inspect, nor who acts for the unit above that sent them."""
    visit = row.visit
    above = visit.supervisor_id != visit.unit_id and may_visit(user, visit)
    return (
        row.is_waiting
        and visit.state == VisitState.DONE
        and can(user, Permission.TASK_DO, visit.unit)
        and not above
        and not visit.team.filter(pk=user.pk).exists()
    )


def may_decide(user: User, row: Finding, last: Reply | None) -> bool:
    """Whoever acts for the unit that sent the team, but not on an answer of their own."""
    answered = row.state == FindingState.ANSWERED and last is not None and last.by_id != user.pk
    return answered and may_visit(user, row.visit)


def extensions(row: Visit) -> dict[int, list[Extension]]:
    """Finding id → the requests for more time, in order, in one query."""
    found = defaultdict(list)
    rows = Extension.objects.in_unit(row.unit).filter(finding__visit=row).select_related("by", "decided_by")
    for one in rows.order_by("id"):
        found[one.finding_id].append(one)
    return found


def asked(row: Finding) -> Extension | None:
    """The request for more time that waits for a decision."""
    return Extension.objects.in_unit(row.unit).filter(finding=row, state=ExtensionState.ASKED).first()


def may_extend(user: User, row: Finding, request: Extension | None) -> bool:
    """Whoever acts for the unit that sent the team, but not on a request of their own."""
    waits = request is not None and request.state == ExtensionState.ASKED and request.by_id != user.pk
    return waits and may_visit(user, row.visit)


def last_reply(row: Finding) -> Reply | None:
    return Reply.objects.in_unit(row.unit).filter(finding=row).order_by("-id").first()


def told_findings(unit: Unit) -> QuerySet[Finding]:
    """What visits found here and beneath that are over; what waits longest first."""
    rows = Finding.objects.below(unit).filter(visit__state=VisitState.DONE)
    return rows.select_related("unit", "visit").order_by(F("due_date").asc(nulls_last=True), "id")


def chosen(rows: QuerySet[Finding], *, state: str, today: date) -> QuerySet[Finding]:
    """Those of a state, or the `overdue` ones; what is no such thing filters nothing."""
    if state == "overdue":
        return rows.filter(state__in=WAITING, due_date__lt=today)
    return rows.filter(state=state) if state in FindingState.values else rows


def due(root: Unit, until: date) -> QuerySet[Finding]:
    """What units at or beneath this one have to answer by a day."""
    rows = Finding.objects.below(root).filter(visit__state=VisitState.DONE, state__in=WAITING)
    return rows.filter(due_date__lte=until).select_related("unit__parent", "visit").order_by("id")


def deadline(severity: str, today: date) -> date:
    """The day by which a finding of this severity is usually answered; the list of severities says it."""
    return today + timedelta(days=int(codes["finding-severities"][severity].extra["days"]))


# --- words for official documents -------------------------------------------------------------------------


def order_places(row: Visit) -> dict[str, str]:
    """What a supervision order says of a visit; official documents are Chinese."""
    assert row.day is not None
    told = [one for one, _replies in findings(row) if one.due_date]
    return {
        "visited": row.unit.name,
        "visit_day": day_text(row.day),
        "findings": "\n".join(
            f"（一）{_title(one.text)}依据：{_bare(one.basis)}。请于{day_text(one.due_date)}前反馈整改情况。"
            for one in told
            if one.due_date
        ),
    }


def circular_places(row: Round, user: User) -> dict[str, str]:
    """What a circular says of a round: how many were visited, what was found where."""
    rows = list(visits_of(row, user).filter(state=VisitState.DONE))
    severe = Finding.objects.below(row.unit).filter(visit__in=[one.pk for one in rows], severity="serious")
    serious = Counter(severe.values_list("visit", flat=True))
    return {
        "visit_day": f"{day_text(row.starts_date)}至{day_text(row.ends_date)}",
        "visits": "\n".join(_visited(one, serious[one.pk]) for one in rows),
        "counts": f"共督查{len(rows)}个单位，发现问题{sum(_found(one) for one in rows)}个，"
        f"其中严重问题{sum(serious.values())}个",
    }


def _visited(row: Visit, serious: int) -> str:
    of = f"，其中严重问题{serious}个" if serious else ""
    return f"（一）{row.unit.name}。发现问题{_found(row)}个{of}。{_bare(row.summary)}。"


def _found(row: Visit) -> int:
    return int(getattr(row, "found"))  # noqa: B009 - annotated by `visits`


def _title(text: str) -> str:
    return f"{_bare(text)}。"


def _bare(text: str) -> str:
    """On one line and without its last full stop."""
    return "；".join(part.strip().rstrip("。；;") for part in text.splitlines() if part.strip())


def _codes(names: Sequence[str]) -> list[str]:
    """Names as codes: who bears the name of an earlier one gets a number behind it."""
    met: Counter[str] = Counter()
    found = []
    for name in names:
        met[name] += 1
        found.append(name if met[name] == 1 else f"{name}（{met[name]}）")
    return found

"""Reading official documents, and what a draft is made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from safecommunity.core.official import Attachment, Official, blanks, day_text, from_data, outline, seal_of
from safecommunity.core.programmes import Template
from safecommunity.correspondence.models import Number, OfficialDocument, Series, State, Step
from safecommunity.ledgers.models import Entry
from safecommunity.programmes.models import Programme, Task
from safecommunity.programmes.queries import programmes, tasks
from safecommunity.targets.models import Pledge
from safecommunity.targets.queries import lines_of, targets
from safecommunity.units.models import Body, Unit
from safecommunity.units.queries import below, bodies, serving

HEAVY = ("body", "content", "attachments")
PLANS_DUE = (3, 31)  # every unit hands in its own plan by the end of March
PLANS = ("implementation", "yearly")
NEWEST = 12  # entries of a ledger that a draft quotes at most


def documents(unit: Unit) -> QuerySet[OfficialDocument]:
    """The official documents of this unit and of those beneath it, newest first, without their texts."""
    return OfficialDocument.objects.below(unit).defer(*HEAVY).select_related("unit", "drafter")


def chosen(
    rows: QuerySet[OfficialDocument], *, state: str = "", kind: str = "", year: str = ""
) -> QuerySet[OfficialDocument]:
    """Those of a state, a kind, a year; what is no such thing filters nothing."""
    if state in State.values:
        rows = rows.filter(state=state)
    if kind:
        rows = rows.filter(kind=kind)
    return rows.filter(year=int(year)) if year.isdecimal() and len(year) == 4 else rows


def document(unit: Unit, uuid: UUID) -> OfficialDocument | None:
    related = ("unit", "drafter", "job", "pdf", "docx", "entry")
    rows = OfficialDocument.objects.in_unit(unit).select_related(*related)
    return rows.filter(uuid=uuid).first()


def steps(row: OfficialDocument) -> list[Step]:
    """What has been done with a document, in order."""
    return list(Step.objects.in_unit(row.unit).filter(document=row).select_related("by").order_by("id"))


def numbers(unit: Unit, year: int | None = None) -> QuerySet[Number]:
    """The register of numbers, newest year and highest number first."""
    rows = Number.objects.in_unit(unit).select_related("series", "document", "unit")
    return rows.filter(series__year=year) if year else rows


def without_plan(unit: Unit, year: int) -> list[Unit]:
    """The units beneath this one that have handed in no plan of their own for the year."""
    rows = Entry.objects.below(unit).filter(ledger="plans", withdrawn_at=None, data__kind__in=PLANS)
    have = set(rows.filter(data__year=year).values_list("unit_id", flat=True))
    return [one for one in below(unit) if one.pk not in have and one.pk != unit.pk]


def last_agency(unit: Unit) -> str:
    """The letters of the agency that this unit numbered with last; "" when it never did."""
    found = Series.objects.in_unit(unit).order_by("-updated_at", "-id").first()
    return found.agency if found else ""


def opened(row: OfficialDocument) -> Official:
    """The document as it is laid out: what was signed with its number and days, or the draft as it stands."""
    if not row.is_frozen:
        return laid_out(row)
    given = {"number": row.number, "date": _iso(row.signed_date), "issued": _iso(row.issued_date)}
    return from_data({**row.content, **given})


def laid_out(row: OfficialDocument) -> Official:
    """The draft as a document."""
    kind, facts = row.rules, row.facts
    said = [("出席", facts.get("present")), ("请假", facts.get("absent")), ("列席", facts.get("observers"))]
    sides = [one.strip() for one in row.signature.split("、") if one.strip()]
    return Official(
        kind=row.kind,
        form=kind.form,
        title=row.title,
        lines=outline(row.body),
        head=row.head,
        number=row.number,
        signer=row.signer if kind.direction == "up" else "",
        copy_number=row.copy_number,
        secrecy=row.secrecy,
        urgency=row.urgency,
        addressee=row.addressee.rstrip("：: ") if kind.addressee != "none" else "",
        attachments=tuple(Attachment(one["title"], outline(one["text"])) for one in row.attachments),
        attendance=tuple((label, text) for label, text in said if text) if kind.form == "minutes" else (),
        signatures=tuple(sides if kind.form == "plain" else [row.signature] if row.signature else []),
        date=_iso(row.signed_date),
        seal=kind.seal,
        note=row.note.strip("（）() "),
        copies_to=row.copies_to,
        issuer=row.issuer,
        issued=_iso(row.issued_date),
    )


def is_unaltered(row: OfficialDocument) -> bool:
    """Whether what is kept of a signed document is still what was signed."""
    return row.is_frozen and seal_of(from_data(row.content)) == row.seal


def open_blanks(row: OfficialDocument) -> tuple[str, ...]:
    """What a draft still has to fill in."""
    texts = (row.title, row.body, *(one["text"] for one in row.attachments))
    return tuple(dict.fromkeys(one for text in texts for one in blanks(text)))


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


# --- what a draft is made from ----------------------------------------------------------------------------


def places(unit: Unit, today: date, group: Body | None = None) -> dict[str, str]:
    """The words a skeleton asks for, from the unit's own bodies, targets, plans and duties; for one of its
    groups, from those of the group and of its field."""
    standing = [body for body in bodies(unit) if body.to_date is None or body.to_date >= today]
    if group:
        standing = [body for body in standing if body.pk == group.pk]
    plans = list(_newest(unit, "plans", today.year))
    followed = _followed(unit)
    own = [row for row in plans if not group or row.data.get("field") in ("", None, group.field)]
    return {
        "unit": unit.name,
        "year": str(today.year),
        "basis": _basis(plans) or (followed.basis.zh if followed else ""),
        "line": followed.line.zh if followed else "",
        "bodies": _bodies(unit, standing, today),
        "duties": "\n".join(
            f"（一）{body.name}。{_sentence(body.duties)}" for body in standing if body.duties
        ),
        "targets": "\n".join([*([] if group else _aims(unit, today.year)), *_goals(own)]),
        "timeline": "\n".join([*([] if group else _phases(unit)), *map(_step_of_plan, _course(own))]),
    }


def pledged(pledge: Pledge) -> dict[str, str]:
    """What a letter of responsibility says in the places of its skeleton, a numbered line each target."""
    aims = "\n".join(map(_aim, pledge.lines))
    return {"other": pledge.unit.name, "year": str(pledge.year), "targets": aims}


def _aims(unit: Unit, year: int) -> list[str]:
    """The unit's targets of the year."""
    return [_aim(line) for line in lines_of(list(targets(unit, year)))]


def _aim(line: Mapping[str, str]) -> str:
    verb = {"higher": "达到", "lower": "不超过"}[line["better"]]
    return f"（一）{line['name']}{verb}{line['amount']}{line['unit']}，{day_text(line['due'])}前完成。"


def _goals(plans: list[Entry]) -> list[str]:
    """The goals that the unit's own plans state in words."""
    return [f"（一）{_sentence(row.data['goals'])}" for row in plans if row.data.get("kind") == "targets"]


def _phases(unit: Unit) -> list[str]:
    """The phases of the unit's running programmes, from the first to the last day of their tasks."""
    running = programmes(unit).filter(state=Programme.State.RUNNING).order_by("start_date", "pk")
    return [line for row in running for line in _course_of(row)]


def _course_of(programme: Programme) -> list[str]:
    found: dict[str, list[Task]] = {}
    for task in tasks(programme).exclude(state=Task.State.CANCELLED):
        found.setdefault(task.phase, []).append(task)
    return [
        f"（一）{phase.name.zh}（{_span(rows)}）。{'；'.join(dict.fromkeys(row.text for row in rows))}。"
        for phase in programme.rules.phases
        if (rows := found.get(phase.key))
    ]


def _span(rows: list[Task]) -> str:
    first, last = min(row.start_date for row in rows), max(row.due_date for row in rows)
    return f"{day_text(first.isoformat())}至{day_text(last.isoformat())}"


def _newest(unit: Unit, ledger: str, year: int) -> Iterable[Entry]:
    rows = Entry.objects.in_unit(unit).filter(ledger=ledger, withdrawn_at=None)
    recent = rows.filter(Q(record_date=None) | Q(record_date__year__gte=year - 1))
    return recent.order_by("-record_date", "-id")[:NEWEST]


def _followed(unit: Unit) -> Template | None:
    """The source plan that the unit is carrying out."""
    row = programmes(unit).filter(state=Programme.State.RUNNING).first()
    return row.rules if row else None


def _basis(plans: list[Entry]) -> str:
    """What the unit's newest plan names as its basis."""
    return next((str(row.data["basis"]) for row in plans if row.data.get("basis")), "")


def _bodies(unit: Unit, standing: list[Body], today: date) -> str:
    people: dict[int, list[str]] = {}
    for seat in serving(unit, today):
        if seat.person or seat.organ:
            people.setdefault(seat.body_id, []).append(f"{seat.post}：{seat.person or seat.organ}")
    return "\n".join(
        f"（一）{body.name}。"
        + (f"{'；'.join(people[body.pk])}。" if body.pk in people else "成员另行确定。")
        for body in standing
    )


def _course(plans: list[Entry]) -> list[Entry]:
    dated = [row for row in plans if row.data.get("starts_date") and row.data.get("ends_date")]
    return sorted(dated, key=lambda row: (row.data["starts_date"], row.pk))


def _step_of_plan(row: Entry) -> str:
    span = f"{day_text(row.data['starts_date'])}至{day_text(row.data['ends_date'])}"
    return f"（一）{row.data['name']}（{span}）。{_sentence(row.data['measures'])}"


def _sentence(text: str) -> str:
    """A text of several lines as one paragraph that ends with a full stop."""
    joined = "；".join(part.strip().rstrip("；;。") for part in str(text).splitlines() if part.strip())
    return f"{joined}。" if joined else ""

"""Hidden hazards, rounds of inspection and checklists, made for devices that are often without a network.

What a device makes carries its own `client_uuid`: sent again, it is answered as the first time (200 instead
of 201). Pictures are named by the SHA-256 of their bytes in the record and sent one by one; `awaited` says
which have not arrived. `device_at` and `sent_at` are by the device's clock and put right by the server's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Body, Field, Router, Schema, Status, UploadedFile
from ninja import File as Sent
from ninja.errors import HttpError

from safecommunity import library
from safecommunity.api.access import unit_for
from safecommunity.api.versions import asked_version, stale
from safecommunity.core.checklists import Checklist
from safecommunity.documents.media import MediaRefused
from safecommunity.evidence.actions import QuotaReached
from safecommunity.hazards import actions, queries
from safecommunity.hazards.actions import Expected, Pictures, Refused, Registered, Submission
from safecommunity.hazards.models import HiddenHazard, Inspection, Step, Visit
from safecommunity.ledgers.models import Entry
from safecommunity.ledgers.wording import told
from safecommunity.units.models import Unit
from safecommunity.units.permissions import Permission
from safecommunity.units.scope import StaleRecord

router = Router(tags=["hazards"])
MOST = 200
BATCH = 20
SHA256 = r"^[0-9a-f]{64}$"
Grades = Literal["", "general", "major"]
Severities = Literal["high", "medium", "low"]


class PictureIn(Schema):
    sha256: str = Field(pattern=SHA256)
    device_at: dt.datetime | None = None
    longitude: float | None = Field(None, ge=-180, le=180)
    latitude: float | None = Field(None, ge=-90, le=90)


class HazardIn(Schema):
    client_uuid: UUID
    place: str = Field(min_length=1, max_length=200)
    text: str = Field(min_length=1, max_length=2000)
    kind: str
    cause: str
    field: str = "general"
    grade: Grades = ""
    severity: Severities = "medium"
    basis: str = Field("", max_length=500)
    premises: int | None = None
    longitude: float | None = Field(None, ge=-180, le=180)
    latitude: float | None = Field(None, ge=-90, le=90)
    device_at: dt.datetime | None = None
    sent_at: dt.datetime | None = None
    pictures: list[PictureIn] = Field(default=[], max_length=50)


class HazardOut(Schema):
    client_uuid: UUID
    unit: str
    number: str
    state: str
    grade: str
    severity: str
    kind: str
    cause: str
    field: str
    place: str
    text: str
    longitude: float | None
    latitude: float | None
    is_outside: bool
    found_at: dt.datetime
    device_at: dt.datetime | None
    is_clock_off: bool
    found_by: str
    responsible_unit: str
    responsible_person: str
    due_at: dt.datetime | None
    is_listed: bool
    is_repeat: bool
    awaited: list[str]
    version: int


class StepOut(Schema):
    act: str
    by: str
    at: dt.datetime
    words: str


class HazardDetail(HazardOut):
    measures: str
    basis: str
    handler: str
    overseer: str
    acts: list[str]
    steps: list[StepOut]


class HazardsOut(Schema):
    count: int
    hazards: list[HazardOut]


class StepIn(Schema):
    """What an act needs: `words` for most; the rest where the act asks for it."""

    act: str
    words: str = Field("", max_length=2000)
    grade: Literal["general", "major"] | None = None
    severity: Severities | None = None
    responsible_unit: str = Field("", max_length=120)
    responsible_person: str = Field("", max_length=60)
    measures: str = Field("", max_length=2000)
    due_at: dt.datetime | None = None
    funds: Decimal | None = Field(None, ge=0, max_digits=14, decimal_places=2)
    cost: Decimal | None = Field(None, ge=0, max_digits=14, decimal_places=2)
    guarantees: dict[str, str] = {}
    until: dt.datetime | None = None
    supervisor: str = Field("", max_length=60)
    unit: str = ""
    into: UUID | None = None
    client_uuid: UUID | None = None
    pictures: list[PictureIn] = Field(default=[], max_length=50)


class ItemOut(Schema):
    code: str
    section: str
    text: str
    text_en: str
    answer: str
    severity: str
    grade: str
    kind: str
    cause: str
    basis: str
    frequency: str
    unit: str
    min: float | None
    max: float | None
    choices: list[dict[str, str]]


class ChecklistOut(Schema):
    code: str
    version: int
    name: str
    name_en: str
    field: str
    premises: list[str]
    items: list[ItemOut]


class RoundIn(Schema):
    client_uuid: UUID
    kind: Literal["comprehensive", "special", "patrol"]
    name: str = Field(min_length=1, max_length=150)
    field: str = "general"
    checklists: list[str]
    due_date: dt.date
    leader: str = Field(min_length=1, max_length=60)
    members: str = Field("", max_length=300)
    premises: list[int] = Field(default=[], max_length=2000)
    places: list[str] = Field(default=[], max_length=2000)
    team: list[str] = Field(default=[], max_length=200, description="usernames of the units beneath")


class VisitOut(Schema):
    client_uuid: UUID
    place: str
    premises: int | None
    longitude: float | None
    latitude: float | None
    order: int
    state: str
    why: str
    answers: dict[str, dict[str, str]]
    done_at: dt.datetime | None
    awaited: list[str]
    version: int


class RoundOut(Schema):
    client_uuid: UUID
    unit: str
    kind: str
    name: str
    field: str
    state: str
    from_date: dt.date
    due_date: dt.date
    leader: str
    members: str
    checklists: list[list[Any]]
    version: int


class RoundDetail(RoundOut):
    visits: list[VisitOut]


class PlaceIn(Schema):
    client_uuid: UUID
    place: str = Field(min_length=1, max_length=200)
    premises: int | None = None
    longitude: float | None = Field(None, ge=-180, le=180)
    latitude: float | None = Field(None, ge=-90, le=90)


class AnswerIn(Schema):
    value: str = Field(max_length=60)
    remark: str = Field("", max_length=500)
    pictures: list[PictureIn] = Field(default=[], max_length=50)


class VisitIn(Schema):
    answers: dict[str, AnswerIn]
    device_at: dt.datetime | None = None
    sent_at: dt.datetime | None = None
    longitude: float | None = Field(None, ge=-180, le=180)
    latitude: float | None = Field(None, ge=-90, le=90)


class OpenIn(Schema):
    """`item` is "checklist/item" of a failing answer."""

    client_uuid: UUID
    item: str


class WordsIn(Schema):
    words: str = Field("", max_length=2000)


class ArrivedOut(Schema):
    sha256: str
    awaited: list[str]


@router.get("/checklists", response=list[ChecklistOut], summary="All checklists in their newest version")
def checklists(request: HttpRequest) -> list[dict[str, Any]]:
    return [_checklist(one) for one in library.checklists.values()]


@router.get("/units/{slug}/hazards", response=HazardsOut, summary="Hidden hazards of a unit and beneath it")
def index(
    request: HttpRequest,
    slug: str,
    text: str = "",
    state: str = "",
    grade: str = "",
    kind: str = "",
    field: str = "",
    mark: str = "",
    offset: int = 0,
    limit: int = 50,
) -> dict[str, Any]:
    unit = unit_for(request, slug, Permission.HAZARD_VIEW)
    asked = queries.Ask(text=text[:100], state=state, grade=grade, kind=kind, field=field, mark=mark)
    ids = queries.found(unit, asked, timezone.now()).values_list("pk", flat=True)
    begin, most = max(offset, 0), min(max(limit, 1), MOST)
    rows = queries.in_order(unit, list(ids[begin : begin + most]))
    return {"count": ids.count(), "hazards": [_out(row) for row in rows]}


@router.post(
    "/units/{slug}/hazards", response={200: HazardDetail, 201: HazardDetail}, summary="Register a hazard"
)
def register(request: HttpRequest, slug: str, given: HazardIn) -> Status[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.HAZARD_REPORT)
    return _told(request, _registered(request, unit, [given])[0])


@router.post(
    "/units/{slug}/hazards/batch", response=list[HazardDetail],
    summary="Register several hazards in their order, all or none",
)  # fmt: skip
def register_several(
    request: HttpRequest, slug: str, given: Annotated[list[HazardIn], Body(max_length=BATCH)]
) -> list[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.HAZARD_REPORT)
    return [_made(request, one) for one in _registered(request, unit, given)]


@router.get("/units/{slug}/hazards/{uuid}", response=HazardDetail, summary="A hazard; ETag is its version")
def detail(request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID) -> dict[str, Any]:
    row = _hazard(unit_for(request, slug, Permission.HAZARD_VIEW), uuid)
    response["ETag"] = f'"{row.version}"'
    return _detail(request, row)


@router.post(
    "/units/{slug}/hazards/{uuid}/steps", response=HazardDetail, summary="Act on a hazard (If-Match)"
)
def step(
    request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID, given: StepIn
) -> dict[str, Any]:
    unit = unit_for(request, slug, Permission.HAZARD_REPORT)
    row, version = _hazard(unit, uuid), asked_version(request)
    if given.act not in STEPS:
        raise HttpError(422, _("没有这个办理环节。"))
    act, more = STEPS[given.act]
    with _refusals():
        row = act(
            hazard=row, version=version, by=_user(request), now=timezone.now(), **more(unit, row, given)
        )
    response["ETag"] = f'"{row.version}"'
    return _detail(request, _hazard(row.unit, uuid))


@router.post(
    "/units/{slug}/hazards/{uuid}/pictures/{sha256}",
    response=ArrivedOut,
    summary="Send one picture of a hazard",
)
def picture(
    request: HttpRequest, slug: str, uuid: UUID, sha256: str, file: Sent[UploadedFile]
) -> dict[str, Any]:
    row = _hazard(unit_for(request, slug, Permission.HAZARD_REPORT), uuid)
    return _arrived(request, row, sha256, file)


@router.get("/units/{slug}/inspections", response=list[RoundOut], summary="Rounds of a unit and beneath it")
def rounds(
    request: HttpRequest, slug: str, state: str = "", offset: int = 0, limit: int = 50
) -> list[dict[str, Any]]:
    rows = queries.inspections(unit_for(request, slug, Permission.HAZARD_VIEW))
    if state:
        rows = rows.filter(state=state)
    begin = max(offset, 0)
    return [_round(row) for row in rows[begin : begin + min(max(limit, 1), MOST)]]


@router.post(
    "/units/{slug}/inspections", response={200: RoundDetail, 201: RoundDetail}, summary="Start a round"
)
def start(request: HttpRequest, slug: str, given: RoundIn) -> Status[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.HAZARD_REPORT)
    _known("promotion-fields", given.field)
    is_new = queries.inspection(unit, given.client_uuid) is None
    said = given.dict(exclude={"checklists", "premises", "team"})
    with _refusals():
        actions.start_round(
            unit=unit, by=_user(request), today=timezone.localdate(), checklist_codes=given.checklists,
            team=_team(unit, given.team), premises=_premises(unit, given.premises), **said,
        )  # fmt: skip
    return Status(201 if is_new else 200, _round_detail(_inspection(unit, given.client_uuid)))


@router.get("/units/{slug}/inspections/{uuid}", response=RoundDetail, summary="A round and its places")
def round_(request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID) -> dict[str, Any]:
    row = _inspection(unit_for(request, slug, Permission.HAZARD_VIEW), uuid)
    response["ETag"] = f'"{row.version}"'
    return _round_detail(row)


@router.post(
    "/units/{slug}/inspections/{uuid}/places", response={200: VisitOut, 201: VisitOut}, summary="Add a place"
)
def add_place(request: HttpRequest, slug: str, uuid: UUID, given: PlaceIn) -> Status[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.HAZARD_REPORT)
    row, is_new = _inspection(unit, uuid), queries.visit(unit, given.client_uuid) is None
    said = given.dict(exclude={"premises"})
    premises = None if given.premises is None else _premises(unit, [given.premises])[0]
    with _refusals():
        visit = actions.add_visit(inspection=row, by=_user(request), premises=premises, **said)
    return Status(201 if is_new else 200, _visit_out(visit))


@router.post(
    "/units/{slug}/inspections/{uuid}/finish", response=RoundDetail, summary="End a round (If-Match)"
)
def finish(request: HttpRequest, slug: str, uuid: UUID, given: WordsIn) -> dict[str, Any]:
    row = _inspection(unit_for(request, slug, Permission.HAZARD_REPORT), uuid)
    with _refusals():
        actions.finish(
            inspection=row, version=asked_version(request), opinion=given.words, by=_user(request),
            now=timezone.now(),
        )  # fmt: skip
    return _round_detail(row)


@router.put("/units/{slug}/stops/{uuid}", response=VisitOut, summary="What was found at a place (If-Match)")
def answer(
    request: HttpRequest, response: HttpResponse, slug: str, uuid: UUID, given: VisitIn
) -> dict[str, Any]:
    visit = _visit(unit_for(request, slug, Permission.HAZARD_REPORT), uuid)
    with _refusals():
        visit = actions.answer(
            visit=visit, version=asked_version(request), by=_user(request), now=timezone.now(),
            answers={code: (one.value, one.remark) for code, one in given.answers.items()},
            at=_aware(given.device_at), sent_at=_aware(given.sent_at), longitude=given.longitude,
            latitude=given.latitude,
            pictures={code: _pictures(one.pictures) for code, one in given.answers.items() if one.pictures},
        )  # fmt: skip
    response["ETag"] = f'"{visit.version}"'
    return _visit_out(visit)


@router.post("/units/{slug}/stops/{uuid}/skip", response=VisitOut, summary="A place not inspected (If-Match)")
def skip(request: HttpRequest, slug: str, uuid: UUID, given: WordsIn) -> dict[str, Any]:
    visit = _visit(unit_for(request, slug, Permission.HAZARD_REPORT), uuid)
    with _refusals():
        why = given.words[:200]
        visit = actions.skip(visit=visit, version=asked_version(request), why=why, by=_user(request))
    return _visit_out(visit)


@router.post(
    "/units/{slug}/stops/{uuid}/hazards", response={200: HazardDetail, 201: HazardDetail},
    summary="Open a hazard from a failing item",
)  # fmt: skip
def open_hazard(request: HttpRequest, slug: str, uuid: UUID, given: OpenIn) -> Status[dict[str, Any]]:
    unit = unit_for(request, slug, Permission.HAZARD_REPORT)
    with _refusals():
        made = actions.open_from(
            visit=_visit(unit, uuid), item=given.item, by=_user(request), now=timezone.now(),
            client_uuid=given.client_uuid,
        )  # fmt: skip
    return _told(request, made)


@router.post(
    "/units/{slug}/stops/{uuid}/pictures/{sha256}",
    response=ArrivedOut,
    summary="Send one picture of a place",
)
def visit_picture(
    request: HttpRequest, slug: str, uuid: UUID, sha256: str, file: Sent[UploadedFile]
) -> dict[str, Any]:
    visit = _visit(unit_for(request, slug, Permission.HAZARD_REPORT), uuid)
    return _arrived(request, visit, sha256, file)


@contextmanager
def _refusals() -> Iterator[None]:
    """Refusals of the actions as answers: 412 when somebody was faster, else 422 with the reason."""
    try:
        yield
    except StaleRecord as error:
        raise stale() from error
    except MediaRefused as error:
        raise HttpError(422, told(error.message)) from error
    except (Refused, QuotaReached) as error:
        raise HttpError(422, str(error)) from error


def _registered(request: HttpRequest, unit: Unit, given: Sequence[HazardIn]) -> list[Registered]:
    named = [one.premises for one in given if one.premises is not None]
    premises = {row.pk: row for row in _premises(unit, named)} if named else {}
    submissions = [_submission(one, premises) for one in given]
    with _refusals():
        return actions.register_all(unit=unit, submissions=submissions, by=_user(request), now=timezone.now())


def _submission(given: HazardIn, premises: Mapping[int, Entry]) -> Submission:
    _known("hazard-kinds", given.kind)
    _known("hazard-causes", given.cause)
    _known("promotion-fields", given.field)
    said = given.dict(exclude={"client_uuid", "pictures", "device_at", "premises"})
    report = actions.Report(**said, at=_aware(given.device_at), premises=premises.get(given.premises or 0))
    return Submission(report, given.client_uuid, _pictures(given.pictures))


def _words(unit: Unit, row: HiddenHazard, given: StepIn) -> dict[str, Any]:
    return {"words": given.words}


def _grade(unit: Unit, row: HiddenHazard, given: StepIn) -> dict[str, Any]:
    if given.grade is None:
        raise HttpError(422, _("请写明等级。"))
    return {"grade": given.grade, "severity": given.severity or row.severity, "words": given.words}


def _assign(unit: Unit, row: HiddenHazard, given: StepIn) -> dict[str, Any]:
    if not given.responsible_unit or not given.responsible_person or not given.measures:
        raise HttpError(422, _("请写明责任单位、责任人和整改措施。"))
    return {
        "responsible_unit": given.responsible_unit, "responsible_person": given.responsible_person,
        "measures": given.measures, "due_at": _aware(given.due_at), "funds": given.funds,
        "words": given.words,
    }  # fmt: skip


def _fix(unit: Unit, row: HiddenHazard, given: StepIn) -> dict[str, Any]:
    pictures = _pictures(given.pictures)
    return {"text": given.words, "cost": given.cost, "client_uuid": given.client_uuid, "pictures": pictures}


def _passed(unit: Unit, row: HiddenHazard, given: StepIn) -> dict[str, Any]:
    return {"passed": True, "opinion": given.words, "pictures": _pictures(given.pictures)}


def _failed(unit: Unit, row: HiddenHazard, given: StepIn) -> dict[str, Any]:
    return {**_passed(unit, row, given), "passed": False}


def _until(given: StepIn) -> dt.datetime:
    if given.until is None:
        raise HttpError(422, _("请写明到什么时候。"))
    return timezone.localtime(_aware(given.until))


def _ask(unit: Unit, row: HiddenHazard, given: StepIn) -> dict[str, Any]:
    return {"until": _until(given), "why": given.words[:500]}


def _list(unit: Unit, row: HiddenHazard, given: StepIn) -> dict[str, Any]:
    at = _other(given.unit) if given.unit else None
    until = _until(given).date()
    return {"until": until, "supervisor": given.supervisor, "at": at, "words": given.words}


def _transfer(unit: Unit, row: HiddenHazard, given: StepIn) -> dict[str, Any]:
    return {"to": _other(given.unit), "words": given.words}


def _merge(unit: Unit, row: HiddenHazard, given: StepIn) -> dict[str, Any]:
    if given.into is None:
        raise HttpError(422, _("请写明与哪一处重复。"))
    return {"into": _hazard(unit, given.into), "words": given.words}


STEPS: dict[str, tuple[Any, Any]] = {
    "grade": (actions.grade, _grade),
    "assign": (actions.assign, _assign),
    "guarantee": (actions.guarantee, lambda unit, row, given: {"guarantees": given.guarantees}),
    "begin": (actions.begin, _words),
    "fix": (actions.fix, _fix),
    "pass": (actions.check, _passed),
    "fail": (actions.check, _failed),
    "explain": (actions.explain, lambda unit, row, given: {"root_cause": given.words}),
    "close": (actions.close, _words),
    "ask": (actions.ask, _ask),
    "grant": (actions.decide, lambda unit, row, given: {"granted": True, "words": given.words}),
    "deny": (actions.decide, lambda unit, row, given: {"granted": False, "words": given.words}),
    "escalate": (actions.escalate, _words),
    "transfer": (actions.transfer, _transfer),
    "list": (actions.list_hazard, _list),
    "delist": (actions.delist, _words),
    "duplicate": (actions.merge, _merge),
    "void": (actions.void, _words),
}


def _arrived(request: HttpRequest, of: HiddenHazard | Visit, sha256: str, file: Any) -> dict[str, Any]:
    with _refusals():
        actions.take_photo(
            of=of, sha256=sha256, chunks=file.chunks(), name=file.name or "", by=_user(request)
        )
    return {"sha256": sha256, "awaited": queries.awaited(of)}


def _pictures(given: list[PictureIn]) -> Pictures:
    return Pictures(
        expected=[Expected(one.sha256, _aware(one.device_at), one.longitude, one.latitude) for one in given]
    )


def _aware(moment: dt.datetime | None) -> Any:
    """A time without an offset means that of the place."""
    return timezone.make_aware(moment) if moment and timezone.is_naive(moment) else moment


def _known(codes: str, code: str) -> None:
    if code not in library.codes[codes]:
        raise HttpError(422, _("“%(code)s”不在代码表里。") % {"code": code})


def _premises(unit: Unit, pks: list[int]) -> list[Entry]:
    found = {row.pk: row for row in Entry.objects.below(unit).filter(ledger="premises", pk__in=pks[:MOST])}
    if missing := [pk for pk in pks if pk not in found]:
        raise HttpError(422, _("没有单位场所 %(pk)s。") % {"pk": missing[0]})
    return [found[pk] for pk in pks]


def _other(slug: str) -> Unit:
    unit = Unit.objects.filter(slug=slug, is_active=True).first()
    if unit is None:
        raise HttpError(422, _("没有这个单位，或者您看不到它。"))
    return unit


def _user(request: HttpRequest) -> Any:
    return request.user


def _hazard(unit: Unit, uuid: UUID) -> HiddenHazard:
    row = queries.hazard(unit, uuid)
    if row is None:
        raise HttpError(404, _("没有这处隐患。"))
    return row


def _team(unit: Unit, names: list[str]) -> list[int]:
    known = {user.username: user.pk for user, _unit in queries.team_choices(unit)} if names else {}
    if unknown := [name for name in names if name not in known]:
        raise HttpError(422, _("“%(name)s”不能参加这次检查。") % {"name": unknown[0]})
    return [known[name] for name in names]


def _inspection(unit: Unit, uuid: UUID) -> Inspection:
    row = queries.inspection(unit, uuid)
    if row is None:
        raise HttpError(404, _("没有这次检查。"))
    return row


def _visit(unit: Unit, uuid: UUID) -> Visit:
    row = queries.visit(unit, uuid)
    if row is None:
        raise HttpError(404, _("没有这处检查。"))
    return row


def _out(row: HiddenHazard, awaited: Sequence[str] = ()) -> dict[str, Any]:
    names = (
        "client_uuid", "number", "state", "grade", "severity", "kind", "cause", "field", "place", "text",
        "longitude", "latitude", "is_outside", "found_at", "device_at", "is_clock_off", "found_by",
        "responsible_unit", "responsible_person", "due_at", "is_listed", "is_repeat", "version",
    )  # fmt: skip
    return {**{name: getattr(row, name) for name in names}, "unit": row.unit.slug, "awaited": awaited}


def _told(request: HttpRequest, made: Registered) -> Status[dict[str, Any]]:
    return Status(201 if made.is_new else 200, _made(request, made))


def _made(request: HttpRequest, made: Registered) -> dict[str, Any]:
    return _with_steps(request, made.hazard, made.steps, made.awaited)


def _detail(request: HttpRequest, row: HiddenHazard) -> dict[str, Any]:
    return _with_steps(request, row, queries.steps(row), queries.awaited(row))


def _with_steps(
    request: HttpRequest, row: HiddenHazard, done: Iterable[Step], awaited: Sequence[str]
) -> dict[str, Any]:
    steps = [{"act": one.act, "by": one.by_name, "at": one.at, "words": one.words} for one in done]
    return {
        **_out(row, awaited), "measures": row.measures, "basis": row.basis, "steps": steps,
        "handler": row.handler.slug, "overseer": row.overseer.slug if row.overseer else "",
        "acts": queries.acts(_user(request), row),
    }  # fmt: skip


def _round(row: Inspection) -> dict[str, Any]:
    names = (
        "client_uuid", "kind", "name", "field", "state", "from_date", "due_date", "leader", "members",
        "checklists", "version",
    )  # fmt: skip
    return {**{name: getattr(row, name) for name in names}, "unit": row.unit.slug}


def _round_detail(row: Inspection) -> dict[str, Any]:
    awaited = queries.awaited_by_visit(row)
    return {
        **_round(row),
        "visits": [_visit_out(one, awaited.get(one.pk, [])) for one in queries.visits(row)],
    }


def _visit_out(row: Visit, awaited: list[str] | None = None) -> dict[str, Any]:
    names = (
        "client_uuid",
        "place",
        "longitude",
        "latitude",
        "order",
        "state",
        "why",
        "answers",
        "done_at",
        "version",
    )
    waiting = queries.awaited(row) if awaited is None else awaited
    return {**{name: getattr(row, name) for name in names}, "premises": row.premises_id, "awaited": waiting}


def _checklist(one: Checklist) -> dict[str, Any]:
    names = ("code", "section", "answer", "severity", "grade", "kind", "cause", "basis", "frequency")
    items = [
        {
            **{name: getattr(item, name) for name in names}, "text": item.text.zh, "text_en": item.text.en,
            "unit": item.unit.zh, "min": item.least, "max": item.most,
            "choices": [
                {"code": each.code, "label": each.label.zh, "label_en": each.label.en, "result": each.result}
                for each in item.choices
            ],
        }
        for item in one.items.values()
    ]  # fmt: skip
    return {
        "code": one.code, "version": library.checklists.version(one.code), "name": one.name.zh,
        "name_en": one.name.en, "field": one.field, "premises": list(one.premises), "items": items,
    }  # fmt: skip

"""Drafting official documents and taking them through their life."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safecommunity.accounts.models import User
from safecommunity.audit.actions import record
from safecommunity.core.official import (
    Official,
    drafted,
    number_text,
    outline,
    seal_of,
    section_words,
    to_data,
)
from safecommunity.correspondence import queries
from safecommunity.correspondence.models import Number, OfficialDocument, Series, State, Step
from safecommunity.documents import official_docx, official_pdf
from safecommunity.evidence.actions import attach
from safecommunity.evidence.models import File
from safecommunity.jobs.actions import enqueue
from safecommunity.ledgers import actions as ledgers
from safecommunity.ledgers.models import Entry
from safecommunity.library import official
from safecommunity.notices.actions import notify
from safecommunity.notices.queries import holders
from safecommunity.units.models import Body, Unit
from safecommunity.units.permissions import Permission, can
from safecommunity.units.scope import StaleRecord, change

FIELDS = (
    "title", "body", "head", "agency", "addressee", "attachments", "facts", "copy_number", "secrecy",
    "urgency", "signer", "signature", "note", "copies_to", "issuer",
)  # fmt: skip
MOST_ATTACHMENTS = 30


class Refused(Exception):
    """The document cannot be drafted or moved on like this; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Act:
    """A step of a document's life. `by_other`: by somebody other than the drafter."""

    label: Any
    before: tuple[str, ...]
    after: str
    permission: Permission
    by_other: bool = False
    reason: bool = False


UNSIGNED = (State.CHECKING, State.COUNTERSIGNING, State.SIGNING)
UNISSUED = (State.DRAFT, *UNSIGNED, State.SIGNED, State.NUMBERED)
DRAFT, SIGN = Permission.DOCUMENT_DRAFT, Permission.DOCUMENT_SIGN
ACTS: dict[str, Act] = {
    "submit": Act(gettext_lazy("送核稿"), (State.DRAFT,), State.CHECKING, DRAFT),
    "check": Act(gettext_lazy("核稿通过"), (State.CHECKING,), State.COUNTERSIGNING, DRAFT, by_other=True),
    "countersign": Act(gettext_lazy("会签"), (State.COUNTERSIGNING,), State.SIGNING, DRAFT, by_other=True),
    "sign": Act(gettext_lazy("签发"), (State.SIGNING,), State.SIGNED, SIGN, by_other=True),
    "number": Act(gettext_lazy("编号"), (State.SIGNED,), State.NUMBERED, DRAFT),
    "issue": Act(gettext_lazy("印发"), (State.NUMBERED,), State.ISSUED, DRAFT),
    "archive": Act(gettext_lazy("归档"), (State.ISSUED,), State.ARCHIVED, DRAFT),
    "send_back": Act(gettext_lazy("退回修改"), UNSIGNED, State.DRAFT, DRAFT, by_other=True, reason=True),
    "cancel": Act(gettext_lazy("作废"), UNISSUED, State.CANCELLED, DRAFT, reason=True),
}


@transaction.atomic
def draft(
    *,
    kind: str,
    unit: Unit,
    by: User,
    today: date,
    title: str = "",
    group: Body | None = None,
    uuid: UUID | None = None,
    words: Mapping[str, str] | None = None,
    addressee: str = "",
) -> OfficialDocument:
    """Begin a document from the skeleton of its kind, filled from the unit's own records.

    `group`: the one body of the unit whose plan it is, where it is not the unit's own. `words`: what stands
    in places of the skeleton instead of the unit's records.

    The same `uuid` again gives the document it made the first time.
    """
    if uuid and (known := OfficialDocument.objects.in_unit(unit).filter(uuid=uuid).first()):
        return known
    if kind not in official:
        raise Refused(_("没有文种“%(code)s”。") % {"code": kind})
    rules = official[kind]
    filled = {**queries.places(unit, today, group), **(words or {})}
    row = OfficialDocument.objects.create(
        unit=unit,
        path=unit.path,
        uuid=uuid or uuid4(),
        kind=kind,
        year=today.year,
        group=group,
        title=title[:200] or _first_title(unit, kind, group),
        body="\n".join(line.words for line in outline(drafted(rules, filled))),
        head=f"{unit.name}{rules.mark}"[:60] if rules.form != "plain" else "",
        agency=queries.last_agency(unit),
        addressee=addressee[:300],
        signature=f"{unit.name}、{filled.get('other') or '［填写另一方］'}"[:120]
        if rules.form == "plain"
        else unit.name,
        issuer=unit.name,
        drafter=by,
    )
    record("document.drafted", row, by=by, unit=unit, after={"kind": kind})
    return row


def _first_title(unit: Unit, kind: str, group: Body | None) -> str:
    rules = official[kind]
    if kind == "plan" and group:
        return f"{unit.name}{group.name}安全促进计划"
    if kind == "plan":
        return f"{unit.name}安全社区创建工作实施方案"
    if rules.form == "plain":
        return f"安全社区创建工作{rules.name.zh}"
    return f"{unit.name}关于［填写事由］的{rules.name.zh}"


@transaction.atomic
def edit(
    *, document: OfficialDocument, version: int, values: Mapping[str, Any], by: User
) -> OfficialDocument:
    """Change a draft. Raises Refused once it is sent on, StaleRecord when somebody saved in between."""
    if document.state != State.DRAFT:
        raise Refused(_("已送核稿的公文不能直接修改，请先退回。"))
    wanted = {name: values[name] for name in FIELDS if name in values}
    if len(wanted.get("attachments", ())) > MOST_ATTACHMENTS:
        raise Refused(_("附件最多 %(most)s 个。") % {"most": MOST_ATTACHMENTS})
    change(document, version=version, **wanted)
    record("document.edited", document, by=by, unit=document.unit, after={"title": document.title})
    return document


@transaction.atomic
def advance(
    *, document: OfficialDocument, act: str, version: int, by: User, today: date, opinion: str = ""
) -> OfficialDocument:
    """Take a document one step on. Raises Refused in words, StaleRecord when it was moved in between."""
    step = ACTS[act]
    if document.version != version:
        raise StaleRecord(document)
    if document.state not in step.before:
        raise Refused(
            _("“%(state)s”的公文不能“%(act)s”。") % {"state": document.get_state_display(), "act": step.label}
        )
    if not can(by, step.permission, document.unit):
        raise Refused(_("您没有“%(act)s”的权限。") % {"act": step.label})
    if step.by_other and by.pk == document.drafter_id:
        raise Refused(_("“%(act)s”要由起草人以外的人办理。") % {"act": step.label})
    if step.reason and not opinion.strip():
        raise Refused(_("请写明“%(act)s”的原因。") % {"act": step.label})
    if act == "submit":
        _refuse_unfinished(document)
    before = document.state
    change(document, version=version, state=step.after, **_given(act, document, by, today))
    Step.objects.create(
        unit=document.unit,
        path=document.path,
        document=document,
        act=act,
        before=before,
        after=step.after,
        by=by,
        opinion=opinion.strip()[:500],
    )
    if act == "cancel":
        Number.objects.in_unit(document.unit).filter(document=document).update(
            voided_at=timezone.now(), voided_reason=opinion.strip()[:500]
        )
    if act == "issue":
        _begin_files(document, by)
    record(
        f"document.{act.replace('_', '-')}", document, by=by, unit=document.unit,
        after={"state": step.after, "number": document.number}, reason=opinion.strip(),
    )  # fmt: skip
    _tell(document, act, by)
    return document


def _given(act: str, document: OfficialDocument, by: User, today: date) -> dict[str, Any]:
    """What a step writes besides the state."""
    if act == "sign":
        document.signer = document.signer or by.display_name
        document.signed_date = today
        made = queries.laid_out(document)
        return {
            "signer": document.signer,
            "signed_date": today,
            "content": to_data(made),
            "seal": seal_of(made),
        }
    if act == "number":
        return {"number": _next_number(document, today) if _is_numbered(document) else ""}
    if act == "issue":
        if not queries.is_unaltered(document):
            raise Refused(_("公文内容与签发时不一致，不能印发，请联系系统管理员。"))
        return {"issued_date": today}
    return {}


def _is_numbered(document: OfficialDocument) -> bool:
    return document.rules.form != "plain"


def _next_number(document: OfficialDocument, today: date) -> str:
    """The next number of the agency's year. The row of the counter is locked until the end of the
    transaction, so that numbers have neither gaps nor doubles however many are given at once."""
    unit, agency, year = document.unit, document.agency.strip(), today.year
    row = Series(unit=unit, path=unit.path, agency=agency, year=year)
    Series.objects.bulk_create([row], ignore_conflicts=True)
    mine = Series.objects.in_unit(unit).filter(agency=agency, year=year)
    mine.update(last=F("last") + 1, updated_at=timezone.now())
    series = mine.get()
    Number.objects.create(unit=unit, path=unit.path, series=series, serial=series.last, document=document)
    return number_text(agency, year, series.last)


def _refuse_unfinished(document: OfficialDocument) -> None:
    """What a document must have before it is checked. Raises Refused naming what is missing."""
    rules = document.rules
    missing = [_("填写空处 %(words)s") % {"words": one} for one in queries.open_blanks(document)[:5]]
    receivers = [
        one for one in document.addressee.replace("，", "、").replace(",", "、").split("、") if one.strip()
    ]
    if rules.addressee != "none" and not receivers:
        missing.append(_("写明主送机关"))
    if rules.addressee == "one" and len(receivers) > 1:
        missing.append(_("主送机关只能写一个"))
    if rules.form != "plain" and not document.agency.strip():
        missing.append(_("写明机关代字"))
    if document.secrecy and not document.copy_number:
        missing.append(_("涉密公文写明份号"))
    if rules.form == "plain" and ("、" not in document.signature or "［" in document.signature):
        missing.append(_("写明签署双方，用顿号分开"))
    if rules.form == "minutes" and not (document.facts.get("held_date") and document.facts.get("attended")):
        missing.append(_("写明会议日期和实到人数"))
    if missing:
        raise Refused(_("还不能送核稿，请先：%(what)s。") % {"what": "；".join(missing)})


def _tell(document: OfficialDocument, act: str, by: User) -> None:
    """Tell whose turn it is; when sent back, the drafter."""
    turn = {"submit": DRAFT, "check": DRAFT, "countersign": SIGN}
    if act in turn:
        to = [one for one in holders(document.unit, turn[act]) if one.pk not in (by.pk, document.drafter_id)]
    elif act in ("sign", "send_back", "number"):
        to = [document.drafter] if document.drafter_id != by.pk else []
    else:
        return
    notify(
        unit=document.unit,
        to=to,
        kind="documents",
        title=_("公文“%(title)s”：%(state)s")
        % {"title": document.title.replace("\n", ""), "state": document.get_state_display()},
        key=f"document/{document.uuid}/{document.version}",
        address=f"/{document.unit.slug}/documents/{document.uuid}/",
        by=by,
    )


# --- the files and the record of an issued document -------------------------------------------------------


def _begin_files(document: OfficialDocument, by: User) -> None:
    document.job = enqueue(
        "correspondence.file",
        unit=document.unit,
        arguments={"document": str(document.uuid)},
        by=by,
        unique=str(document.uuid),
        title=_("印发：%(title)s") % {"title": document.title.replace("\n", "")},
    )
    document.save(update_fields=["job"])


def file(*, document: OfficialDocument, by: User) -> bool:
    """Make the Word and PDF files of an issued document, keep them as evidence and in its ledger.

    False when that is done already. Safe to run twice.
    """
    if document.state not in (State.ISSUED, State.ARCHIVED) or (document.pdf_id and document.docx_id):
        return False
    made = queries.opened(document)
    entry = document.entry or _kept(document, made, by)
    files = {
        kind: _attached(document, made, kind, content, entry, by)
        for kind, content in (("pdf", official_pdf.write(made)), ("docx", official_docx.write(made)))
    }
    with transaction.atomic():
        change(document, version=document.version, entry=entry, **files)
        after = {kind: one.sha256 for kind, one in files.items()}
        record("document.filed", document, by=by, unit=document.unit, after=after)
    return True


def _attached(
    document: OfficialDocument, made: Official, kind: str, content: bytes, entry: Entry | None, by: User
) -> File:
    name = "".join(one for one in made.title if one not in '\\/:*?"<>|\n\r\t')[:80]
    number = made.number or _("（无文号）")
    return attach(
        chunks=[content],
        name=f"{name}.{kind}",
        unit=document.unit,
        by=by,
        title=f"{number} {name}"[:120],
        proof_date=document.issued_date,
        entry=entry,
    ).file


def _kept(document: OfficialDocument, made: Official, by: User) -> Entry | None:
    """The line of the document in the ledger its kind names; None where it names none, or has it already."""
    ledger = document.rules.ledger
    if not ledger:
        return None
    try:
        return ledgers.add(
            ledger=ledger,
            unit=document.unit,
            values=_values(document, made),
            by=by,
            client_uuid=document.uuid,
            remark=_("印发公文时由系统登记。"),
        )
    except (ledgers.DuplicateEntry, ledgers.InvalidEntry) as error:
        record("document.not-kept", document, by=by, unit=document.unit, reason=str(error)[:200])
        return None


def _values(document: OfficialDocument, made: Official) -> dict[str, object]:
    name, issued = made.title.replace("\n", ""), document.issued_date
    words = "\n".join(line.words for line in made.lines)
    kind = document.rules.ledger_kind
    match document.rules.ledger:
        case "plans":
            return {
                "name": name, "kind": "group" if document.group else kind, "year": document.year,
                "field": document.group.field if document.group else "",
                "due_date": date(document.year, *queries.PLANS_DUE), "submitted_date": issued,
                "number": document.number,
                "body": document.signature, "issued_date": issued, "state": "issued",
                "goals": section_words(made.lines, "目标") or words[:1000],
                "measures": section_words(made.lines, "步骤", "措施", "任务", "责任内容") or words[:1000],
            }  # fmt: skip
        case "rules":
            return {
                "name": name, "kind": kind, "version": "1.0", "number": document.number,
                "summary": words[:1000], "approved_by": document.signer,
                "approved_date": document.signed_date, "in_force_date": issued, "state": "in-force",
            }  # fmt: skip
    return {
        "name": name, "kind": kind, "held_date": document.facts.get("held_date"),
        "attended": document.facts.get("attended"),
        "agenda": section_words(made.lines, "议题") or words[:500],
        "minutes": words[:4000], "minutes_number": document.number,
        "decisions": section_words(made.lines, "议定"),
    }  # fmt: skip

"""Making papers, freezing them, issuing them again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from safecommunity.accounts.models import User
from safecommunity.assessment.models import Assessment
from safecommunity.audit.actions import record
from safecommunity.core.papers import Paper as Content
from safecommunity.core.papers import changes, digest, from_data, to_data
from safecommunity.core.periods import Period
from safecommunity.core.reports import ReportType, within
from safecommunity.documents import docx, fonts, pdf
from safecommunity.jobs.actions import enqueue
from safecommunity.jobs.models import Job
from safecommunity.library import documents, ledgers
from safecommunity.reports import queries, store
from safecommunity.reports.models import Paper
from safecommunity.reports.subjects import SUBJECTS
from safecommunity.units.models import Unit
from safecommunity.units.permissions import can
from safecommunity.units.scope import change

MADE_OF = 3  # steps after the text: Word, PDF, put away


class Refused(Exception):
    """The paper cannot be made or changed like this; the message says why and what to do."""


@transaction.atomic
def make(
    *,
    document: str,
    period: Period,
    unit: Unit,
    by: User | None,
    assessment: Assessment | None = None,
    ledger: str = "",
    language: str = "zh",
    subject: UUID | None = None,
) -> Paper:
    """Begin a paper; it is composed in the background. Raises Refused when what it asks for is missing.

    `subject`: the one thing it is about, where the document type is about a thing.
    """
    report = _known(document)
    thing = _subject(report, unit, by, subject)
    if "assessment" in report.asks and (assessment is None or assessment.unit_id != unit.pk):
        raise Refused(_("“%(name)s”要依据一次评定，请选择。") % {"name": report.name.zh})
    if "ledger" in report.asks and ledger not in ledgers:
        raise Refused(_("“%(name)s”要选择一本台账。") % {"name": report.name.zh})
    if "ledger" in report.asks and ledgers[ledger].restricted:
        raise Refused(_("受限台账不印成文书：能看文书的人不一定能看它。请用导出。"))
    row = Paper.objects.create(
        unit=unit,
        path=unit.path,
        by=by,
        document=document,
        document_version=report.version,
        period=period.code,
        language=language,
        assessment=assessment if "assessment" in report.asks else None,
        ledger=ledger if "ledger" in report.asks else "",
        subject_kind=report.subject,
        subject=subject if report.subject else None,
        title=_working_title(report, unit, period, ledger, language, thing),
    )
    record("paper.requested", row, by=by, unit=unit, after={"document": document, "period": period.code})
    _begin(row, by)
    return row


@transaction.atomic
def make_about(*, document: str, subject: UUID, unit: Unit, by: User | None, asked: datetime) -> Paper:
    """A paper of this year about one thing, unless one was begun since it was `asked` for. Raises Refused."""
    rows = queries.papers(unit).filter(path=unit.path, document=document, subject=subject)
    known = rows.filter(created_at__gte=asked).first()
    year = Period.year_of(timezone.localdate(asked))
    return known or make(document=document, period=year, unit=unit, by=by, subject=subject)


@transaction.atomic
def remake(*, paper: Paper, version: int, by: User) -> Paper:
    """Compose a paper that is not frozen again from the records as they are now."""
    if paper.is_frozen:
        raise Refused(_("已定稿的文书不能重新生成，请另发新版。"))
    change(paper, version=version, state=Paper.State.MAKING)
    record("paper.requested", paper, by=by, unit=paper.unit)
    _begin(paper, by)
    return paper


@transaction.atomic
def freeze(*, paper: Paper, version: int, by: User) -> Paper:
    """Finish a paper for good; its files must be those it was made with. Raises Refused, store.Damaged."""
    if not paper.is_ready:
        raise Refused(_("文书生成完成后才能定稿。"))
    for sha256 in (paper.docx_sha256, paper.pdf_sha256):
        store.verified(sha256)
    change(paper, version=version, state=Paper.State.FROZEN, frozen_at=timezone.now(), frozen_by=by)
    record("paper.frozen", paper, by=by, unit=paper.unit, after=_hashes(paper))
    return paper


@transaction.atomic
def reissue(*, paper: Paper, by: User) -> Paper:
    """Begin the next issue of a frozen paper; what differs is shown before it is frozen in its turn."""
    if not paper.is_frozen:
        raise Refused(_("只有已定稿的文书才能另发新版；未定稿的请直接重新生成。"))
    if queries.successors(paper.unit, [paper]):
        raise Refused(_("这一版已经有了新版，请打开最新的一版。"))
    report = _known(paper.document)
    row = Paper.objects.create(
        unit=paper.unit,
        path=paper.unit.path,
        by=by,
        document=paper.document,
        document_version=report.version,
        period=paper.period,
        language=paper.language,
        assessment=paper.assessment,
        ledger=paper.ledger,
        subject_kind=paper.subject_kind,
        subject=paper.subject,
        title=paper.title,
        issue=paper.issue + 1,
        replaces=paper,
    )
    record("paper.reissued", row, by=by, unit=paper.unit, after={"issue": row.issue})
    _begin(row, by)
    return row


@transaction.atomic
def package(*, paper: Paper, by: User) -> Job:
    """Have the paper packed with the evidence of its year; it waits in the download tray. Raises Refused."""
    if not paper.content or paper.assessment is None:
        raise Refused(_("依据评定的文书生成完成后才能打包。"))
    record("paper.packed", paper, by=by, unit=paper.unit, after=_hashes(paper))
    title = _("打包：%(title)s") % {"title": paper.title}
    return enqueue(
        "reports.package", unit=paper.unit, arguments={"paper": paper.pk}, by=by, title=title[:200]
    )


@transaction.atomic
def discard(*, paper: Paper, by: User) -> None:
    """Throw away a paper that is not frozen."""
    if paper.is_frozen:
        raise Refused(_("已定稿的文书不能删除。"))
    record("paper.discarded", paper, by=by, unit=paper.unit)
    paper.delete()


def complete(*, paper: Paper, today: date, step: Callable[[int, int], None], by: User | None) -> bool:
    """Compose the paper and make its files; False when it is no longer waiting for that.

    `step(done, total)` is called as the work goes on. Safe to run twice.
    """
    if paper.state != Paper.State.MAKING:
        return False
    report = _known(paper.document)
    total = sum(len(one.sections) for one in queries.volume(report)) + MADE_OF
    content = queries.composed(paper, report, today, lambda done, _sections: step(done, total))
    word = docx.write(content, drawing=lambda f: queries.drawn(f, paper.language), photo=queries.photo)
    step(total - 2, total)
    printed = pdf.write(content, drawing=lambda f: queries.drawn(f, paper.language), photo=queries.photo)
    step(total - 1, total)
    _finish(paper, content, store.keep(word), store.keep(printed), by)
    step(total, total)
    return True


def _finish(paper: Paper, content: Content, docx_sha256: str, pdf_sha256: str, by: User | None) -> None:
    data = to_data(content)
    older = paper.replaces
    with transaction.atomic():
        change(
            paper,
            version=paper.version,
            state=Paper.State.READY,
            title=content.title.replace("\n", "")[:200],
            content=data,
            digest=digest(data),
            docx_sha256=docx_sha256,
            pdf_sha256=pdf_sha256,
            missing_fonts=list(fonts.missing()),
            changes=[asdict(each) for each in changes(from_data(older.content), content)] if older else [],
            made_at=timezone.now(),
        )
        record("paper.made", paper, by=by, unit=paper.unit, after=_hashes(paper))


def _hashes(paper: Paper) -> dict[str, str]:
    return {"content": paper.digest, "docx": paper.docx_sha256, "pdf": paper.pdf_sha256}


def _begin(paper: Paper, by: User | None) -> None:
    paper.job = enqueue(
        "reports.make",
        unit=paper.unit,
        arguments={"paper": paper.pk},
        by=by,
        unique=str(paper.pk),
        title=_("生成：%(title)s") % {"title": paper.title},
    )
    paper.save(update_fields=["job"])


def _known(document: str) -> ReportType:
    """The document type, with all that is bound behind it. Raises Refused."""
    try:
        return queries.volume(documents[document])[0]
    except KeyError as error:
        words = {"code": error.args[0]}
        raise Refused(_("没有文书类型“%(code)s”，它的数据文件可能已移走。") % words) from error


def _subject(report: ReportType, unit: Unit, by: User | None, subject: UUID | None) -> str:
    """The title of the thing a paper is to be about; "" where it is about none. Raises Refused."""
    if not report.subject:
        return ""
    kind = SUBJECTS.get(report.subject)
    if kind is None or kind.lacks(report):
        raise Refused(_("文书类型“%(name)s”的数据文件引用了不存在的事项数值。") % {"name": report.name.zh})
    if by is not None and not can(by, kind.permission, unit):
        raise Refused(_("您看不到这个事项，不能为它生成文书。"))
    thing = kind.load(unit, subject) if subject else None
    if thing is None:
        raise Refused(_("“%(name)s”是关于一个事项的文书，请从该事项的页面生成。") % {"name": report.name.zh})
    return kind.title(thing)


def _working_title(
    report: ReportType, unit: Unit, period: Period, ledger: str, language: str, thing: str = ""
) -> str:
    if thing:
        return f"{within(report.name, language)}：{thing}"[:200]
    kind = ledgers[ledger].words if ledger and "ledger" in report.asks else report.name
    when = period.code if language == "en" else period.label()
    space = " " if language == "en" else ""
    return f"{unit.name}{space}{when}{space}{within(kind, language)}"[:200]

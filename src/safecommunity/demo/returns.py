"""Months of returns from the districts of the pilot city: in time, late, sent back, not filed, and the park's
declared zero; and from one street, its newest still to be checked."""

from __future__ import annotations

from datetime import date, timedelta

from safecommunity.accounts.models import User
from safecommunity.core.periods import Period
from safecommunity.returns import actions, queries
from safecommunity.returns.models import Return
from safecommunity.units import actions as units
from safecommunity.units.models import Unit

MONTHS = 7
OFTEN_LATE, SENT_BACK, MISSING = 1, 2, 3
WORDS = {
    "progress": "按倒排工期推进各项任务（演示）。",
    "evaluation": "逐项对照方案评估，补齐缺少的记录（演示）。",
    "problems": "部分社区档案整理偏慢（演示）。",
    "next": "组织一次综合检查，完成档案整理（演示）。",
}
LATE_BY = timedelta(days=4)
BACK = "演示：隐患整改数大于发现数，请核对台账"


def load(city: Unit, by: User, today: date) -> None:
    """The second district is often late; of the newest month one return is sent back and one is missing.
    The city reports every month but the newest.

    Who has no records, as the park that has not begun, declares zero.
    """
    districts = sorted(queries.filers(city), key=lambda unit: unit.pk)
    last = Period.month_of(today).previous()
    for unit in districts:
        units.change(unit=unit, version=unit.version, start_date=_months(last)[0].start, by=by)
    for month in _months(last):
        filed = month.end + timedelta(days=1)
        actions.compile_returns(root=city, units=districts, month=month, today=filed, by=by)
        for number, unit in enumerate(districts):
            if month == last and number == MISSING:
                continue
            row = queries.month_return(unit, month)
            assert row is not None
            late = number == OFTEN_LATE and month.start.month % 2
            _file(row, by, row.due_date + LATE_BY if late else filed)
            if month == last and number == SENT_BACK:
                actions.send_back(row=row, version=row.version, by=by, reason=BACK)
            else:
                actions.check(row=row, version=row.version, by=by)
        if month != last:
            whole = actions.summarise(unit=city, month=month, by=by)
            _file(whole, by, whole.due_date)


def of_street(street: Unit, office: User, above: User, today: date) -> None:
    """`office` files for the street, `above` checks for its district."""
    last = Period.month_of(today).previous()
    for month in _months(last):
        filed = month.end + timedelta(days=1)
        actions.compile_returns(root=street, units=[street], month=month, today=filed, by=office)
        row = queries.month_return(street, month)
        assert row is not None
        _file(row, office, filed)
        if month != last:
            actions.check(row=row, version=row.version, by=above)


def _file(row: Return, by: User, day: date) -> None:
    is_zero = not any(row.values.values())
    actions.write(row=row, version=row.version, words=WORDS, corrections={}, is_zero=is_zero, by=by)
    actions.submit(row=row, version=row.version, by=by, today=day)


def _months(last: Period) -> list[Period]:
    """The months up to the last one, the earliest first."""
    months = [last]
    while len(months) < MONTHS:
        months.append(months[-1].previous())
    return months[::-1]

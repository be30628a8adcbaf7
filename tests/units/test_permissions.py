from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from safecommunity.units import actions
from safecommunity.units.models import RoleHolding
from safecommunity.units.permissions import ADMINISTRATORS, ROLES, Permission, can, reach
from tests import make

P = Permission


def test_three_administrators_share_no_power():
    system, security, audit = (
        ROLES[code].permissions for code in ("system-admin", "security-admin", "audit-admin")
    )
    assert P.ROLE_GRANT in security - system - audit
    assert P.AUDIT_VIEW in audit - system - security
    assert P.SYSTEM_RUN in system - security - audit
    business = {P.LEDGER_VIEW, P.LEDGER_EDIT, P.EVIDENCE_VIEW, P.ASSESSMENT_VIEW, P.REPORT_VIEW}
    assert not business & (system | security | audit)


@pytest.mark.django_db
def test_rights_end_with_their_term_and_with_the_account():
    unit = make.unit()
    lin = make.user()
    yesterday = timezone.localdate() - timedelta(days=1)
    actions.grant(user=lin, unit=unit, role="office", by=None, from_date=yesterday, to_date=yesterday)
    assert not can(make.User.objects.get(pk=lin.pk), P.LEDGER_VIEW, unit)
    actions.grant(user=lin, unit=unit, role="office", by=None, from_date=yesterday)
    assert can(make.User.objects.get(pk=lin.pk), P.LEDGER_VIEW, unit)
    make.User.objects.update(ends_date=yesterday)
    assert reach(make.User.objects.get(pk=lin.pk), P.LEDGER_VIEW) == ()
    make.User.objects.update(ends_date=None, is_active=False)
    assert reach(make.User.objects.get(pk=lin.pk), P.LEDGER_VIEW) == ()


@pytest.mark.django_db
@pytest.mark.parametrize("first", sorted(ADMINISTRATORS))
@pytest.mark.parametrize("second", sorted(ROLES))
def test_an_administrator_holds_no_other_role(first, second):
    unit = make.unit()
    person = make.member(unit, role=first)
    if first != second:
        with pytest.raises(actions.RolesExclude):
            actions.grant(user=person, unit=unit, role=second, by=None)
    with pytest.raises(actions.RolesExclude):
        actions.grant(user=make.member(unit, "viewer", "zhou"), unit=unit, role=first, by=None)


@pytest.mark.django_db
def test_the_database_itself_keeps_administrators_apart():
    unit = make.unit()
    person = make.member(unit, role="system-admin")
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleHolding.objects.create(user=person, unit=unit, role="audit-admin")

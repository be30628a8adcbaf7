from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from safecommunity.accounts.actions import create_user, make_link
from safecommunity.units import actions as units
from safecommunity.units.models import UNIT_KINDS, RoleHolding, Unit
from safecommunity.units.permissions import ADMINISTRATORS, ROLES


class Command(BaseCommand):
    help = "建立首批三员，各给一个一次性链接 / make the first three administrators, each with a one-time link"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--unit", required=True, help="最上级单位的名称 / name of the topmost unit")
        parser.add_argument("--code", required=True, help="其区划代码 / its division code")
        parser.add_argument("--kind", default="city-office", choices=[code for code, _name in UNIT_KINDS])
        parser.add_argument("--address", default="", help="网站地址 / address of the site, https://…")
        for role in sorted(ADMINISTRATORS):
            parser.add_argument(f"--{role}", default=role, help=f"{ROLES[role].name} / user name")

    @transaction.atomic
    def handle(self, *args: Any, unit: str, code: str, kind: str, address: str, **options: Any) -> None:
        if RoleHolding.objects.filter(role__in=ADMINISTRATORS).exists():
            raise CommandError(
                "已有管理员，请由安全管理员在页面上授权。\n"
                "There are administrators already: the security administrator grants rights on the page."
            )
        root = Unit.objects.filter(slug=code).first() or units.create(
            name=unit, kind=kind, slug=code, parent=None, by=None
        )
        for role in sorted(ADMINISTRATORS):
            username = options[role.replace("-", "_")]
            user = create_user(username=username, display_name=str(ROLES[role].name), by=None, unit=root)
            units.grant(user=user, unit=root, role=role, by=None)
            link = reverse("accounts:link", args=[make_link(user=user, by=None, now=timezone.now())])
            self.stdout.write(f"{ROLES[role].name} {username}\n    {address.rstrip('/')}{link}")
        self.stdout.write("每个链接只能用一次，三天内有效 / each link works once, within three days")

from __future__ import annotations

from time import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from safecommunity.core import one_time_codes
from safecommunity.units.permissions import ROLES

ROLE_NAMES_EN = {
    "system-admin": "system administrator",
    "security-admin": "security administrator",
    "audit-admin": "audit administrator",
    "city-office": "city office",
    "office": "office",
    "officer": "safety officer",
    "project-group": "project group",
    "appraisal": "appraisal group",
    "expert": "expert",
    "reporter": "reporter",
    "contact": "contact of a business",
    "viewer": "viewer",
}


class Command(BaseCommand):
    help = "演示账号 / how to sign in to the demonstration"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", nargs="?", default="")

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        from safecommunity.demo.load import PASSWORD, sign_ins  # slow import

        self.stdout.write(f"\n安全社区演示 SafeCommunity demo  {address}\n")
        self.stdout.write(f"密码都是 / the password is always: {PASSWORD}\n")
        self.stdout.write("用户名 user       角色 role / 单位 unit")
        for one in sign_ins():
            role = f"{ROLES[one['role']].name} {ROLE_NAMES_EN[one['role']]}"
            self.stdout.write(f"  {one['username']:<14}  {role} / {one['unit']}{_factor(one['secret'])}")
        self.stdout.write(
            "\n验证码每 30 秒更换：把密钥输入验证器应用，或运行 safecommunity demo --codes。\n"
            "Codes change every 30 s: type the secret into an authenticator, or run `demo --codes`.\n"
            "数据由程序生成，不是真实记录。按 Ctrl-C 结束。/ The data are generated. Ctrl-C ends it.\n"
        )


def _factor(secret: str) -> str:
    if not secret:
        return ""
    code = one_time_codes.code_at(one_time_codes.from_text(secret), one_time_codes.step_of(time()))
    return f"  密钥 secret {secret}  当前验证码 code {code}"

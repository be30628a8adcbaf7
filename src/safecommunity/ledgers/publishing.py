"""Putting a ledger or checklist file into the deployment's library: checked first, then only followed."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from safecommunity.accounts.models import User
from safecommunity.audit.actions import record
from safecommunity.core.ledgers import LedgerType
from safecommunity.library import Shelf, checklists, ledgers
from safecommunity.library.shelf import HERE, LARGEST, split_name
from safecommunity.units.models import Unit

__all__ = ["LARGEST", "SHELVES", "CannotPublish", "publish", "source"]
SHELVES: dict[str, Shelf[Any]] = {"ledgers": ledgers, "checklists": checklists}


class CannotPublish(Exception):
    """The file is well made but may not stand beside what is published."""


@transaction.atomic
def publish(
    *, name: str, content: bytes, is_new_version: bool, unit: Unit, by: User, folder: str = "ledgers"
) -> Any:
    """Check a file of one of `SHELVES` and keep it; it works at once, what it says is given back.

    Raises LibraryError, CannotPublish.
    """
    code, shelf = split_name(name)[0], SHELVES[folder]
    made = shelf.parse(f"{code}.toml", content)
    latest = shelf.version(code)
    if latest and not is_new_version:
        told = _("代码“%(code)s”已发布。要修改它，请勾选“作为已有文件的新版本发布”；否则请换一个文件名。")
        raise CannotPublish(told % {"code": code})
    if latest and isinstance(made, LedgerType):
        _refuse_break(ledgers[code], made)
    version = latest + 1
    _keep(_folder(folder) / (f"{code}@{version}.toml" if version > 1 else f"{code}.toml"), content)
    digest = hashlib.sha256(content).hexdigest()
    after = {"version": version, "sha256": digest}
    record(f"{folder.removesuffix('s')}.published", f"{folder}.{code}", by=by, unit=unit, after=after)
    return made


def source(code: str, folder: str = "ledgers") -> bytes | None:
    """The newest file of this code as it was written, None when there is none."""
    files = [*(HERE / folder).glob("*.toml"), *_folder(folder).glob("*.toml")]
    own = [file for file in files if split_name(file.name)[0] == code]
    return max(own, key=lambda file: split_name(file.name)[1]).read_bytes() if own else None


def _refuse_break(old: LedgerType, new: LedgerType) -> None:
    """What is recorded must stay readable: a field keeps its kind, what is sealed stays sealed."""
    for code, field in old.fields.items():
        after = new.fields.get(code)
        if after is None:
            told = _("新版本少了字段“%(field)s”，已有记录会读不出。请保留它。")
            raise CannotPublish(told % {"field": code})
        if after.kind != field.kind:
            told = _("字段“%(field)s”的类型从 %(old)s 变成了 %(new)s。请保留原类型，另加新字段。")
            raise CannotPublish(told % {"field": code, "old": field.kind, "new": after.kind})
        if after.personal != field.personal:
            told = _("字段“%(field)s”的个人信息标记不能改（原为 %(old)s）。")
            raise CannotPublish(told % {"field": code, "old": field.personal})


def _folder(name: str) -> Path:
    return Path(settings.LIBRARY) / name


def _keep(file: Path, content: bytes) -> None:
    """Written aside and put in place in one step, so that nobody reads half a file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_suffix(".part")
    with aside.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    aside.replace(file)

"""Compile the catalogues while the wheel (or the editable installation) is made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages import mofile, pofile
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileCatalogues(BuildHookInterface):  # type: ignore[type-arg]
    """hatchling looks for one such class in the file that pyproject.toml names."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        for source in sorted(Path(self.root, "src").glob("**/LC_MESSAGES/*.po")):
            with source.open("rb") as text:
                catalogue = pofile.read_po(text)
            with source.with_suffix(".mo").open("wb") as compiled:
                mofile.write_mo(compiled, catalogue)

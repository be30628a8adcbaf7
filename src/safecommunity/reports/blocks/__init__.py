"""The named blocks a document file may ask for: each yields tables, drawings and photos from the records."""

from safecommunity.reports.blocks import (  # noqa: F401
    grading,
    hazards,
    injuries,
    proofs,
    returns,
    risks,
    tables,
    targets,
)
from safecommunity.reports.blocks.registry import BLOCKS, KINDS

__all__ = ["BLOCKS", "KINDS"]

"""The named blocks a document file may ask for: each yields tables, drawings and photos from the records."""

from safecommunity.reports.blocks import grading, hazards, proofs, returns, risks, tables, targets  # noqa: F401
from safecommunity.reports.blocks.registry import BLOCKS, KINDS

__all__ = ["BLOCKS", "KINDS"]

"""Rows of supervision, one file a thing."""

from safecommunity.supervision.models.vetoes import Veto
from safecommunity.supervision.models.visits import DrawRecord, Finding, Proof, Reply, Round, Visit

__all__ = ["DrawRecord", "Finding", "Proof", "Reply", "Round", "Veto", "Visit"]

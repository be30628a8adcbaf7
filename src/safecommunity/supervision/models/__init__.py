"""Rows of supervision, one file a thing."""

from safecommunity.supervision.models.appraisals import Appraisal, Publication, Standing
from safecommunity.supervision.models.awards import Award
from safecommunity.supervision.models.vetoes import Veto
from safecommunity.supervision.models.visits import DrawRecord, Extension, Finding, Proof, Reply, Round, Visit

__all__ = [
    "Appraisal",
    "Award",
    "DrawRecord",
    "Extension",
    "Finding",
    "Proof",
    "Publication",
    "Reply",
    "Round",
    "Standing",
    "Veto",
    "Visit",
]

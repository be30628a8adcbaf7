"""The kinds of thing a paper may be about; each module registers one."""

from safecommunity.reports.subjects import award, entry, hazard, review, risk_point  # noqa: F401
from safecommunity.reports.subjects.registry import SUBJECTS, Kind, SubjectGone, subject

__all__ = ["SUBJECTS", "Kind", "SubjectGone", "subject"]

"""Confidence: how likely an occurrence is what it is said to be, from what speaks for it."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

from dateline.extraction.reports import Report

# Weights of a logistic score, rounded
_BASE = -0.9
_VERBAL = 0.2
_ACTOR = 0.2
_RECIPIENT = 0.4
_DATE = 0.2
_TOLL = 0.3
_CENTRAL = 1.0
_REPEATED = 0.3
_NOT_ACTUAL = -0.8


def confidence_of(reports: Sequence[Report], central: bool) -> float:
    """0..1, to two digits."""
    told = [report for report in reports if report.event_type]
    score = (
        _BASE
        + _VERBAL * any(report.verbal for report in told)
        + _ACTOR * any(report.actors for report in told)
        + _RECIPIENT * any(report.recipients for report in told)
        + _DATE * any(report.date for report in told)
        + _TOLL * any(report.killed or report.injured for report in reports)
        + _CENTRAL * central
        + _REPEATED * (len(told) > 1)
        + _NOT_ACTUAL * (told[0].status != "actual")
    )
    return round(1 / (1 + exp(-score)), 2)

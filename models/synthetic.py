"""Canaries apart from the shop: their events are never counted, their facts are judged alone and forgotten.

A canary is a small situation that a probe writes to the shop's topics, to see whether it is found. It must go all the
way and leave nothing behind: no count, no stock item, no order size, no case.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.columns import Columns
from models.decisions import Change
from models.detector import Detector
from models.finding import Finding
from models.report import Report
from models.windows import Watermark
from shop_services.contracts.synthetic import RESERVED_FROM

CARRIER = "stock_exhaustion"  # the scenario that canaries are a situation of
EVER = 2**62  # ms


def real(columns: Columns) -> Columns:
    """The rows that the shop meant."""
    if not len(columns) or max(int(columns.product.max()), int(columns.user.max())) < RESERVED_FROM:
        return columns
    return columns.where(~synthetic(columns))


def synthetic(columns: Columns) -> NDArray[np.bool_]:
    """(n,) bool: rows about a reserved user or product."""
    return (columns.product >= RESERVED_FROM) | (columns.user >= RESERVED_FROM)


def apart(report: Report) -> tuple[Report, Report | None]:
    """A report of the carrier without the facts of canaries, and those alone when there are any."""
    facts = report.facts
    if not len(facts) or max(int(facts.entity.max()), int(facts.key.max())) < RESERVED_FROM:
        return report, None
    mask = (facts.entity >= RESERVED_FROM) | (facts.key >= RESERVED_FROM)
    return replace(report, facts=facts.take(~mask)), replace(report, facts=facts.take(mask))


def judge_alone(detector: Detector, report: Report) -> list[tuple[Change, Finding]]:
    """What the detector's scenario and model say of a report of canaries, from no past at all.

    Each anomaly ends with its beginning, so nothing has to be kept. The detector itself stays as it is.
    """
    twin = Detector(detector.scenario, detector.model, Watermark(0), dict(detector.extras))
    twin.absorb(report)
    opened = twin.judge().changes
    return [*opened, *((change, twin.findings[change.entity]) for change in twin.decisions.expire(EVER))]

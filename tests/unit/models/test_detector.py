"""A detector: what it says of an anomaly is that anomaly's own finding, from its beginning to its end."""

import numpy as np
from numpy.typing import NDArray

from models.detector import Detector
from models.finding import Finding
from models.report import Report
from models.scenarios import price_exploit
from models.windows import Watermark
from tests.builders.story import HOUR, MINUTE, START, Story

SOURCE, LAMP = "cart-events/0", 7
USUAL, LOW, HIGH = 20.0, 5.0, 2_000.0


class Farthest:
    """Scores a price by how far it is from what the product cost, octaves, either way."""

    def score(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        sides = [price_exploit.SPEC.features.index(name) for name in ("far_below", "far_above")]
        return values[:, sides].max(axis=1).astype(np.float64)


def detector() -> Detector:
    return Detector(price_exploit, Farthest(), Watermark(0, frozenset({SOURCE})))


def sold(*prices: float) -> Story:
    """A product with some history, then one sale a minute at these prices."""
    told = Story(price_exploit)
    told.say("ProductUpdatedInWarehouse", 0, LAMP, pieces=100, price=USUAL)
    for sale in range(12):
        told.say("ProductAddedToCart", MINUTE + sale * 2 * HOUR, LAMP, 5, 1, USUAL)
    for minute, price in enumerate(prices):
        told.say("ProductAddedToCart", 24 * HOUR + minute * MINUTE, LAMP, 5, 1, price)
    return told


def said(judge: Detector, told: Story) -> list[tuple[str, Finding]]:
    """Status and finding of what becomes of a story that is told in one go."""
    facts = told.facts().grouped()
    end = int(facts.first.max())
    judge.absorb(Report(SOURCE, 0, len(facts), end, True, end, facts))
    return [(change.status, finding) for change, finding in judge.judge().changes]


def test_what_is_over_because_the_opposite_set_in_is_told_by_its_own_finding() -> None:
    (opened, low), (resolved, over), *_ = said(detector(), sold(LOW, HIGH))

    assert (opened, resolved) == ("opened", "resolved")
    assert low.actual == over.actual == LOW
    assert (low.direction, over.direction) == ("low", "low")


def test_a_stronger_score_is_what_an_open_anomaly_is_told_by() -> None:
    judge = detector()

    (opened, _), (updated, worse) = said(judge, sold(LOW, LOW / 8))

    assert (opened, updated) == ("opened", "updated")
    assert worse.actual == LOW / 8
    (resolved,) = judge.decisions.expire(START + 30 * HOUR)
    assert judge.finding(resolved) == worse

import numpy as np

from models.detector import Judged
from models.drift import HOUR_MS
from stream_app.drifting import Drifting
from tests.builders.lineups import Limit, lineup, loaded


class AtOnce:
    """Says drift for the first value above a half."""

    def __init__(self) -> None:
        self.drift_detected = False

    def update(self, value: float) -> None:
        self.drift_detected = value > 0.5


def noted(score: float) -> Drifting:
    """After an hour of such scores."""
    drifting = Drifting("stock_exhaustion", ("pieces",), AtOnce, patience=1)
    drifting.note(Judged(np.zeros((3, 1), np.float32), np.full(3, score)), 0)
    drifting.note(None, HOUR_MS)
    return drifting


def test_a_drift_proposes_a_refit() -> None:
    drifting = noted(0.7)
    assert drifting.reason == ""  # nothing is tested on the judging loop

    drifting.settle()

    assert drifting.reason == "score drifted from what was usual: refit it (python -m models refit)"
    assert drifting.proposals == 1


def test_nothing_is_tested_before_a_day_was_seen() -> None:
    """So a worker that has just started does not load what tests, which takes seconds."""
    drifting = noted(0.7)
    drifting.patience = 2

    drifting.settle()

    assert drifting.watch is None
    assert len(drifting.waiting) == 1


def test_what_is_usual_proposes_nothing() -> None:
    drifting = noted(0.1)
    drifting.settle()

    assert drifting.reason == ""


def test_another_model_is_watched_anew() -> None:
    models = lineup()
    models.drifting.reason = "score drifted"

    models.offered = loaded(Limit(90), "2")
    models.take_offer()

    assert models.drifting.reason == ""

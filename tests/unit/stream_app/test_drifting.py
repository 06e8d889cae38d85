import msgspec
import numpy as np
import pytest

from models.drift import HOUR_MS, SETTLE
from models.outcome import Judged
from stream_app.drift_hours import DriftHours
from stream_app.drifting import KEPT, Drifting, InHand
from stream_app.snapshots import FakeStore, Snapshot, Snapshots
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


CHANGE = 8 * 24  # hour from which scores are higher, for good
QUARTERS = [quarter * HOUR_MS // 4 for quarter in range(16 * 24 * 4)]


def quarter_hour(at: int) -> Judged:
    """Rows of a quarter of an hour."""
    rng = np.random.default_rng(at)
    scores = 0.1 + 0.2 * (at >= CHANGE * HOUR_MS) + rng.normal(0, 0.02, 6)
    return Judged(rng.normal(0, 0.05, (6, 1)).astype(np.float32), scores)


def new_watch() -> Drifting:
    return Drifting("stock_exhaustion", ("pieces",), of="stock_exhaustion/1")


def restarted(drifting: Drifting, store: FakeStore) -> Drifting:
    """A snapshot is taken, what came after it is lost with the process, and another one takes up what was stored."""
    hours = DriftHours(store)
    hours.keep(drifting.take_ended())
    Snapshots(store).save(Snapshot(b"", 0, msgspec.msgpack.encode(drifting.in_hand())))
    for number in range(8):  # two hours more, stored without the snapshot that would say so
        drifting.note(quarter_hour(number), drifting.means.hour * HOUR_MS + (number + 4) * HOUR_MS // 4)
    hours.keep(drifting.take_ended())
    snapshot = Snapshots(store).load()
    assert snapshot is not None
    in_hand = msgspec.msgpack.decode(snapshot.beside, type=InHand)
    return new_watch().resumed(in_hand, hours.before(in_hand))


def told_at(restarts: set[int]) -> int | None:
    """When drift is told first, ms, by a watch that is restarted at some quarter hours."""
    drifting, store = new_watch(), FakeStore()
    for number, at in enumerate(QUARTERS):
        drifting.note(quarter_hour(at), at)
        drifting.settle()
        if drifting.reason:
            return at
        if number in restarts:
            drifting = restarted(drifting, store)
    return None


@pytest.mark.parametrize("restarts", [{4 * CHANGE + 21}, set(range(50, 16 * 96, 96))], ids=["once", "daily"])
def test_a_restart_does_not_change_when_drift_is_told(restarts: set[int]) -> None:
    """INVARIANT: a worker that is restarted every day notices drift as one that never was."""
    unbroken = told_at(set())

    assert unbroken is not None
    assert unbroken > (CHANGE + SETTLE) * HOUR_MS
    assert told_at(restarts) == unbroken


def test_a_watch_that_begins_anew_every_day_is_never_sure() -> None:
    """Which is why the hours are kept."""
    for day in range(0, len(QUARTERS), 96):
        drifting = new_watch()
        for at in QUARTERS[day : day + 96]:
            drifting.note(quarter_hour(at), at)
        drifting.settle()
        assert drifting.reason == ""


def test_what_was_stored_of_another_model_is_not_gone_on_with() -> None:
    of_one, store = noted(0.7), FakeStore()
    DriftHours(store).keep(of_one.take_ended())
    fresh = new_watch()

    assert fresh.resumed(of_one.in_hand(), DriftHours(store).before(of_one.in_hand())) is fresh


def test_a_model_that_serves_again_is_watched_from_then_on() -> None:
    """What was noted of it before another one served is a watch of its own."""
    store = FakeStore()
    for began in (0, 400):
        drifting = new_watch()
        for hour in range(began, began + 3):
            drifting.note(quarter_hour(hour), hour * HOUR_MS)
        DriftHours(store).keep(drifting.take_ended())

    held = DriftHours(store).before(drifting.in_hand())

    assert [hour.number for hour in held] == [400, 401]


def test_so_many_hours_are_kept_and_no_more() -> None:
    drifting, store = new_watch(), FakeStore()
    for hour in range(KEPT + 30):
        drifting.note(quarter_hour(hour), hour * HOUR_MS)
        DriftHours(store).keep(drifting.take_ended())

    held = DriftHours(store).before(drifting.in_hand())

    assert [hour.number for hour in held] == list(range(29, KEPT + 29))
    assert len(store.rows) == KEPT

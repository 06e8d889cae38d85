"""How unrestful ordinary volume is, learnt from few days."""

import numpy as np

from models.training.daily_dispersion import fit_unrest
from models.training.volume_dispersion import fit_dispersion
from models.volume.counts import DAY
from models.volume.stretch import span_sums
from models.volume.surprise import Dispersion

SPANS = (1, 5, 20)


def visits(days: int, rate: float, size: int, seed: int) -> np.ndarray:
    """Minutes of visits that bring so many messages each."""
    return np.random.default_rng(seed).poisson(rate, days * DAY)[:, None] * size


def fitted(counts: np.ndarray, rate: float, single: bool = False):
    sums = span_sums(np.concatenate([np.zeros((60, 1)), counts]).astype(float), 60, SPANS)
    expected = np.broadcast_to(rate * np.array(SPANS)[None, :, None], sums.shape)
    return fit_dispersion(sums, expected, np.arange(len(counts)) // DAY, SPANS, single=np.array([single]))


def test_the_silence_of_few_visits_is_not_taken_for_that_of_many_messages() -> None:
    rate, size = 0.2, 10  # 40 messages in twenty minutes, of four visits
    unrest = fitted(visits(6, rate, size, 1), rate * size)

    nothing = unrest.standardised(np.zeros((1, 3, 1)), np.array([2.0, 10.0, 40.0])[None, :, None])

    assert nothing[0, 2, 0] > -4.5


def test_clusters_do_not_shrink_with_the_span() -> None:
    unrest = fitted(visits(6, 1.0, 5, 2), 5.0)

    assert (np.diff(unrest.low.base[:, 0]) >= 0).all()
    assert (np.diff(unrest.silence[:, 0]) >= 0).all()


def test_the_big_orders_of_every_day_are_ordinary_and_an_import_is_not() -> None:
    counts = visits(6, 3.0, 1, 3)
    counts[600::DAY] += 40

    unrest = fitted(counts, 3.0, single=True)
    order, imported = (unrest.standardised(np.full((1, 3, 1), n), np.full((1, 3, 1), 3.0)) for n in (50.0, 600.0))

    assert order[0, 0, 0] < 4.0
    assert imported[0, 0, 0] > 8.0


def test_what_a_wholesaler_brings_is_known_at_night_and_hides_no_demand_by_day() -> None:
    minute, rng = np.arange(6 * DAY), np.random.default_rng(3)
    rate = np.where(minute % DAY < DAY // 3, 0.2, 10.0)
    counts = rng.poisson(rate)[:, None]
    counts[2 * DAY + 100] += 60
    sums = span_sums(np.concatenate([np.zeros((60, 1)), counts]).astype(float), 60, SPANS)
    expected = span_sums(np.concatenate([np.zeros(60), rate])[:, None], 60, SPANS)

    knowing, ignorant = (fit_unrest(sums, expected, minute // DAY, SPANS, visit=visit) for visit in (75.0, 0.0))

    assert _deviation(knowing, 60.0, 0.2) <= 0.0 < 8.0 < _deviation(ignorant, 60.0, 0.2)
    assert _deviation(knowing, 300.0, 100.0) == _deviation(ignorant, 300.0, 100.0) > 8.0


def test_the_silence_of_a_few_clusters_is_no_stop() -> None:
    spans, size, rate = (5, 20, 45, 60, 120), 3, 0.1  # registrations of three messages each
    counts = visits(10, rate, size, 4)
    sums = span_sums(np.concatenate([np.zeros((120, 1)), counts]).astype(float), 120, spans)
    expected = np.broadcast_to(rate * size * np.array(spans)[None, :, None], sums.shape)

    unrest = fit_unrest(sums, expected, np.arange(len(counts)) // DAY, spans)
    nats = unrest.standardised(np.zeros((1, 5, 1)), expected[:1])[0, :, 0] ** 2 / 2

    assert (nats < rate * np.array(spans) + 1.0).all()  # one for each cluster that did not come


def _deviation(unrest: Dispersion, seen: float, expected: float) -> float:
    """Of the shortest span."""
    return float(unrest.standardised(np.full((1, 3, 1), seen), np.full((1, 3, 1), expected))[0, 0, 0])

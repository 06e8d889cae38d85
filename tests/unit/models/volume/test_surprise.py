"""Counts against expectations, in standard deviations."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.training.volume_dispersion import fit_dispersion
from models.volume.surprise import Dispersion, root_deviance

RNG = np.random.default_rng(11)


def poisson(expected: np.ndarray, days: int = 10) -> Dispersion:
    day = np.repeat(np.arange(days), len(expected) // days)
    return fit_dispersion(RNG.poisson(expected)[:, None, None].astype(float), expected[:, None, None], day, (1,))


def test_the_silence_of_what_is_rare_is_never_strange() -> None:
    assert abs(root_deviance(np.zeros(1), np.array([2.0]))[0]) <= 2.0


@given(expected=st.floats(0.5, 500), more=st.integers(1, 50))
def test_more_is_always_more_surprising(expected: float, more: int) -> None:
    above = np.ceil(expected)

    weak, strong = root_deviance(np.array([above, above + more]), np.array([expected, expected]))

    assert strong > weak


def test_poisson_counts_are_not_taken_for_over_dispersed() -> None:
    held = poisson(np.repeat(RNG.uniform(5, 60, 2_000), 10))

    assert held.low.variance(np.array(30.0)).item() < 1.5
    assert held.high.variance(np.array(30.0)).item() < 1.5


def test_an_outage_in_the_days_does_not_become_ordinary() -> None:
    expected = np.full((14_400, 1, 1), 20.0)
    seen = RNG.poisson(expected).astype(float)
    seen[3_000:3_120] = 0
    day = np.repeat(np.arange(10), 1_440)

    held = fit_dispersion(seen, expected, day, (1,))

    assert held.standardised(np.zeros((1, 1)), np.full((1, 1), 20.0)).item() < -5


def test_figures_survive_the_bundle() -> None:
    held = poisson(np.full(2_000, 10.0))

    again = Dispersion.restored(held.save(["a"]), ["a"], 1)

    assert np.allclose(
        again.standardised(np.array([[3.0]]), np.array([[10.0]])), held.standardised(3.0, 10.0), atol=1e-3
    )

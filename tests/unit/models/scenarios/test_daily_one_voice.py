"""One incident speaks with one voice, and two incidents with two."""

import numpy as np
import pytest
from numpy.typing import NDArray

from models.scenarios.daily_evidence import one_voice
from models.volume.families import entities
from models.volume.lately import Lately

HIGH, LOW = False, True
SHOP, SERVICE = 0, 1
WIDTH = len(entities())


def row(shop: float, service: float) -> NDArray[np.float64]:
    """(1, n_entities): of the shop and of one service."""
    return np.array([[shop, service, *[0.0] * (WIDTH - 2)]])


@pytest.mark.parametrize(
    ("shop", "service", "is_heard"),
    [
        pytest.param(LOW, LOW, False, id="the whole shop is silent, and so is the service"),
        pytest.param(HIGH, HIGH, False, id="the whole shop is busy, and so is the service"),
        pytest.param(LOW, HIGH, False, id="after a silence a service catches up"),
        pytest.param(HIGH, LOW, True, id="a service stops on a busy evening"),
    ],
)
def test_too_few_is_silenced_by_too_few_alone(shop: bool, service: bool, is_heard: bool) -> None:
    told = one_voice(Lately(20, 2 * WIDTH), 100, row(30.0, 12.0), row(shop, service) > 0)

    assert told[0, [SHOP, SERVICE]].tolist() == [30.0, 12.0 if is_heard else 0.0]


def test_what_was_loud_lately_silences_for_a_while() -> None:
    lately, low = Lately(2, 2 * WIDTH), row(LOW, LOW) > 0
    strengths = [[30.0, 0.0], [0.0, 12.0], [0.0, 12.0], [0.0, 12.0]]

    told = [one_voice(lately, minute, row(*strength), low)[0, SERVICE] for minute, strength in enumerate(strengths)]

    assert told == [0.0, 0.0, 0.0, 12.0]

"""One incident speaks with one voice, and two incidents with two."""

import numpy as np
import pytest
from numpy.typing import NDArray

from models.volume.lately import Lately, one_voice

HIGH, LOW = False, True
SHOP, SERVICE = 0, 1


def louder(lately: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The louder of two silences the other."""
    return np.asarray(lately[:, ::-1] > lately)


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
    is_low = np.array([[shop, service]])

    told = one_voice(Lately(20, 2), 100, np.array([[30.0, 12.0]]), is_low, louder)

    assert told.tolist() == [[30.0, 12.0 if is_heard else 0.0]]


def test_what_was_loud_lately_silences_for_a_while() -> None:
    lately, low = Lately(2, 2), np.array([[LOW, LOW]])
    strengths = [[30.0, 0.0], [0.0, 12.0], [0.0, 12.0], [0.0, 12.0]]

    told = [
        one_voice(lately, minute, np.array([strength]), low, louder)[0, SERVICE]
        for minute, strength in enumerate(strengths)
    ]

    assert told == [0.0, 0.0, 0.0, 12.0]

import numpy as np
import pytest

from models.clock import EventClock, ScaledClock, parse_clock


def test_scaled_time_runs_from_its_anchor():
    clock = parse_clock("scaled:60:2026-03-25T17:30:00Z:1000")
    assert isinstance(clock, ScaledClock)

    later = ScaledClock(clock.speed, clock.start_ms, clock.anchor, wall=lambda: 1002.5)

    assert later.now_ms() - clock.start_ms == 150_000
    assert later.of(np.array([1_002_500])).tolist() == [later.now_ms()]


def test_the_event_clock_knows_no_time():
    assert parse_clock("events") == EventClock()
    assert EventClock().now_ms() == 0


@pytest.mark.parametrize("text", ["", "sundial", "scaled:60:2026-03-25T17:30:00:1000", "scaled:fast:x:1"])
def test_an_unknown_clock_is_refused(text):
    with pytest.raises(ValueError):
        parse_clock(text)

from datetime import UTC, datetime

import pytest

from shop_services.chassis.clock import ScaledClock, WallClock, parse_clock


def test_a_scaled_clock_runs_faster_than_the_wall() -> None:
    clock = ScaledClock(60, datetime(2026, 3, 25, 17, 30, tzinfo=UTC), wall_start=1000.0, wall=lambda: 1090.0)

    assert clock.now() == datetime(2026, 3, 25, 19, 0, tzinfo=UTC)


def test_clocks_are_named_in_text() -> None:
    scaled = parse_clock("scaled:60:2026-03-25T17:30:00Z:1790000000.5")

    assert scaled == ScaledClock(60, datetime(2026, 3, 25, 17, 30, tzinfo=UTC), 1790000000.5)
    assert parse_clock(str(scaled)) == scaled
    assert parse_clock("wall") == WallClock()


@pytest.mark.parametrize("text", ["", "scaled", "scaled:x:2026-03-25T17:30:00Z:1", "scaled:60:2026-03-25T17:30:00:1"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_clock(text)

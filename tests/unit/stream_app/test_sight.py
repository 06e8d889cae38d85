from models.clock import ScaledClock
from stream_app.sight import Sight


class Wall:
    """A clock the test sets."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def sight() -> tuple[Sight, Wall]:
    wall = Wall()
    clock = ScaledClock(speed=60, start_ms=0, anchor=1_000.0, wall=wall)
    return Sight(clock, stale_seconds=10, settle_seconds=5, wall=wall), wall


def test_a_broker_that_answers_leaves_the_sight_clear():
    eye, wall = sight()

    eye.look(wall.now - 1)

    assert (eye.is_clear, eye.reason()) == (True, "")


def test_without_an_answer_silence_is_no_fact():
    eye, wall = sight()

    eye.look(wall.now - 11)

    assert not eye.is_clear
    assert "does not answer" in eye.reason()


def test_after_its_return_what_was_held_up_is_waited_for():
    """INVARIANT: a broker's outage is a pipeline fault and never a silent shop, afterwards neither."""
    eye, wall = sight()
    eye.lost()

    eye.look(wall.now)
    assert not eye.is_clear
    wall.now += 4
    eye.look(wall.now)
    assert not eye.is_clear
    wall.now += 1
    eye.look(wall.now)

    assert eye.is_clear
    assert eye.blind_until == 5 * 60 * 1000

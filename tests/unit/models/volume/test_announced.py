"""What the calendar announces says nothing and is not learnt."""

import numpy as np

from models.columns import kind_code
from models.entity import Entity
from models.facts import EntityKind
from models.spec import Announced
from models.training.volume_log import MinuteLog, walk
from models.volume.announced import excused_kinds
from models.volume.counts import DAY
from models.volume.past import Past
from models.windows import MINUTE
from tests.builders.volume import FIRST_DAY, minute_log

DAYS = 9
CLOSED = FIRST_DAY + 7  # same day of the week as the first, expected by then


def closed_log() -> MinuteLog:
    """A day on which hardly anybody came."""
    log = minute_log(DAYS, seed=4)
    counts = log.counts.copy()
    counts[7 * DAY : 8 * DAY] //= 6
    return MinuteLog(log.first, counts)


def learnt(log: MinuteLog, *announced: Announced) -> tuple[Past, list[float]]:
    """The past after a log, and what it expected of each judged minute of the closed day."""
    past = Past(announced=announced)
    expected = [
        float(stretch.expected[stretch.look_back :].sum())
        for stretch in walk(log, 60, past)
        if stretch.first // DAY == CLOSED
    ]
    return past, expected


def test_an_announced_day_does_not_change_what_is_expected_of_the_next() -> None:
    usual, _ = learnt(minute_log(DAYS, seed=4))
    poisoned, _ = learnt(closed_log())
    excused, _ = learnt(closed_log(), Announced(CLOSED * DAY * MINUTE, (CLOSED + 1) * DAY * MINUTE, ()))
    orders = kind_code("OrderCreated")

    def level(past: Past) -> float:
        return float(past.days_before(CLOSED + 1)[CLOSED][:, orders].sum())

    assert level(poisoned) < 0.5 * level(usual)
    assert abs(level(excused) / level(usual) - 1) < 0.1


def test_nothing_is_expected_of_an_announced_time() -> None:
    _, expected = learnt(closed_log(), Announced(CLOSED * DAY * MINUTE, (CLOSED + 1) * DAY * MINUTE, ()))

    assert expected
    assert sum(expected) == 0


def test_a_window_of_one_service_excuses_its_messages_alone() -> None:
    window = Announced(0, 10 * MINUTE, (Entity(EntityKind.EVENT_TYPE, "OrderCreated"),))

    excused = excused_kinds([window], np.array([9, 10]))

    assert excused[0].sum() == 1
    assert excused[0, kind_code("OrderCreated")]
    assert not excused[1].any()


def test_the_hour_after_a_closed_day_is_no_news_either() -> None:
    past, closed = Past(), Announced(CLOSED * DAY * MINUTE, (CLOSED + 1) * DAY * MINUTE, ())
    past.announce((), (closed,))

    after = next(s for s in walk(closed_log(), 60, past) if s.first // DAY == CLOSED + 1)

    expected = after.expected[after.look_back :].sum(axis=1)
    assert expected[:60].sum() == 0
    assert expected[60:].sum() > 0


def test_the_hour_after_planned_work_is_judged() -> None:
    past, work = Past(), Announced(CLOSED * DAY * MINUTE, (CLOSED + 1) * DAY * MINUTE, ())
    past.announce((work,), ())

    assert past.announced == (work,)

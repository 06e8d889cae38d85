"""Services and message types that a detector, ready itself, still has to get to know."""

from dataclasses import replace

import numpy as np
import pytest

from models.census import Census
from models.columns import kind_code, kinds
from models.training.volume_log import MinuteLog
from models.volume.counts import DAY, KEPT_DAYS
from models.volume.newcomers import census
from models.volume.past import Past
from models.volume.profile import at
from models.windows import MINUTE
from tests.builders.volume import FIRST_DAY, minute_log

NEW = "OrderCreationRequested"
HOUR = 60
SPAN = KEPT_DAYS + 4
LOG = minute_log(SPAN, seed=61)


def with_newcomer(first_day: int, log: MinuteLog = LOG) -> MinuteLog:
    """The log with a message type that was not there before a day, by number."""
    counts = log.counts.copy()
    counts[: first_day * DAY, kind_code(NEW)] = 0
    return replace(log, counts=counts)


def counted(log: MinuteLog, days: int, hours: int = 12, past: Past | None = None) -> Past:
    """What is known some hours into the day after so many."""
    held, until = past or Past(), log.first + days * DAY + hours * HOUR
    for first in range(log.first, until, DAY):
        last = min(first + DAY, until)
        held.absorb(log.facts(first, last))
        held.counts.close(last * MINUTE)
    return held


def told(past: Past) -> Census:
    return census(past, past.counts.closed_until * MINUTE)


def test_a_shop_that_does_what_it_always_did_has_no_newcomers() -> None:
    known = told(counted(LOG, 8))

    assert (known.warming, known.named) == (0, ())
    assert known.ready > 20


def test_a_message_type_never_seen_before_is_named_with_what_it_lacks() -> None:
    past = counted(with_newcomer(8), 8)

    (newcomer,) = told(past).named

    assert (newcomer.entity.kind_name, newcomer.entity.id) == ("event_type", NEW)
    assert newcomer.reason == "there on 0 of the 7 days that say what to expect; 7 are needed"
    assert newcomer.seconds_left == (6 * 24 + 12) * 3_600


def test_a_service_never_seen_before_is_named_with_its_messages() -> None:
    log = replace(LOG, counts=LOG.counts.copy())
    orders = [code for code, kind in enumerate(kinds()) if kind.service == "order-service"]
    log.counts[: 8 * DAY, orders] = 0

    named = {(one.entity.kind_name, one.entity.id) for one in told(counted(log, 8)).named}

    assert ("service", "order-service") in named
    assert ("event_type", NEW) in named
    assert ("service", "cart-service") not in named


def test_what_was_never_heard_of_is_neither_known_nor_new() -> None:
    before, after = told(counted(with_newcomer(SPAN), 8)), told(counted(LOG, 8))

    assert after.ready - before.ready == 1
    assert before.warming == 0


@pytest.mark.parametrize("before", [2, 8, 16])
def test_the_time_left_is_when_it_is_known_and_then_half_of_what_it_brings_is_expected(before: int) -> None:
    """The figure that makes it ready is one of what is expected of it, not of the calendar."""
    log = with_newcomer(before, minute_log(before + KEPT_DAYS // 2 + 1, seed=62))
    (newcomer,) = told(counted(log, before)).named
    days = round(newcomer.seconds_left / 86_400 + 0.5)

    eve, day = counted(log, before + days - 1), counted(log, before + days)

    assert told(eve).warming == 1
    assert told(day).warming == 0
    assert expected_share(day, before + days, log) == pytest.approx(0.5, abs=0.15)


def expected_share(past: Past, day: int, log: MinuteLog) -> float:
    brought = log.counts[day * DAY : (day + 1) * DAY, kind_code(NEW)].sum()
    minutes = (FIRST_DAY + day) * DAY + np.arange(DAY)
    return float(at(past.rates(FIRST_DAY + day), minutes)[:, kind_code(NEW)].sum() / brought)


def test_a_lent_past_knows_what_the_shop_did_in_training() -> None:
    lent = with_newcomer(SPAN, minute_log(SPAN, seed=63)).cut(FIRST_DAY * DAY, (FIRST_DAY + 10) * DAY)
    past = counted(LOG, 0, hours=20, past=Past(lent.days()))

    (newcomer,) = told(past).named

    assert newcomer.entity.id == NEW
    assert newcomer.reason.startswith("there on 0 of the 10 days")
    assert newcomer.seconds_left == (10 * 24 + 4) * 3_600  # today is not seen whole


def test_while_the_detector_is_warming_so_is_all_it_judges() -> None:
    known = told(counted(LOG, 0))

    assert (known.ready, known.named) == (0, ())
    assert known.warming > 20


def test_it_is_the_same_after_a_restart() -> None:
    past, again = counted(with_newcomer(8), 9), Past()
    again.load(past.save())

    assert told(again) == told(past)
    assert told(past).warming

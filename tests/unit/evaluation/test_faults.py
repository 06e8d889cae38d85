import numpy as np

from tests.evaluation import faults
from tests.evaluation.messages import Messages, codes_of
from tests.evaluation.spans import HOUR, MINUTE
from tests.unit.evaluation.small import history


def an_evening() -> tuple[Messages, int]:
    begin = history().world.trained_until + 17 * HOUR
    return history().between(begin, begin + 4 * HOUR), begin


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def test_doubled_messages_are_the_same_twice_and_the_second_comes_later():
    said, begin = an_evening()

    twice = faults.doubled(said, begin, begin + 4 * HOUR, 0.05, rng())

    ids, count = np.unique(twice.uid, return_counts=True)
    assert len(ids) == len(said)
    assert 0.03 < np.mean(count == 2) < 0.07
    assert (np.diff(twice.arrived) >= 0).all()


def test_late_messages_keep_their_time_and_come_minutes_or_hours_later():
    said, begin = an_evening()

    late = faults.late(said, begin, begin + 4 * HOUR, rng())

    delay = late.arrived - late.time
    assert sorted(late.time.tolist()) == sorted(said.time.tolist())
    assert 0.04 < np.mean((delay > MINUTE) & (delay < HOUR)) < 0.06
    assert 0.005 < np.mean(delay > HOUR) < 0.02


def test_only_one_producers_clock_runs_ahead():
    said, begin = an_evening()

    wrong = faults.ahead(said, "order-service", begin, begin + HOUR, rng())

    ahead = wrong.time - wrong.arrived > HOUR
    assert ahead.any()
    assert np.isin(wrong.kind[ahead], list(codes_of("order-service"))).all()


def test_a_consumer_that_was_down_reads_everything_in_order_afterwards():
    said, begin = an_evening()

    piled = faults.piled_up(said, begin + HOUR, begin + HOUR + 20 * MINUTE, 200.0, rng())

    down = (piled.time > begin + HOUR) & (piled.time < begin + HOUR + 19 * MINUTE)
    assert down.any()
    assert (piled.arrived[down] >= begin + HOUR + 20 * MINUTE).all()
    assert (np.diff(piled.arrived) >= 0).all()
    assert piled.arrived[-1] - piled.time[-1] < MINUTE


def test_a_log_that_tells_no_arrival_keeps_its_order():
    said, begin = an_evening()
    late = faults.late(said, begin, begin + 4 * HOUR, rng())

    untold = faults.untold(late)

    assert untold.uid.tolist() == late.uid.tolist()
    assert not untold.arrived.any()

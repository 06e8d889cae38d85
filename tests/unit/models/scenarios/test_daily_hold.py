"""An incident stays one until what comes looks ordinary."""

import numpy as np

from models.scenarios.daily_hold import KEPT, LOUD, Holds, Minutes
from models.training.daily_trust import ENOUGH

FIRST = 1_000  # minute


def minutes(nats: list[list[float]], seen: list[list[float]], ratio: float = -2.0) -> Minutes:
    """Of two entities, the shop and a service, that should bring ten events a minute in causes of two."""
    shape = (len(nats), 2)
    at_hand = np.array(seen)[:, :, None]
    ten, two = np.full((*shape, 1), 10.0), np.full((*shape, 1), 2.0)
    return Minutes(np.array(nats), np.full(shape, ratio), np.zeros(shape, np.int64), at_hand, ten, two)


def applied(holds: Holds, given: Minutes) -> tuple[np.ndarray, np.ndarray]:
    """Evidence and who is held, where every window counts."""
    return holds.applied(FIRST, lambda since: given)[:2]


def test_strong_evidence_is_held_while_nothing_comes() -> None:
    nats, held = applied(Holds(2), minutes([[0, 20.0]] + [[0, 0.0]] * 30, [[10, 0]] * 31))

    assert held[:, 1].all()
    assert (nats[1:, 1] == KEPT * 20.0).all()


def test_ordinary_minutes_end_it() -> None:
    _, held = applied(Holds(2), minutes([[0, 20.0]] + [[0, 0.0]] * 10, [[10, 0]] * 3 + [[10, 10]] * 8))

    assert held[:3, 1].all()
    assert not held[5:].any()


def test_the_shop_keeps_silent_while_a_service_is_held() -> None:
    nats, held = applied(Holds(2), minutes([[0, 20.0]] + [[15.0, 0.0]] * 5, [[10, 0]] * 6))

    assert not nats[:, 0].any()
    assert not held[:, 0].any()


def test_who_is_not_told_of_silences_nobody() -> None:
    nats, _ = applied(Holds(2), minutes([[0, ENOUGH - 0.1]] + [[15.0, 0.0]] * 5, [[10, 0]] * 6))

    assert (nats[1:, 0] >= 15.0 * KEPT).all()


def test_weak_evidence_is_left_as_it_is() -> None:
    given = minutes([[1.0, LOUD - 1]] * 5, [[10, 5]] * 5)

    nats, held = applied(Holds(2), given)

    assert np.array_equal(nats, given.nats)
    assert not held.any()


def test_what_is_held_survives_a_restart() -> None:
    before, after = Holds(2), Holds(2)
    applied(before, minutes([[0, 20.0]], [[10, 0]]))

    after.load(before.save())

    assert applied(after, minutes([[0, 0.0]], [[10, 0]]))[1][0, 1]


def windowed(since: np.ndarray, seen: list[list[float]]) -> Minutes:
    """As `minutes`, where old windows say 15 nats of a service, unless something ended."""
    nats = [[0.0, 20.0], *([[0.0, 15.0]] * (len(seen) - 1))]
    return minutes(np.where(since > FIRST, 0.0, nats).tolist(), seen)


def test_who_is_let_go_is_judged_anew_and_the_shop_with_it() -> None:
    seen = [[10.0, 0.0]] * 3 + [[10.0, 10.0]] * 8

    nats, held, since = Holds(2).applied(FIRST, lambda since: windowed(since, seen))

    assert held[:3, 1].all()
    assert not held[6:].any()
    assert not nats[6:].any()
    assert FIRST + 3 < since[-1, 1] <= FIRST + 6
    assert since[-1, 0] == since[-1, 1]


def test_what_was_caught_up_with_in_one_minute_ends_nothing() -> None:
    seen = [[10.0, 0.0]] * 3 + [[10.0, 400.0]] + [[10.0, 0.0]] * 5

    assert applied(Holds(2), minutes([[0, 20.0]] * 9, seen))[1][:, 1].all()


def test_since_when_windows_count_survives_a_restart() -> None:
    before, after = Holds(2), Holds(2)
    applied(before, minutes([[0, 20.0]] + [[0, 0.0]] * 10, [[10, 0]] * 3 + [[10, 10]] * 8))

    after.load(before.save())

    assert after.since.tolist() == before.since.tolist()
    assert before.since[1] > FIRST

"""When an incident is over, windows that reach back into it count no more."""

import numpy as np

from models.scenarios.daily_evidence import ROLES, SPANS, Evidence, chosen
from models.scenarios.daily_renewal import LENGTHS, anew
from models.volume.families import entities

FIRST = 5_000  # minute
MINUTES, ENTITIES = 40, len(entities())


def said() -> Evidence:
    """The longer a window, the more it says."""
    weight = np.broadcast_to(LENGTHS.astype(float), (MINUTES, ENTITIES, len(LENGTHS))).copy()
    none = np.zeros((MINUTES, len(SPANS), ENTITIES * ROLES))
    return Evidence(none, none, *chosen(weight), weight, np.zeros((MINUTES, ENTITIES), bool))


def test_all_windows_count_where_nothing_ended() -> None:
    evidence = anew(said(), FIRST, np.zeros(ENTITIES, np.int64))

    assert (evidence.nats == max(SPANS)).all()


def test_only_windows_that_begin_after_the_end_count() -> None:
    since = np.zeros(ENTITIES, np.int64)
    since[2] = FIRST + 10

    evidence = anew(said(), FIRST, since)

    assert (evidence.nats[:, 1] == max(SPANS)).all()
    assert not evidence.nats[:11, 2].any()  # no weighed window is a single minute
    assert evidence.nats[11:, 2].tolist() == [max(s for s in SPANS[1:] if s <= at) for at in range(2, MINUTES - 9)]
    assert [SPANS[at] for at in evidence.span[11:, 2].tolist()] == evidence.nats[11:, 2].tolist()


def test_who_is_hushed_stays_so() -> None:
    evidence = said()
    evidence.is_hushed[:, 1] = True

    assert not anew(evidence, FIRST, np.zeros(ENTITIES, np.int64)).nats[:, 1].any()

from random import Random

import pytest

from tests.chaos.acts import AWAY_SECONDS, UP_SECONDS, Act, draw_acts


@pytest.mark.parametrize("seed", range(20))
def test_everyone_who_goes_away_comes_back_before_the_next_blow(seed: int) -> None:
    acts = draw_acts(Random(seed), workers=3, kills=20)

    for worker in range(3):
        own = [act for act in acts if act.worker == worker]
        assert {act.verb for act in own[0::2]} <= {"kill", "leave", "pause"}
        assert {act.verb for act in own[1::2]} <= {"start", "resume"}
        assert all(blow.at - back.at > UP_SECONDS - 0.001 for back, blow in zip(own[1::2], own[2::2], strict=False))


def test_the_same_seed_draws_the_same_acts() -> None:
    assert draw_acts(Random(7), 3, 20) == draw_acts(Random(7), 3, 20) != draw_acts(Random(8), 3, 20)


def test_as_many_die_as_were_asked_for_and_a_pause_outlasts_the_session() -> None:
    acts = draw_acts(Random(1), workers=2, kills=4)

    verbs = [act.verb for act in acts]
    assert [verbs.count(verb) for verb in ("kill", "leave", "pause", "start", "resume")] == [4, 1, 1, 5, 1]
    assert _away(acts, "pause") >= AWAY_SECONDS["pause"][0] > 6


def _away(acts: list[Act], verb: str) -> float:
    blow = next(act for act in acts if act.verb == verb)
    back = next(act for act in acts if act.worker == blow.worker and act.at > blow.at)
    return back.at - blow.at

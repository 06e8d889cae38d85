from models.decisions import Change, Decisions, Judgement
from models.spec import Policy

MINUTE = 60_000
ENTITY = (3, "7")
POLICY = Policy(open_m=2, open_n=3, resolve_after_ms=3 * MINUTE, pause_ms=10 * MINUTE)


def run(scores: dict[int, float], policy: Policy = POLICY) -> list[Change]:
    """Changes for scores at the given minutes."""
    decisions = Decisions("stock_exhaustion", policy)
    steps = [Judgement(ENTITY, m * MINUTE, (m + 1) * MINUTE, score, "high") for m, score in scores.items()]
    return [change for change in map(decisions.step, steps) if change]


def test_one_strange_minute_is_not_enough():
    assert run({0: 1.2, 1: 0.3, 2: 0.2, 3: 1.2, 4: 0.1, 5: 0.1}) == []


def test_m_of_n_strange_minutes_open_an_anomaly_that_begins_with_the_first():
    (change,) = run({0: 0.1, 1: 1.2, 2: 0.3, 3: 1.1})

    assert (change.status, change.start, change.end, change.revision) == ("opened", MINUTE, 4 * MINUTE, 1)


def test_an_open_anomaly_is_not_opened_again():
    changes = run(dict.fromkeys(range(20), 1.2))

    assert [change.status for change in changes] == ["opened"]


def test_it_is_updated_when_it_grows_and_when_it_turns_critical():
    changes = run({0: 1.1, 1: 1.1, 2: 1.7, 3: 2.0})

    assert [(change.status, change.severity, change.revision) for change in changes] == [
        ("opened", "warning", 1),
        ("updated", "warning", 2),
        ("updated", "critical", 3),
    ]


def test_it_ends_only_after_quiet_has_lasted():
    changes = run({0: 1.1, 1: 1.1, 2: 0.1, 3: 0.1, 4: 0.1})

    assert [change.status for change in changes] == ["opened", "resolved"]
    assert changes[-1].end == 2 * MINUTE


def test_hysteresis_keeps_it_open_just_below_the_boundary():
    changes = run({0: 1.1, 1: 1.1} | dict.fromkeys(range(2, 20), 0.9))

    assert [change.status for change in changes] == ["opened"]


def test_after_an_end_there_is_a_pause():
    quiet = dict.fromkeys(range(2, 6), 0.1)

    assert [c.status for c in run({0: 1.1, 1: 1.1, **quiet, 6: 1.1, 7: 1.1})] == ["opened", "resolved"]
    assert [c.status for c in run({0: 1.1, 1: 1.1, **quiet, 40: 1.1, 41: 1.1})] == ["opened", "resolved", "opened"]


def test_the_same_window_gives_the_same_id():
    """INVARIANT: a replay or a crash never alerts twice, because ids follow from detector, entity and window alone."""
    first, again = (run({1: 1.2, 2: 1.2})[0].anomaly_id for _ in range(2))
    later = run({5: 1.2, 6: 1.2})[0].anomaly_id

    assert first == again
    assert first != later


def test_what_has_no_news_ends_by_the_clock():
    decisions = Decisions("stock_exhaustion", Policy(resolve_after_ms=3 * MINUTE))
    decisions.step(Judgement(ENTITY, 0, MINUTE, 1.5, "high"))

    assert decisions.expire(2 * MINUTE) == []
    (change,) = decisions.expire(4 * MINUTE)
    assert (change.status, change.revision) == ("resolved", 2)

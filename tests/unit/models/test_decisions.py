from dataclasses import replace

from models.decisions import Change, Decisions, Judgement
from models.spec import Policy
from shop_services.contracts.anomaly import Direction

MINUTE = 60_000
ENTITY = (3, "7")
POLICY = Policy(open_m=2, open_n=3, resolve_after_ms=3 * MINUTE, pause_ms=10 * MINUTE)


def run(scores: dict[int, float], policy: Policy = POLICY) -> list[Change]:
    """Changes for scores at the given minutes."""
    decisions = Decisions("stock_exhaustion", policy)
    steps = [Judgement(ENTITY, m * MINUTE, (m + 1) * MINUTE, score, "high") for m, score in scores.items()]
    return [change for one in steps for change in decisions.step(one)]


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


def test_a_pause_that_lasts_goes_on_while_the_incident_comes_back():
    fading = {0: 1.1, 1: 1.1, 9: 1.1, 10: 1.1, 18: 1.1, 19: 1.1}
    calm = dict.fromkeys(range(60), 0.1)
    lasting = Policy(open_m=2, open_n=3, resolve_after_ms=3 * MINUTE, pause_ms=10 * MINUTE, pause_lasts=True)

    assert [c.status for c in run(calm | fading)] == ["opened", "resolved", "opened", "resolved"]
    assert [c.status for c in run(calm | fading, lasting)] == ["opened", "resolved"]
    assert [c.status for c in run(calm | fading | {40: 1.1, 41: 1.1}, lasting)] == ["opened", "resolved"] * 2


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


def test_what_comes_after_the_end_is_another_anomaly_whether_or_not_somebody_looked_meanwhile():
    """INVARIANT: how scores were grouped changes nothing."""
    policy = Policy(resolve_after_ms=3 * MINUTE, pause_ms=5 * MINUTE)
    minutes, told = (0, 2, 4, 7, 13, 30), []
    for looks in (range(40), minutes, ()):
        decisions, changes = Decisions("price_exploit", policy), []
        for minute in sorted({*looks, *minutes}):
            if minute in minutes:
                at = minute * MINUTE + 100
                changes += decisions.step(Judgement(ENTITY, at, at, 1.5, "low"))
            changes += decisions.expire(minute * MINUTE) if minute in looks else []
        told.append([*changes, *decisions.expire(60 * MINUTE)])

    assert [change.status for change in told[0]] == ["opened", "resolved"] * 2  # one in the pause
    assert told[0] == told[1] == told[2]


OTHER = (2, "OrderCreated")


def run_two(first: dict[int, float], second: dict[int, float], policy: Policy, turned: bool = False) -> list[Change]:
    """Changes of two entities; the second one's scores are of the other direction when `turned`."""
    decisions, changes = Decisions("usage_intensity", policy), []
    for m in sorted({*first, *second}):
        if m in first:
            changes += decisions.step(Judgement(ENTITY, m * MINUTE, (m + 1) * MINUTE, first[m], "low"))
        if m in second:
            direction = "high" if turned else "low"
            changes += decisions.step(Judgement(OTHER, m * MINUTE, (m + 1) * MINUTE, second[m], direction))
    return changes


def test_an_overwhelming_score_opens_alone():
    (change,) = run({0: 1.6}, replace(POLICY, open_at_once=1.5))

    assert (change.status, change.start) == ("opened", 0)


def test_of_one_incident_only_one_anomaly_is_told():
    policy = replace(POLICY, same_incident=lambda one, other: True)

    changes = run_two(dict.fromkeys(range(6), 1.2), dict.fromkeys(range(2, 6), 1.3), policy)

    assert [change.entity for change in changes if change.status == "opened"] == [ENTITY]


def test_what_begins_at_the_same_time_is_one_incident_and_what_begins_later_another():
    policy = replace(POLICY, together_ms=5 * MINUTE)
    lasting = dict.fromkeys(range(20), 1.2)

    at_once = run_two(lasting, dict.fromkeys(range(1, 4), 1.2), policy)
    later = run_two(lasting, dict.fromkeys(range(10, 14), 1.2), policy)

    assert [change.entity for change in at_once if change.status == "opened"] == [ENTITY]
    assert [change.entity for change in later if change.status == "opened"] == [ENTITY, OTHER]


def test_a_much_stronger_deviation_the_other_way_round_is_news():
    policy = replace(POLICY, same_incident=lambda one, other: True)

    changes = run_two({0: 1.1, 1: 1.1, 2: 1.1}, {2: 3.0, 3: 3.0}, policy, turned=True)

    assert [change.entity for change in changes if change.status == "opened"] == [ENTITY, OTHER]


def test_what_begins_with_the_same_window_once_more_is_another_anomaly():
    """INVARIANT: an id is opened once.

    Whoever looks at ids would take the second opening for a repetition of the first, and never hear of it.
    """
    policy = replace(POLICY, open_m=1, open_n=1)
    decisions = Decisions("price_exploit", policy)

    changes = []
    for minute in (0, 20, 40):  # a wrong price that stands since minute 0, seen now and then
        changes += decisions.step(Judgement(ENTITY, 0, (minute + 1) * MINUTE, 1.5, "low"))
        changes += decisions.expire((minute + 6) * MINUTE)
        decisions.forget((minute + 19) * MINUTE)

    assert [change.status for change in changes] == ["opened", "resolved"] * 3
    assert len({change.anomaly_id for change in changes}) == 3
    assert len({(change.anomaly_id, change.revision) for change in changes}) == len(changes)


def test_too_little_after_too_much_is_news_in_the_pause_and_what_is_made_up_for_is_not():
    assert _opened_after("high", "low") == ["opened", "resolved", "opened"]
    assert _opened_after("low", "high") == ["opened", "resolved"]


def _opened_after(before: Direction, after: Direction) -> list[str]:
    """What is said of a deviation and of another one soon after its end."""
    decisions = Decisions("daily_workload", POLICY)
    told = {
        0: (1.1, before),
        1: (1.1, before),
        **dict.fromkeys(range(2, 6), (0.1, before)),
        6: (1.1, after),
        7: (1.1, after),
    }
    steps = [Judgement(ENTITY, m * MINUTE, (m + 1) * MINUTE, *what) for m, what in told.items()]
    return [change.status for one in steps for change in decisions.step(one)]


AT_ONCE = replace(POLICY, open_m=1, open_n=1)


def test_what_is_taken_back_never_was_and_its_entity_is_judged_as_before():
    decisions = Decisions("stock_exhaustion", AT_ONCE)
    decisions.step(Judgement(ENTITY, 0, MINUTE, 1.5, "high"))

    change = decisions.retract(ENTITY, MINUTE)
    (again,) = decisions.step(Judgement(ENTITY, MINUTE, 2 * MINUTE, 1.5, "high"))

    assert (change.status, change.revision) == ("retracted", 2)
    assert again.status == "opened"  # no pause: there was nothing
    assert again.anomaly_id != change.anomaly_id


def test_the_pause_of_an_anomaly_goes_on_when_one_that_broke_it_is_taken_back():
    decisions = Decisions("stock_exhaustion", AT_ONCE)
    decisions.step(Judgement(ENTITY, 0, MINUTE, 1.5, "high"))
    decisions.expire(4 * MINUTE)
    decisions.step(Judgement(ENTITY, 5 * MINUTE, 6 * MINUTE, 9.0, "high"))
    decisions.retract(ENTITY, 6 * MINUTE)

    as_before = decisions.step(Judgement(ENTITY, 6 * MINUTE, 7 * MINUTE, 1.6, "high"))
    (worse,) = decisions.step(Judgement(ENTITY, 7 * MINUTE, 8 * MINUTE, 2.5, "high"))

    assert as_before == []
    assert worse.status == "opened"  # measured by the one that was, not by the one that never was


def test_what_was_taken_back_is_known_while_its_id_can_come_again():
    decisions = Decisions("price_exploit", AT_ONCE)
    decisions.step(Judgement(ENTITY, 0, MINUTE, 1.5, "low"))
    first = decisions.retract(ENTITY, 5 * MINUTE)

    decisions.forget(60 * MINUTE)
    (again,) = decisions.step(Judgement(ENTITY, 0, 61 * MINUTE, 1.5, "low"))  # a wrong price that stands since minute 0

    assert again.anomaly_id != first.anomaly_id


def test_an_anomaly_is_known_by_the_model_that_opened_it():
    decisions = Decisions("stock_exhaustion", AT_ONCE)
    (opened,) = decisions.step(Judgement(ENTITY, 0, MINUTE, 1.5, "high"))
    decisions.sign(opened, "2")
    (worse,) = decisions.step(Judgement(ENTITY, MINUTE, 2 * MINUTE, 9.0, "high"))
    decisions.sign(worse, "3")

    assert decisions.opened_by({"2"}) == [ENTITY]
    assert decisions.opened_by({"3"}) == []
    decisions.expire(20 * MINUTE)
    assert decisions.opened_by({"2"}) == []

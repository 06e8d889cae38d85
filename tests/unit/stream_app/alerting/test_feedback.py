"""What is like what was judged, what keeps it quiet and for how long, and what precision people see."""

import math
from typing import Any

import pytest

from shop_services.contracts.anomaly import Contribution, Impact
from stream_app.alerting.errors import BadFeedback
from stream_app.alerting.feedback import Given, Mute, Scope, Verdict
from stream_app.alerting.feedback.likeness import is_like
from stream_app.alerting.feedback.mutes import LONGEST_MS, check_scope, check_until
from stream_app.alerting.feedback.precision import OTHER, tallies
from stream_app.alerting.feedback.quiet import HOUR_MS, SPANS, Hush
from stream_app.alerting.feedback.verdicts import checked
from stream_app.alerting.incidents.incident import Sighting
from tests.builders.anomalies import MODEL
from tests.builders.incidents import MINUTE, WALL, again, book_of, only, resolved, seen

CART = "service/cart-service"
ANOTHER = Contribution(feature="minutes_silent", value=9.0, contribution=2.0)


def judged(one: Sighting, verdict: Verdict = "false", at: int = WALL, incident: str = "i") -> Given:
    return Given.on(one, incident, verdict, "kim", at, "")


def cart(minute: float = 0, **changes: Any) -> Sighting:
    return seen(CART, minute=minute, **{"score": 1.4} | changes)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        pytest.param(cart(60), True, id="the same again"),
        pytest.param(cart(60, score=1.05), True, id="milder"),
        pytest.param(cart(60, score=2.09), True, id="half as much again"),
        pytest.param(cart(60, score=2.11), False, id="clearly worse"),
        pytest.param(cart(60, severity="critical"), False, id="of a higher severity"),
        pytest.param(cart(60, severity="info"), True, id="of a lower severity"),
        pytest.param(cart(60, direction="low"), False, id="to the other side"),
        pytest.param(cart(60, explanation=(ANOTHER,)), False, id="for another reason"),
        pytest.param(seen("service/order-service", minute=60, score=1.4), False, id="of another entity"),
        pytest.param(cart(60, scenario="usage_intensity"), False, id="of another scenario"),
    ],
)
def test_likeness(other: Sighting, expected: bool):
    assert is_like(judged(cart()), other) is expected


@pytest.mark.parametrize(
    ("kind", "amount", "expected"),
    [("stock_held", 80, True), ("stock_held", 81, False), ("revenue_below_reference", 900, True)],
)
def test_what_costs_more_than_twice_as_much_is_clearly_worse_whatever_its_score(
    kind: str, amount: float, expected: bool
):
    """A tree's score has an end: without it a false alarm about ten pieces would hide the loss of a thousand."""
    first = seen("product/7", "stock_exhaustion", impact=Impact(kind="stock_held", amount=40, unit="pieces"))
    other = seen("product/7", "stock_exhaustion", 60, impact=Impact(kind=kind, amount=amount, unit="pieces"))

    assert is_like(judged(first), other) is expected


@pytest.mark.parametrize(
    ("verdict", "last"), [("false", 7 * 24 * HOUR_MS), ("expected", 24 * HOUR_MS), ("new_normal", 30 * 24 * HOUR_MS)]
)
def test_a_verdict_keeps_look_alikes_quiet_for_its_time(verdict: Verdict, last: int):
    hush = Hush([judged(cart(), verdict)])

    quiet = hush.reason(cart(60), WALL + last - 1)

    assert quiet is not None
    assert (quiet.kind, quiet.text) == (verdict, f"judged {verdict} on 2027-01-15 08:00 UTC by kim")
    assert hush.reason(cart(60), WALL + last) is None


@pytest.mark.parametrize("verdict", ["true", "unsure"])
def test_what_was_true_or_unsure_keeps_nothing_quiet(verdict: Verdict):
    assert Hush([judged(cart(), verdict)]).reason(cart(60), WALL) is None


@pytest.mark.parametrize(
    ("verdicts", "score", "is_told"),
    [
        pytest.param([("false", 1.4), ("true", 1.5)], 1.4, True, id="the same was true since"),
        pytest.param([("true", 1.5), ("false", 1.4)], 1.4, False, id="the same was true before"),
        pytest.param([("false", 1.4), ("true", 4.0)], 1.4, False, id="something far worse was true since"),
        pytest.param([("false", 1.4), ("unsure", 1.4)], 1.4, False, id="nobody was sure since"),
    ],
)
def test_the_newest_verdict_on_the_like_decides(verdicts: list[tuple[Verdict, float]], score: float, is_told: bool):
    said = [judged(cart(n, score=was), verdict, WALL + n) for n, (verdict, was) in enumerate(verdicts)]

    assert (Hush(said).reason(cart(60, score=score), WALL + 9) is None) is is_told


@pytest.mark.parametrize(("feature", "expected"), [("deviation_20m", True), ("effect_5m", False)])
def test_another_span_is_no_other_reason(feature: str, expected: bool):
    first, other = (
        cart(60 * n, explanation=(Contribution(feature=name, value=3.0, contribution=1.0),))
        for n, name in enumerate(("deviation_strongest", feature))
    )

    assert is_like(judged(first), other) is expected


def test_a_new_normal_is_over_when_another_model_judges():
    refitted = cart(60, model=type(MODEL)(name="daily_workload", version="2027.01.16-1", sha256="a", stage="serving"))

    assert Hush([judged(cart(), "new_normal")]).reason(refitted, WALL) is None
    assert Hush([judged(cart(), "false")]).reason(refitted, WALL) is not None


@pytest.mark.parametrize(
    ("scope", "is_muted"),
    [
        (Scope("daily_workload"), True),
        (Scope("daily_workload", CART), True),
        (Scope("daily_workload", "service/order-service"), False),
        (Scope("usage_intensity"), False),
    ],
)
def test_a_mute_covers_a_scenario_or_an_entity_of_it_until_its_end(scope: Scope, is_muted: bool):
    hush = Hush(mutes=[Mute(id="m", scope=scope, until=WALL + MINUTE, by="kim", at=WALL)])

    assert (hush.reason(cart(score=9.0, severity="critical"), WALL) is not None) is is_muted
    assert hush.reason(cart(), WALL + MINUTE) is None


def test_what_is_only_watched_is_not_said_to_be_kept_quiet():
    watched = cart(is_pageable=False)

    assert Hush([judged(cart())]).applied(watched, WALL) is watched


def test_what_is_kept_quiet_is_in_an_incident_and_its_history_but_counts_for_nobody():
    book = book_of(Hush([judged(cart())]).applied(cart(), WALL))

    incident = only(book)
    assert (incident.state, incident.pageable, book.quieted) == ("open", [], ["false"])
    assert [each.kind for each in book.happened] == ["opened", "kept quiet"]


def test_what_grows_clearly_worse_is_told_after_all_and_stays_so():
    hush = Hush([judged(cart())])
    first = cart(30)
    revisions = (first, again(first, score=3.0), again(first, score=1.5, revision=3))

    book = book_of(*(hush.applied(one, WALL) for one in revisions))

    assert [one.quiet for one in only(book).pageable] == [None]
    assert [each.kind for each in book.happened] == ["opened", "kept quiet", "told after all"]


def test_what_was_told_is_told_to_its_end():
    first = cart()
    end = Hush([judged(first)]).applied(resolved(first, 5, score=1.4), WALL)

    assert end.quiet is not None
    assert [one.quiet for one in only(book_of(first, end)).pageable] == [None]


def test_what_is_kept_quiet_does_not_bring_back_what_was_over():
    first = cart()
    book = book_of(first, resolved(first, 5))
    book.settle(first.start + 60 * MINUTE, WALL)

    book.take(Hush([judged(first)]).applied(cart(12), WALL), WALL)

    assert (only(book).state, len(only(book).members)) == ("resolved", 2)


def test_what_nothing_keeps_quiet_any_more_is_told_when_it_goes_on():
    first = cart()
    book = book_of(first, resolved(first, 5))
    book.settle(first.start + 60 * MINUTE, WALL)
    book.take(Hush([judged(first)]).applied(cart(12), WALL), WALL)

    book.recheck(lambda _: None, WALL)

    assert (only(book).state, len(only(book).pageable)) == ("open", 2)
    assert [each.kind for each in book.happened][-2:] == ["reopened", "told after all"]


def test_precision_is_the_share_of_true_among_true_and_false():
    said = [
        judged(cart(n), verdict, incident=str(n))
        for n, verdict in enumerate(("true", "true", "true", "false", "expected", "new_normal", "unsure"))
    ]

    tally = tallies(said, ["daily_workload"])["daily_workload"]

    assert tally.precision == 0.75
    assert sum(tally.counts.values()) == 7


def test_an_incident_speaks_once_however_many_anomalies_it_holds():
    said = [
        *(judged(cart(n), "false", incident="one") for n in range(9)),
        judged(cart(20), "true", incident="two"),
        judged(seen("product/7", "stock_exhaustion"), "true", incident="two"),
    ]

    found = tallies(said, ["daily_workload", "stock_exhaustion", "price_exploit"])

    assert (found["daily_workload"].precision, found["stock_exhaustion"].precision) == (0.5, 1.0)
    assert math.isnan(found["price_exploit"].precision)


def test_scenarios_nobody_knows_share_a_label():
    found = tallies([judged(cart(n, scenario=f"new_{n}")) for n in range(50)], ["daily_workload"])

    assert found.keys() == {"daily_workload", OTHER}


@pytest.mark.parametrize(
    "scope", [Scope(""), Scope("nonsense"), Scope("daily_workload", "cart"), Scope("daily_workload", "planet/7")]
)
def test_a_scope_that_nothing_can_be_in_is_refused(scope: Scope):
    with pytest.raises(BadFeedback, match="there is no such"):
        check_scope(scope)


@pytest.mark.parametrize("until", [WALL, WALL - 1, WALL + LONGEST_MS + 1])
def test_a_mute_has_an_end_that_is_not_too_far_off(until: int):
    with pytest.raises(BadFeedback):
        check_until(until, WALL)


def test_conformance_can_be_muted_like_a_scenario():
    check_scope(Scope("conformance", "event_type/OrderCreated"))
    check_until(WALL + LONGEST_MS, WALL)


@pytest.mark.parametrize("text", ["x" * 201, "a\0b"])
def test_a_text_that_no_store_takes_is_refused_and_not_repeated(text: str):
    with pytest.raises(BadFeedback) as raised:
        checked(text, "the cause")

    assert text not in str(raised.value)


def test_the_longest_span_says_how_far_back_verdicts_are_read():
    assert SPANS.longest == SPANS.new_normal

from hypothesis import given
from hypothesis import strategies as st

from stream_app.alerting.delivery.queue import DIGEST, Waiting, next_due
from stream_app.alerting.delivery.retries import Breaker, BreakerRules, Retries


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_the_wait_is_drawn_between_nothing_and_a_bound_that_doubles(attempts: int, chance: float):
    retries = Retries(first_ms=1_000, longest_ms=300_000)

    wait = retries.wait(attempts, chance)

    assert 0 <= wait < min(300_000, 1_000 * 2 ** min(attempts - 1, 20))


def test_a_message_is_given_up_by_number_or_by_age():
    retries = Retries(most=3, max_age_ms=10_000)

    assert retries.reason_to_stop(2, 10_000) == ""
    assert retries.reason_to_stop(3, 0) == "too_often"
    assert retries.reason_to_stop(1, 10_001) == "too_old"


def test_the_circuit_opens_after_failures_in_a_row_and_lets_one_probe_through_later():
    rules, breaker = BreakerRules(trip=2, first_ms=1_000, longest_ms=3_000), Breaker()

    breaker = rules.failed(breaker, 0)
    assert (rules.state(breaker, 0), rules.admits(breaker, 0)) == ("closed", True)

    breaker = rules.failed(breaker, 0)
    assert (rules.state(breaker, 999), rules.admits(breaker, 999)) == ("open", False)
    assert (rules.state(breaker, 1_000), rules.admits(breaker, 1_000)) == ("half_open", True)

    breaker = rules.failed(breaker, 1_000)
    assert breaker.until == 1_000 + 2_000
    assert rules.failed(breaker, 3_000).until == 3_000 + 3_000


def row(number: int, incident: str, kind: str = "opened", due: int = 0, leased: int = 0) -> Waiting:
    return Waiting(number, incident, kind, due, leased)


def test_incidents_do_not_wait_for_each_other():
    assert next_due([row(1, "a", due=50), row(2, "a"), row(3, "b")], now=10) == row(3, "b")


def test_what_somebody_else_is_sending_holds_back_the_rest_of_its_incident():
    assert next_due([row(1, "a", leased=20), row(2, "a")], now=10) is None


def test_a_digest_waits_for_all_before_it_and_all_after_it_wait_for_it():
    digest = row(2, DIGEST, DIGEST, due=50)

    assert next_due([row(1, "a", due=90), digest, row(3, "b")], now=60) is None
    assert next_due([digest, row(3, "b")], now=10) is None
    assert next_due([digest, row(3, "b")], now=60) == digest


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 20), st.sampled_from(["opened", DIGEST])), max_size=12)
)
def test_within_an_incident_nothing_overtakes(drawn: list[tuple[str, int, str]]):
    rows = [row(n, DIGEST if kind == DIGEST else who, kind, due) for n, (who, due, kind) in enumerate(drawn)]
    order, now = [], 0
    while rows:
        chosen = next_due(rows, now)
        if chosen is None:
            now += 1
            continue
        order.append(chosen)
        rows.remove(chosen)

    for incident in {each.incident for each in order}:
        numbers = [each.number for each in order if each.incident == incident]
        assert numbers == sorted(numbers)

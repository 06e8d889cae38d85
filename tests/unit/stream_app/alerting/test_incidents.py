import pytest

from shop_services.contracts.anomaly import Evidence, Impact
from stream_app.alerting.incidents.hints import first_cause, requests, total_impact
from stream_app.alerting.incidents.incident import incident_id
from tests.builders.incidents import EVENING_MS, MINUTE, WALL, again, book_of, only, resolved, seen


def record(offset: int, correlation: str | None = None) -> Evidence:
    return Evidence(topic="cart-events", partition=1, offset=offset, event_id=f"e{offset}", correlation_id=correlation)


def stopped_cart_service() -> list:
    """What two volume scenarios say of a cart-service that does nothing any more."""
    return [
        seen("service/warehouse-service", "usage_intensity", 1, score=2.2, direction="low"),
        seen("event_type/UserCartCreated", "usage_intensity", 1, direction="low"),
        seen("service/cart-service", "daily_workload", 0, score=3.0, severity="critical", direction="low"),
        seen("shop/cqshop", "daily_workload", 3, direction="low"),
        seen("service/cart-service", "usage_intensity", 2, direction="low"),
        seen("event_type/ProductReservationCreated", "usage_intensity", 2, direction="low"),
        seen("service/warehouse-service", "daily_workload", 4, direction="low"),
    ]


def test_a_stopped_service_seen_by_many_detectors_is_one_incident():
    incident = only(book_of(*stopped_cart_service()))

    assert len(incident.members) == 7
    assert incident.severity == "critical"
    assert incident.scope == 3


@pytest.mark.parametrize("turn", range(7))
def test_it_is_one_incident_in_whatever_order_the_detectors_speak(turn: int):
    told = stopped_cart_service()

    incident = only(book_of(*told[turn:], *told[:turn]))

    assert len(incident.members) == 7


def test_two_scenarios_that_see_one_product_see_one_incident():
    book = book_of(seen("product/7", "price_exploit", 0), seen("product/7", "stock_exhaustion", 6))

    assert only(book).scenarios == {"price_exploit", "stock_exhaustion"}


def test_a_user_and_a_product_with_the_same_record_as_evidence_are_one_incident():
    book = book_of(
        seen("product/7", "stock_exhaustion", 0, evidence=(record(5), record(6))),
        seen("user/41", "stock_exhaustion", 1, evidence=(record(6),)),
    )

    assert only(book).entities == {"product/7", "user/41"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("product/7", "price_exploit"), ("product/8", "price_exploit")),
        (("product/7", "price_exploit"), ("user/7", "stock_exhaustion")),
        (("product/7", "price_exploit"), ("service/cart-service", "daily_workload")),
        (("product/7", "price_exploit"), ("shop/cqshop", "usage_intensity")),
        (("service/user-management-service", "daily_workload"), ("service/order-service", "daily_workload")),
        (("shop/cqshop", "price_exploit"), ("service/order-service", "daily_workload")),
    ],
)
def test_what_has_another_cause_is_another_incident(one: tuple[str, str], other: tuple[str, str]):
    assert len(book_of(seen(*one), seen(*other, minute=1)).incidents) == 2


def test_the_whole_shop_does_not_make_two_unrelated_outages_one():
    book = book_of(
        seen("service/user-management-service"), seen("service/order-service"), seen("shop/cqshop", minute=1)
    )

    assert sorted(len(each.members) for each in book.incidents.values()) == [1, 2]


def test_an_anomaly_between_two_incidents_makes_them_one_that_keeps_the_older_id():
    first, second = seen("service/user-management-service"), seen("service/order-service", minute=1)
    book = book_of(first, second, seen("service/notification-service", minute=2))

    older, younger = book.incidents[incident_id(first.id)], book.incidents[incident_id(second.id)]

    assert older.entities == {
        "service/user-management-service",
        "service/order-service",
        "service/notification-service",
    }
    assert (younger.state, younger.merged_into) == ("merged", older.id)


def test_the_same_thing_hours_later_is_another_incident():
    first = seen("product/7", "price_exploit", 0)
    book = book_of(first, resolved(first, 5))
    book.settle(EVENING_MS + 60 * MINUTE, WALL)

    book.take(seen("product/7", "price_exploit", 120), WALL)

    assert len(book.incidents) == 2


def test_it_is_resolved_with_its_duration_when_all_have_been_over_for_the_settle_time():
    one, other = seen("product/7", "price_exploit", 0), seen("product/7", "stock_exhaustion", 2)
    book = book_of(one, other, resolved(one, 10))

    book.settle(EVENING_MS + 60 * MINUTE, WALL)
    assert only(book).state == "open"

    book.take(resolved(other, 20), WALL)
    book.settle(EVENING_MS + 24 * MINUTE, WALL)
    assert only(book).state == "open"

    book.settle(EVENING_MS + 25 * MINUTE, WALL)
    assert only(book).state == "resolved"
    assert only(book).resolved - only(book).opened == 20 * MINUTE


def test_what_comes_back_within_the_gap_is_reopened_and_nobody_looks_after_it_any_more():
    one = seen("product/7", "price_exploit", 0)
    book = book_of(one, resolved(one, 10))
    book.acknowledge(only(book), "kim", WALL)
    book.settle(EVENING_MS + 15 * MINUTE, WALL)

    book.take(seen("product/7", "price_exploit", 20), WALL)

    assert (only(book).state, only(book).reopened, only(book).acknowledged) == ("open", 1, None)


def test_an_old_or_repeated_revision_changes_nothing():
    one = seen("product/7", "price_exploit", 0)
    later = again(one, severity="critical")
    book = book_of(one, later)
    book.touched.clear()

    book.take(one, WALL)
    book.take(later, WALL)

    assert only(book).severity == "critical"
    assert not book.touched


def test_the_id_follows_from_the_first_anomaly():
    one = seen("product/7")

    assert only(book_of(one)).id == only(book_of(one, again(one))).id == incident_id(one.id)


def test_who_deviated_first_is_the_stopped_service_not_those_that_starve():
    cause = first_cause(only(book_of(*stopped_cart_service())))

    assert cause is not None
    assert cause.entity == "service/cart-service"
    assert cause.since == EVENING_MS
    assert cause.explained >= 2


def test_who_deviated_clearly_earlier_goes_before_who_explains_more():
    cause = first_cause(
        only(book_of(seen("service/cart-service", minute=9), seen("service/warehouse-service", minute=0)))
    )

    assert cause is not None
    assert cause.entity == "service/warehouse-service"


def test_impact_is_summed_over_products_and_not_counted_twice():
    def held(entity: str, amount: float, scenario: str, shared: int) -> object:
        impact = Impact(kind="stock_held", amount=amount, unit="pieces")
        return seen(entity, scenario, impact=impact, evidence=(record(shared),))

    book = book_of(
        held("product/7", 100, "stock_exhaustion", 1),
        held("product/7", 80, "price_exploit", 1),
        held("product/8", 20, "stock_exhaustion", 1),
    )

    (total,) = total_impact(only(book))
    assert total == Impact(kind="stock_held", amount=120, unit="pieces")


def test_missing_orders_of_a_service_and_of_the_shop_are_the_same_orders():
    missing = [Impact(kind="events_missing", amount=amount, unit="events") for amount in (30, 50)]
    book = book_of(seen("service/cart-service", impact=missing[0]), seen("shop/cqshop", impact=missing[1], minute=1))

    assert [each.amount for each in total_impact(only(book))] == [50]


def test_the_requests_behind_the_evidence_are_named_once_where_they_are_known():
    evidence = (record(1, "r1"), record(2, "r1"), record(3), record(4, "r2"))

    assert requests(only(book_of(seen("product/7", "price_exploit", evidence=evidence)))) == ("r1", "r2")

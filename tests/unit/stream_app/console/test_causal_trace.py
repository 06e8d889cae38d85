"""Records of a request stand below what caused them."""

from shop_services.contracts.anomaly import Evidence
from stream_app.console.causal_trace import trace


def record(name: str, cause: str | None = None, request: str | None = "r1") -> Evidence:
    return Evidence(
        topic="cart-events", partition=0, offset=1, event_id=name, correlation_id=request, causation_id=cause
    )


def shown(*records: Evidence) -> list[tuple[str, list[tuple[int, str]]]]:
    return [(one.id, [(step.depth, step.evidence.event_id) for step in one.steps]) for one in trace(records)]


def test_causes_come_first_whatever_the_order_of_the_evidence():
    assert shown(record("c", "b"), record("b", "a"), record("a"), record("d", "a")) == [
        ("r1", [(0, "a"), (1, "b"), (2, "c"), (1, "d")])
    ]


def test_a_cause_that_is_no_evidence_is_none():
    assert shown(record("b", "elsewhere")) == [("r1", [(0, "b")])]


def test_requests_stand_apart_and_what_names_none_stands_last():
    assert shown(record("x", request=None), record("a"), record("b", request="r2")) == [
        ("r1", [(0, "a")]),
        ("r2", [(0, "b")]),
        ("", [(0, "x")]),
    ]


def test_records_that_name_each_other_are_shown_once():
    assert shown(record("a", "b"), record("b", "a")) == [("r1", [(0, "a"), (1, "b")])]
    assert shown(record("a", "a")) == [("r1", [(0, "a")])]


def test_a_record_that_several_anomalies_name_is_one():
    assert shown(record("a"), record("a")) == [("r1", [(0, "a")])]

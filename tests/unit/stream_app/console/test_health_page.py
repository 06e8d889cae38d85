import msgspec

from stream_app.console.health import Detector, Entities, ModelInfo, Newcomer, Readiness, Shadow
from stream_app.console.pages.health import beside, newcomers, why


def test_a_detectors_reason_comes_with_the_time_that_is_left() -> None:
    told = b'{"scenarios": {"s": {"state": "warming", "reason": "no whole day was seen yet", "secondsLeft": 7200.0}}}'

    detector = msgspec.json.decode(told, type=Readiness).scenarios["s"]

    assert why(detector) == "no whole day was seen yet; 2 h 00 min of shop time left"
    assert why(Detector("ready")) == "-"


def test_a_model_that_looks_on_is_named_with_how_far_it_agrees() -> None:
    shadow = Shadow(ModelInfo("s", "0002"), rows=1_200, share=0.995)

    assert beside(Detector("ready", shadow=shadow)) == "; shadow 0002: agrees on 99.5% of 1,200 rows"
    assert beside(Detector("ready")) == ""


def test_what_a_ready_detector_does_not_know_yet_is_named_or_counted() -> None:
    told = b"""{"scenarios": {"s": {"state": "ready", "entities": {"ready": 37, "warming": 2, "named": [
        {"entity": "service/cart-service", "reason": "there on 1 of the 7 days", "secondsLeft": 7200.0},
        {"entity": "event_type/OrderCreated", "reason": "there on 0 of the 7 days", "secondsLeft": 86400.0}]}}}}"""

    assert newcomers(msgspec.json.decode(told, type=Readiness).scenarios["s"]) == [
        "service/cart-service is new: there on 1 of the 7 days, 2 h 00 min of shop time left",
        "event_type/OrderCreated is new: there on 0 of the 7 days, 24 h 00 min of shop time left",
    ]
    assert newcomers(Detector("ready", entities=Entities(990, 10))) == ["10 of 1,000 are not known enough yet"]
    assert newcomers(Detector("ready", entities=Entities(990, 0))) == []
    assert newcomers(Detector("ready")) == []


def test_of_many_newcomers_only_a_few_are_named() -> None:
    many = Detector("ready", entities=Entities(30, 5, (Newcomer("service/a", "new", 60.0),) * 5))

    assert len(newcomers(many)) == 4
    assert newcomers(many)[-1] == "2 others of 35 are not known enough yet"

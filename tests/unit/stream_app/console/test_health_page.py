import msgspec

from stream_app.console.health import Detector, ModelInfo, Readiness, Shadow
from stream_app.console.pages.health import beside, why


def test_a_detectors_reason_comes_with_the_time_that_is_left() -> None:
    told = b'{"scenarios": {"s": {"state": "warming", "reason": "no whole day was seen yet", "secondsLeft": 7200.0}}}'

    detector = msgspec.json.decode(told, type=Readiness).scenarios["s"]

    assert why(detector) == "no whole day was seen yet; 2 h 00 min of shop time left"
    assert why(Detector("ready")) == "-"


def test_a_model_that_looks_on_is_named_with_how_far_it_agrees() -> None:
    shadow = Shadow(ModelInfo("s", "0002"), rows=1_200, share=0.995)

    assert beside(Detector("ready", shadow=shadow)) == "; shadow 0002: agrees on 99.5% of 1,200 rows"
    assert beside(Detector("ready")) == ""

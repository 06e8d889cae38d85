"""Counting and judging together, without a broker: records in, AnomalyDetected out."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from models.census import Census
from models.tuning import AS_TRAINED, Tuning
from shop_services.contracts.topics import DEAD_LETTER_TOPIC
from stream_app.counting import Reading
from stream_app.lineup import Compared, Probation
from tests.builders.lineups import Limit, NoNumbers, loaded
from tests.builders.messages import added, ms
from tests.builders.sample_scenario import PiecesMemory, PiecesScenario
from tests.builders.stages import STEM, Stages


async def test_a_giant_order_is_published_with_what_a_person_needs() -> None:
    stages = Stages()

    await stages.take(added(product=7, user=3, quantity=120, price=1.0, at="12:00:00"))

    (anomaly,) = stages.anomalies()
    assert anomaly["status"] == "opened"
    assert anomaly["entity"] == {"kind": "product", "id": "7"}
    assert anomaly["score"] == pytest.approx(1.2)
    assert anomaly["summary"] == "120 pieces of product 7"
    assert anomaly["detectedAtEventTime"] == "2026-03-02T12:00:00.001Z"
    assert anomaly["model"]["version"] == "1"


async def test_a_detector_on_trial_publishes_what_nobody_is_told() -> None:
    stages = Stages()
    stages.judging.tuning = lambda: Tuning(is_dry=True)

    await stages.take(added(product=7, user=3, quantity=120, price=1.0, at="12:00:00"))

    assert [anomaly["dryRun"] for anomaly in stages.anomalies()] == [True]
    assert stages.count("monitor_verdicts_total", scenario=STEM, status="opened") is None
    assert stages.count("monitor_dry_run_verdicts_total", scenario=STEM, status="opened") == 1


@pytest.mark.parametrize(
    "tuning",
    [Tuning(is_on=False), Tuning(threshold=1.3), Tuning(minimum_volume=121)],
    ids=["off", "threshold", "minimum volume"],
)
async def test_what_is_tuned_away_is_not_told_and_still_known(tuning: Tuning) -> None:
    stages = Stages()
    stages.judging.tuning = lambda: tuning
    await stages.take(added(product=7, user=3, quantity=120, price=1.0, at="12:00:00"))
    assert stages.anomalies() == []

    stages.judging.tuning = lambda: AS_TRAINED
    await stages.take(added(product=7, user=3, quantity=1, price=1.0, at="12:00:01"), first=1)

    assert [anomaly["summary"] for anomaly in stages.anomalies()] == ["121 pieces of product 7"]


class Known(PiecesMemory):
    """All products are known, and it notes how often it was asked."""

    asked = 0

    def census(self, watermark: int) -> Census:
        self.asked += 1
        return Census(len(self.pieces), 0)


async def test_entities_are_counted_now_and_then_not_with_every_batch() -> None:
    stages = Stages()
    known = stages.judging.detector.memory = Known()

    for number, at in enumerate(("12:00:00", "12:00:30", "12:05:00", "12:09:59", "12:10:00")):
        await stages.take(added(number, 3, 1, 1.0, at), first=number)

    assert known.asked == 2
    assert stages.judging.census == Census(5, 0)


async def test_pieces_add_up_over_batches() -> None:
    stages = Stages()

    await stages.take(added(7, 3, 60, 1.0, "12:00:00"))
    await stages.take(added(7, 4, 60, 1.0, "12:00:01"), first=1)

    assert [anomaly["actual"] for anomaly in stages.anomalies()] == [120.0]


async def test_a_bad_record_is_dead_lettered_with_its_place_and_without_its_content() -> None:
    stages = Stages()

    await stages.take(added(7, 3, 120, 1.0, "12:00:00"), b'{"password":"hunter2"}', None)

    letters = [msgspec.json.decode(value) for value in stages.broker.values(DEAD_LETTER_TOPIC)]
    assert [(letter["topic"], letter["partition"], letter["offset"]) for letter in letters] == [
        ("cart-events", 0, 1),
        ("cart-events", 0, 2),
    ]
    assert not any(b"hunter2" in record.value for record in stages.broker.sent)
    assert len(stages.anomalies()) == 1
    assert stages.count("monitor_dead_letters_total", topic="cart-events", reason="undecodable") == 1


async def test_a_heartbeat_moves_the_watermark_of_an_idle_source() -> None:
    stages = Stages()
    await stages.take(added(7, 3, 1, 1.0, "12:00:00"))

    await stages.counting.beat([Reading("cart-events/0", caught_up=True)])
    await stages.judge()

    assert stages.judging.detector.watermark.value == ms("12:00:00")


async def test_a_model_without_numbers_gives_way_to_a_rule_and_no_row_is_lost() -> None:
    stages = Stages(model=NoNumbers())

    await stages.take(added(7, 3, 1_200, 1.0, "12:00:00"), added(8, 3, 120, 1.0, "12:00:00"))
    await stages.take(added(9, 3, 1_500, 1.0, "12:00:01"), first=2)

    assert [(a["entity"]["id"], a["score"]) for a in stages.anomalies()] == [("7", 1.2), ("9", 1.5)]
    assert stages.anomalies()[0]["model"] == stages.anomalies()[1]["model"]
    assert stages.anomalies()[1]["model"] == {"name": "rule", "version": "1", "sha256": "", "stage": "fallback"}
    assert "its scores are no numbers" in stages.models.refusal
    assert stages.count("monitor_model_reloads_total", scenario=STEM, result="rolled_back") == 1


async def test_another_model_takes_over_between_two_batches_with_all_that_is_known() -> None:
    """INVARIANT: a reload loses no report, no window and no open anomaly."""
    stages = Stages()
    await stages.take(added(7, 3, 60, 1.0, "12:00:00"), added(8, 3, 110, 1.0, "12:00:00"))

    stages.models.offered = loaded(Limit(80), "2")
    await stages.take(added(7, 3, 30, 1.0, "12:00:01"), added(8, 3, 60, 1.0, "12:00:01"), first=2)

    told = [(a["entity"]["id"], a["status"], a["revision"], a["model"]["version"]) for a in stages.anomalies()]
    assert told == [("8", "opened", 1, "1"), ("7", "opened", 1, "2"), ("8", "updated", 2, "2")]
    assert stages.judging.detector.watermark.value == ms("12:00:01")
    assert stages.count("monitor_model_reloads_total", scenario=STEM, result="loaded") == 1


class Unready(PiecesScenario):
    """Its memory takes up no state for a model that is given a wrong past."""

    def new_memory(self, model: Any, extras: Any) -> Any:
        if extras:
            raise KeyError("past")
        return super().new_memory(model, extras)


async def test_a_model_that_cannot_go_on_from_the_state_leaves_the_one_before_in_place() -> None:
    stages = Stages()
    stages.judging.detector.scenario = Unready()
    await stages.take(added(7, 3, 60, 1.0, "12:00:00"))

    stages.models.offered = replace(loaded(Limit(80), "2"), extras={"past": 1})
    await stages.take(added(7, 3, 60, 1.0, "12:00:01"), first=1)

    (anomaly,) = stages.anomalies()
    assert (anomaly["score"], anomaly["model"]["version"]) == (1.2, "1")
    assert "version 2 was rolled back: it cannot go on from the state" in stages.models.refusal


async def test_a_promoted_model_that_differs_too_much_gives_way_to_its_predecessor() -> None:
    stages = Stages()
    stages.models.probation = Probation(rows=20, agreement=0.9)
    stages.models.offered = loaded(Limit(1), "2")

    await stages.take(*(added(product, 3, 5, 1.0, "12:00:00") for product in range(3)))
    await stages.take(added(50, 3, 5, 1.0, "12:00:01"), first=3)

    assert stages.models.serving.identity.version == "1"
    assert stages.models.refusal == (
        "version 2 was rolled back: its verdict differs from its predecessor's on 3 of the first 3 rows"
    )
    assert {a["entity"]["id"] for a in stages.anomalies()} == {"0", "1", "2"}


async def test_a_promoted_model_that_agrees_is_trusted_after_its_probation() -> None:
    stages = Stages()
    stages.models.probation = Probation(rows=3, agreement=0.9)
    stages.models.offered = loaded(Limit(90), "2")

    await stages.take(*(added(product, 3, 5, 1.0, "12:00:00") for product in range(4)))

    assert stages.models.serving.identity.version == "2"
    assert stages.models.predecessor is None
    assert stages.models.refusal == ""


async def test_a_shadow_scores_the_same_rows_and_publishes_nothing() -> None:
    stages = Stages()
    stages.models.shadow = Compared(loaded(Limit(50), "2"))

    await stages.take(*(added(product, 3, 40 + 10 * product, 1.0, "12:00:00") for product in range(4)))

    held = stages.models.shadow.agreement
    assert (held.rows, held.equal) == (4, 1)  # 40 is ordinary to both; 50, 60 and 70 are strange to the shadow alone
    assert held.mean_difference == pytest.approx(0.55)
    assert stages.anomalies() == []


async def test_a_shadow_that_fails_is_left_alone_and_serving_goes_on() -> None:
    stages = Stages()
    stages.models.shadow = Compared(loaded(NoNumbers(), "2"))

    await stages.take(added(7, 3, 120, 1.0, "12:00:00"))

    assert len(stages.anomalies()) == 1
    assert "no numbers" in stages.models.shadow.failure

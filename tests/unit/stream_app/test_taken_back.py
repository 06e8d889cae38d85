"""A model is rolled back: what it alone found is taken back, once, also over a restart; the rest goes on."""

import msgspec
import pytest

from models.facts import EntityKind
from stream_app.lineup import Probation
from tests.builders.lineups import Limit, loaded
from tests.builders.messages import added
from tests.builders.stages import STEM, Stages

TIGHT = Limit(10)  # of pieces; version 1 begins at 100


async def opened_by_version_2(stages: Stages, *pieces: int) -> None:
    """Version 2 serves, and opens an anomaly for each product with so many pieces of it."""
    stages.models.probation = Probation(rows=0)
    stages.models.offered = loaded(TIGHT, "2")
    await stages.take(*(added(product, 3, amount, 1.0, "12:00:00") for product, amount in enumerate(pieces)))
    assert [anomaly["status"] for anomaly in stages.anomalies()] == ["opened"] * len(pieces)


def roll_back(stages: Stages) -> None:
    """As the registry tells it: version 1 serves again, and 2 was left."""
    stages.models.withdrawn = frozenset({"2"})
    stages.models.offered = loaded(Limit(100), "1")


def told(stages: Stages, since: int) -> list[tuple[str, str, int, str]]:
    return [
        (each["entity"]["id"], each["status"], each["revision"], each["model"]["version"])
        for each in stages.anomalies()[since:]
    ]


async def test_what_the_serving_model_does_not_find_is_taken_back_and_the_rest_goes_on() -> None:
    stages = Stages()
    await opened_by_version_2(stages, 20, 120, 30)

    roll_back(stages)
    await stages.take(added(9, 3, 1, 1.0, "12:00:01"), first=3)

    assert told(stages, 3) == [("0", "retracted", 2, "1"), ("2", "retracted", 2, "1")]
    assert stages.anomalies()[3]["summary"] == (
        "Taken back: the model that found it was rolled back, and version 1 does not find it. "
        "It was: 20 pieces of product 0"
    )
    assert stages.count("monitor_verdicts_total", scenario=STEM, status="retracted") == 2
    assert stages.judging.detector.decisions.opened_by({"1"}) == [(EntityKind.PRODUCT, "1")]
    assert set(stages.judging.detector.findings) == {(EntityKind.PRODUCT, "1")}


async def test_the_serving_model_says_what_comes_of_both() -> None:
    stages = Stages()
    await opened_by_version_2(stages, 20, 120)

    roll_back(stages)
    await stages.take(added(0, 3, 100, 1.0, "12:00:01"), added(1, 3, 2_000, 1.0, "12:00:01"), first=2)

    assert told(stages, 2) == [("0", "retracted", 2, "1"), ("0", "opened", 1, "1"), ("1", "updated", 2, "1")]
    assert len({anomaly["anomalyId"] for anomaly in stages.anomalies()}) == 3


async def test_it_is_told_once() -> None:
    stages = Stages()
    await opened_by_version_2(stages, 20)
    roll_back(stages)

    for second in (1, 2):
        await stages.take(added(9, 3, 1, 1.0, f"12:00:0{second}"), first=second)
    stages.models.withdrawn = frozenset({"2", "7"})
    await stages.take(added(9, 3, 1, 1.0, "12:00:03"), first=3)

    assert [status for _, status, *_ in told(stages, 1)] == ["retracted"]


async def test_a_failed_probation_takes_back_what_was_opened_in_it() -> None:
    stages = Stages()
    stages.models.probation = Probation(rows=20, agreement=0.9)
    stages.models.offered = loaded(TIGHT, "2")

    await stages.take(*(added(product, 3, amount, 1.0, "12:00:00") for product, amount in enumerate((20, 30, 40, 120))))

    assert "was rolled back" in stages.models.refusal
    assert sorted(told(stages, 0)) == sorted(
        [
            *((str(product), "opened", 1, "2") for product in range(4)),
            *((str(product), "retracted", 2, "1") for product in range(3)),
        ]
    )


async def test_it_is_taken_back_after_a_restart_with_the_same_id() -> None:
    """INVARIANT: the state knows whose an anomaly is, so whoever takes over takes it back, and twice is once."""
    stages, heir = Stages(), Stages()
    await opened_by_version_2(stages, 20, 120)
    state = stages.judging.detector.save()
    roll_back(stages)
    await stages.take(added(9, 3, 1, 1.0, "12:00:01"), first=2)

    heir.models.withdrawn = frozenset({"2"})  # version 1 serves from the start
    heir.judging.detector.load(state)
    await heir.judging.take([], [], fetched_at=1_000.0)
    heir.judging.detector.load(heir.judging.detector.save())
    await heir.judging.take([], [], fetched_at=1_000.0)

    assert heir.anomalies() == stages.anomalies()[2:]
    assert told(heir, 0) == [("0", "retracted", 2, "1")]


async def test_a_state_of_before_knows_not_whose_an_anomaly_is_and_nothing_is_taken_back() -> None:
    stages, heir = Stages(), Stages()
    await opened_by_version_2(stages, 20)
    heir.judging.detector.load(without(stages.judging.detector.save(), "opened_by", "row", "before", "retracted_at"))

    heir.models.withdrawn = frozenset({"2"})
    await heir.judging.take([], [], fetched_at=1_000.0)

    assert heir.anomalies() == []
    assert heir.judging.detector.decisions.is_busy()


def without(state: bytes, *names: str) -> bytes:
    """A saved detector as it was before its cases had these fields."""
    ledger, memory, rest = msgspec.msgpack.decode(state)
    for _, case in rest["cases"]:
        for name in names:
            del case[name]
    return msgspec.msgpack.encode([ledger, memory, rest])


async def test_a_rule_that_stands_in_takes_nothing_back() -> None:
    stages = Stages()
    await opened_by_version_2(stages, 20)
    stages.models.last_good = None

    stages.models.give_way("it failed")
    stages.judging._change_model("rolled_back")
    await stages.take(added(9, 3, 1, 1.0, "12:00:01"), first=1)
    assert told(stages, 1) == []

    stages.models.offered = loaded(Limit(100), "1")  # what is found in the history later is a judge again
    await stages.take(added(9, 3, 1, 1.0, "12:00:02"), first=2)
    assert told(stages, 1) == [("0", "retracted", 2, "1")]


async def test_another_promotion_takes_nothing_back() -> None:
    stages = Stages()
    await opened_by_version_2(stages, 20)

    stages.models.offered = loaded(Limit(100), "3")
    await stages.take(added(9, 3, 1, 1.0, "12:00:01"), first=1)

    assert told(stages, 1) == []


async def test_a_failed_send_repeats_what_was_taken_back() -> None:
    stages = Stages()
    await opened_by_version_2(stages, 20)
    roll_back(stages)
    send, stages.broker.send = stages.broker.send, refuse  # type: ignore[method-assign]
    with pytest.raises(ConnectionError):
        await stages.judging.take([], [], fetched_at=1_000.0)

    stages.broker.send = send  # type: ignore[method-assign]
    assert await stages.judging.take([], [], fetched_at=1_000.0)  # so that the state is stored at once

    assert told(stages, 1) == [("0", "retracted", 2, "1")]


async def refuse(records: object) -> None:
    raise ConnectionError("the broker is away")

"""Too much, too little, and whose it is; judged as serving does, by how strongly it deviates."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from models.columns import kind_code
from models.detector import Detector
from models.scenarios import usage_intensity
from models.scenarios.usage_features import LOOK_BACK
from models.training.usage_intensity import unrest_of
from models.training.volume_evaluation import opened, run
from models.training.volume_log import MinuteLog, walk
from models.volume.counts import DAY
from models.volume.families import effects, event_kinds, groups, width
from models.volume.packed_days import pack_days
from models.windows import MINUTE, Watermark
from tests.builders.volume import FIRST_DAY, columns_of, minute_log

HISTORY = 14
TODAY = (FIRST_DAY + HISTORY) * DAY
NIGHT, PEAK = TODAY + 3 * 60, TODAY + 20 * 60


class Strongest:
    """Scores a row by its strongest deviation: 1.0 is six standard deviations."""

    def score(self, values: np.ndarray) -> np.ndarray:
        return np.abs(values).max(axis=1).astype(np.float64) / 6.0


@cache
def month() -> MinuteLog:
    return minute_log(HISTORY + 1, seed=21)


@cache
def extras() -> dict:
    log = month().cut(month().first, TODAY)
    unrest = unrest_of([s for s in walk(log, LOOK_BACK) if s.first >= log.first + 4 * DAY])
    names = [group.name for group in groups()]
    return {
        "dispersion": unrest.counts.save(names),
        "effect_dispersion": unrest.effects.save(names),
        "past": pack_days(log.days()),
    }


def today(begin: int, minutes: int, factor: float, mask: np.ndarray) -> MinuteLog:
    """Today with the masked kinds times a factor for some minutes."""
    log = month().cut(TODAY, TODAY + DAY)
    counts = log.counts.copy()
    inside = slice(begin - log.first, begin - log.first + minutes)
    part = counts[inside][:, mask]
    usual = log.cut(begin - 60, begin + 60).counts[:, mask].mean(axis=0)
    rng = np.random.default_rng(5)
    more = rng.poisson(usual * max(factor - 1, 0), part.shape)
    counts[inside, mask] = rng.binomial(part, min(factor, 1.0)) + more
    return replace(log, counts=counts)


def said(log: MinuteLog) -> list[tuple[int, str, str]]:
    return opened(run(usage_intensity, Strongest(), extras(), log))


EVERYTHING = np.ones(width(), bool)


def kind(name: str) -> np.ndarray:
    return np.arange(width()) == kind_code(name)


def test_an_ordinary_day_is_silent() -> None:
    assert said(month().cut(TODAY, TODAY + DAY)) == []


@pytest.mark.parametrize(
    ("begin", "minutes", "factor", "mask", "entity", "direction", "within"),
    [
        pytest.param(PEAK, 5, 10, EVERYTHING, "cqshop", "high", 3, id="ten_times_by_day"),
        pytest.param(NIGHT, 15, 10, EVERYTHING, "cqshop", "high", 15, id="ten_times_at_three_at_night"),
        pytest.param(
            PEAK, 30, 0, kind("ReservationMaterialized"), "ReservationMaterialized", "low", 10, id="type_stops"
        ),
        pytest.param(PEAK - 360, 30, 0.3, event_kinds(), "cqshop", "low", 7, id="requests_without_effect"),
        pytest.param(
            PEAK, 1, 120, kind("AddingProductToCartRequested"), "AddingProductToCartRequested", "high", 3, id="import"
        ),
        pytest.param(
            PEAK, 30, 0, effects(kind_code("OrderCreationRequested")), "order-service", "low", 10, id="service_stops"
        ),
    ],
)
def test_an_incident_is_one_anomaly_of_the_right_entity(
    begin: int, minutes: int, factor: float, mask: np.ndarray, entity: str, direction: str, within: int
) -> None:
    log = today(begin, minutes, factor, mask)

    (at, named, how), *more = said(log)

    assert not more
    assert (named, how) == (entity, direction)
    assert begin < at <= begin + within


def expected_tonight(factor: float) -> float:
    """Of the shop's events in the last period of a day with changed demand."""
    memory = usage_intensity.new_memory(None, extras())
    log = month().cut(TODAY, TODAY + DAY)
    busier = replace(log, counts=np.random.default_rng(3).binomial(log.counts * 2, factor / 2).astype(np.int32))
    memory.absorb("log/0", busier.facts(TODAY, TODAY + DAY))
    rows = memory.rows((TODAY + DAY) * MINUTE)
    assert rows is not None
    return float(rows.context[len(rows.entities) - 1].features.expected[:, 0, 0].sum())


def test_expectations_follow_the_level_of_the_hours_before() -> None:
    usual = expected_tonight(1.0)

    assert 1.03 < expected_tonight(1.15) / usual < 1.16


def test_doubled_and_late_events_are_no_anomaly() -> None:
    log = month().cut(TODAY, TODAY + DAY)
    rng = np.random.default_rng(6)
    doubled = log.counts + rng.binomial(log.counts, 0.08)
    late = rng.binomial(doubled, 0.05)
    counts = doubled - late
    counts[7:] += late[:-7]

    assert said(replace(log, counts=counts.astype(np.int32))) == []


def test_rows_do_not_depend_on_how_the_minutes_were_batched() -> None:
    log = today(PEAK, 5, 10, EVERYTHING).cut(TODAY + 18 * 60, TODAY + 21 * 60)
    at_once = usage_intensity.new_memory(None, extras())
    one_by_one = usage_intensity.new_memory(None, extras())

    at_once.absorb("s", log.facts(log.first, log.last))
    whole = at_once.rows(log.last * MINUTE)
    parts = []
    for minute in range(log.first, log.last):
        one_by_one.absorb("s", log.facts(minute, minute + 1))
        if (rows := one_by_one.rows((minute + 1) * MINUTE)) is not None:
            parts.append(rows)

    assert whole is not None
    assert [entity for part in parts for entity in part.entities] == list(whole.entities)
    assert np.allclose(np.concatenate([part.values for part in parts]), whole.values, atol=1e-4)


def test_the_explanation_tells_what_was_expected_and_seen() -> None:
    log = today(PEAK, 30, 0, kind("OrderCreated"))
    outcome = run(usage_intensity, Strongest(), extras(), log)

    _, finding = next(pair for pair in outcome.changes if pair[0].status == "opened")

    assert finding.direction == "low"
    assert finding.actual < finding.lower < finding.expected < finding.upper
    assert finding.summary.startswith("OrderCreated, messages: ")


def test_every_row_has_its_point_on_the_curve() -> None:
    memory = usage_intensity.new_memory(None, extras())
    log = month().cut(PEAK, PEAK + 60)
    memory.absorb("s", log.facts(log.first, log.last))
    rows = memory.rows(log.last * MINUTE)

    assert rows is not None
    readings = list(memory.readings(rows))

    assert len(readings) == len(rows.entities)
    shop = [reading for reading in readings if reading.entity.id == "cqshop"]
    assert all(reading.end - reading.start == MINUTE and reading.lower <= reading.upper for reading in shop)


def test_a_memory_goes_on_after_save_and_load() -> None:
    log = today(PEAK, 5, 10, EVERYTHING).cut(PEAK - 120, PEAK + 30)
    first, second = (usage_intensity.new_memory(None, extras()) for _ in range(2))
    first.absorb("s", log.facts(log.first, PEAK + 2))
    first.rows((PEAK + 2) * MINUTE)

    second.load(first.save())

    for memory in (first, second):
        memory.absorb("s", log.facts(PEAK + 2, log.last))
    one, other = (memory.rows(log.last * MINUTE) for memory in (first, second))
    assert one is not None
    assert other is not None
    assert np.array_equal(one.values, other.values)


def test_every_event_is_counted_once_in_its_minute() -> None:
    log = month().cut(PEAK, PEAK + 3)

    grouped = usage_intensity.accumulate(columns_of(log)).grouped()

    assert grouped.n.sum() == log.counts.sum()
    assert set((grouped.bucket // MINUTE).tolist()) == {PEAK, PEAK + 1, PEAK + 2}


def test_a_detector_catches_up_with_hours_at_once_without_an_anomaly() -> None:
    log = month().cut(TODAY, TODAY + DAY)
    detector = Detector(usage_intensity, Strongest(), Watermark(0), extras())
    for first, last in ((TODAY, TODAY + 8 * 60), (TODAY + 8 * 60, TODAY + 14 * 60)):
        detector.memory.absorb("s", log.facts(first, last))
        detector.watermark.value = last * MINUTE

        assert detector.judge().changes == []

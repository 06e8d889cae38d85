"""What was reported as an anomaly, or announced, is not learnt as ordinary."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from models.entity import Entity
from models.errors import LogRefused
from models.facts import EntityKind
from models.training.flagged import AFTER_MS, BEFORE_MS, Flagged, read_flagged, without_flagged
from models.training.log import RecordedLog
from models.training.volume_log import MinuteLog
from models.volume.counts import DAY
from models.windows import MINUTE
from tests.builders.anomalies import anomaly_data, anomaly_record
from tests.builders.volume import columns_of, minute_log

HOUR = 60


def with_outage(day: int) -> tuple[RecordedLog, MinuteLog, Flagged]:
    """Nine days, two hours of one evening without any message."""
    counts = minute_log(9, seed=5)
    first = day * DAY + 20 * HOUR
    counts.counts[first : first + 2 * HOUR] = 0
    columns = columns_of(counts)
    log = RecordedLog(columns, np.zeros(len(columns), np.int8))
    begin = (counts.first + first) * MINUTE
    return log, counts, Flagged(begin, begin + 2 * HOUR * MINUTE, (Entity(EntityKind.SHOP, "cqshop"),))


def test_a_reported_outage_is_filled_with_the_same_time_of_another_day() -> None:
    log, before, outage = with_outage(day=8)

    kept = without_flagged(log, [outage], is_volume=True)

    after = MinuteLog.of(kept.log.columns)
    first = outage.start // MINUTE
    filled = after.cut(first, first + 2 * HOUR).counts
    donors = [before.cut(first - days * DAY, first - days * DAY + 2 * HOUR).counts for days in range(1, 9)]
    assert (kept.filled, kept.holes) == (1, 0)
    assert sum(np.array_equal(filled, donor) for donor in donors) == 1
    assert np.array_equal(after.cut(after.first, first).counts, before.cut(after.first, first).counts)


def test_the_day_most_like_it_before_and_after_lends_the_time() -> None:
    log, before, outage = with_outage(day=8)
    counts = before.counts.copy()
    counts[: 7 * DAY] *= 3  # since then the shop has shrunk
    columns = columns_of(MinuteLog(before.first, counts))
    log = RecordedLog(columns, np.zeros(len(columns), np.int8))

    kept = without_flagged(log, [outage], is_volume=True)

    first = outage.start // MINUTE
    filled = MinuteLog.of(kept.log.columns).cut(first, first + 2 * HOUR).counts
    assert np.array_equal(filled, before.cut(first - DAY, first - DAY + 2 * HOUR).counts)


def test_another_day_that_was_no_better_is_not_taken() -> None:
    log, _, outage = with_outage(day=8)
    week_before = outage._replace(start=outage.start - 7 * DAY * MINUTE, end=outage.end - 7 * DAY * MINUTE)

    kept = without_flagged(log, [outage, week_before], is_volume=True)

    assert kept.filled == 2
    assert MinuteLog.of(kept.log.columns).counts[8 * DAY + 20 * HOUR :][: 2 * HOUR].sum() > 0


def test_a_reported_product_is_left_out_while_it_was_strange_and_nothing_else_is() -> None:
    log, _, flagged = with_outage(day=8)
    begin, end = flagged.start - 2 * HOUR * MINUTE, flagged.start
    product = np.where(np.arange(len(log)) % 2, 7, 8)
    log = replace(log, columns=replace(log.columns, product=product))

    kept = without_flagged(log, [Flagged(begin, end, (Entity(EntityKind.PRODUCT, "7"),))], is_volume=False)

    inside = (kept.log.columns.time >= begin) & (kept.log.columns.time < end)
    assert kept.dropped == len(log) - len(kept.log) > 0
    assert set(kept.log.columns.product[inside].tolist()) == {8}
    assert 7 in kept.log.columns.product[~inside]


def test_the_newest_revision_of_an_anomaly_counts_and_a_retracted_one_does_not(tmp_path: Path) -> None:
    start = datetime(2026, 3, 25, 20, tzinfo=UTC)
    told = [
        anomaly_data(start=start, minutes=5, revision=1),
        anomaly_data(start=start, minutes=9, revision=2, status="resolved"),
        anomaly_data(start=start, anomaly_id="other", revision=2, status="retracted"),
    ]
    path = tmp_path / "anomalies.jsonl"
    path.write_bytes(b"\n".join(map(anomaly_record, told)))

    (flagged,) = read_flagged(path)

    begin = int(start.timestamp() * 1000)
    assert flagged[:2] == (begin - BEFORE_MS, begin + 9 * MINUTE + AFTER_MS)
    assert flagged.entities == (Entity(EntityKind.PRODUCT, "7"),)


@pytest.mark.parametrize("raw", [b"{}", b"no json", bytes([0xFF])])
def test_a_file_of_something_else_is_refused_with_the_remedy(raw: bytes, tmp_path: Path) -> None:
    (tmp_path / "anomalies.jsonl").write_bytes(raw)

    with pytest.raises(LogRefused, match="as replay writes them"):
        read_flagged(tmp_path / "anomalies.jsonl")

"""What people said changes what is learnt: true anomalies are left out, false ones are ordinary after all."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from models.entity import Entity
from models.errors import LogRefused
from models.facts import EntityKind
from models.labels import Label, Verdict, read_labels
from models.registry import Registry
from models.scenarios.discovery import scenarios
from models.training import course
from models.training.flagged import AFTER_MS, BEFORE_MS, Flagged, read_flagged
from models.training.heeded import learnt_after_all, not_learnt, ordinary
from models.training.log import RecordedLog
from models.training.trained import Trained
from models.training.usage_intensity import as_served, judged_from, unrest_of
from models.training.volume_log import MinuteLog
from models.volume.counts import DAY
from models.volume.families import groups
from models.windows import MINUTE
from tests.builders.anomalies import anomaly_data, anomaly_record
from tests.builders.trained import trained_svm
from tests.builders.volume import columns_of, minute_log

HOUR = 60
STEM = "usage_intensity"


def label(verdict: Verdict, start: int = 0, minutes: int = 120, entity: str = "shop/cqshop") -> Label:
    begin, end = (datetime.fromtimestamp((start + m * MINUTE) / 1000, UTC) for m in (0, minutes))
    return Label("a1", STEM, entity, begin, end, verdict)


def with_outage(day: int, days: int = 9) -> tuple[RecordedLog, int]:
    """Days of which one has two hours in the evening without any message; and when they begin, ms."""
    counts = minute_log(days, seed=5)
    first = day * DAY + 20 * HOUR
    counts.counts[first : first + 2 * HOUR] = 0
    columns = columns_of(counts)
    return RecordedLog(columns, np.zeros(len(columns), np.int8)), (counts.first + first) * MINUTE


def messages(log: RecordedLog, begin: int) -> int:
    """In the two hours of the outage."""
    return len(log.between(begin, begin + 2 * HOUR * MINUTE))


def learnt(log: RecordedLog, *labels: Label) -> RecordedLog:
    return ordinary(log, scenarios()[STEM], not_learnt(labels), lambda _: None)


@pytest.mark.parametrize("verdict", ["false", "expected", "new_normal", "unsure"])
def test_an_outage_that_was_none_is_learnt_as_it_is(verdict: Verdict) -> None:
    log, begin = with_outage(day=8)

    assert messages(learnt(log, label(verdict, begin)), begin) == 0


def test_a_true_outage_is_not_learnt() -> None:
    log, begin = with_outage(day=8)

    kept = learnt(log, label("true", begin))

    assert messages(kept, begin) > 100


def unrest(log: RecordedLog) -> dict[str, Any]:
    """How unrestful a model of this log takes ordinary minutes to be."""
    counts = MinuteLog.of(log.columns)
    return unrest_of(as_served(counts, judged_from(counts))).counts.save([group.name for group in groups()])


def test_what_a_model_learns_differs_by_what_was_said() -> None:
    """INVARIANT: a verdict changes the model. Without it, asking people would be asking for nothing."""
    log, begin = with_outage(day=3, days=4)

    true, false = (unrest(learnt(log, label(verdict, begin))) for verdict in ("true", "false"))

    assert true != false


def test_a_fit_is_given_what_may_be_learnt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log, begin = with_outage(day=6)
    given: list[RecordedLog] = []

    def fit(learnt: RecordedLog, _seed: int, _progress: object) -> Trained:
        given.append(learnt)
        return trained_svm(1)

    monkeypatch.setattr(course, "fit_of", lambda _: fit)
    for labels in ((), (label("true", begin),)):
        flagged = not_learnt(labels)
        course.timed_fit(STEM, log=log, flagged=flagged, registry=Registry(tmp_path), seed=1, progress=print)

    assert [messages(each, begin) > 0 for each in given] == [False, True]


def test_a_product_is_left_out_while_it_was_truly_strange_and_stays_when_it_was_not() -> None:
    log, begin = with_outage(day=8)
    log = replace(log, columns=replace(log.columns, product=np.full(len(log), 7)))
    before = begin - 3 * HOUR * MINUTE
    tree = scenarios()["stock_exhaustion"]

    def rest(verdict: Verdict) -> int:
        said = [label(verdict, before, entity="product/7")]
        return len(ordinary(log, tree, not_learnt(said), lambda _: None))

    assert rest("true") < rest("false") == len(log)


def test_a_label_has_the_window_of_its_anomaly_with_what_goes_before_and_after() -> None:
    (flagged,) = not_learnt([label("true", 0, minutes=10, entity="product/7"), label("false")])

    assert flagged == Flagged(-BEFORE_MS, 10 * MINUTE + AFTER_MS, (Entity(EntityKind.PRODUCT, "7"),))


@pytest.mark.parametrize(("verdict", "left"), [("true", 1), ("unsure", 1), ("false", 0), ("expected", 0)])
def test_what_was_reported_and_judged_ordinary_is_learnt_after_all(verdict: Verdict, left: int, tmp_path: Path) -> None:
    path = tmp_path / "anomalies.jsonl"
    path.write_bytes(anomaly_record(anomaly_data(anomaly_id="a1")))

    assert len(read_flagged(path, learnt_after_all([label(verdict)]))) == left


def test_the_last_label_of_an_anomaly_holds(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_bytes(b"\n".join(map(msgspec.json.encode, (label("false"), label("true")))))

    assert [each.verdict for each in read_labels(path)] == ["true"]


@pytest.mark.parametrize(
    "raw",
    [
        b"{}",
        b"no json",
        bytes([0xFF]),
        msgspec.json.encode(label("true", entity="user/kim")),
        msgspec.json.encode(label("true")).replace(b'"true"', b'"maybe"'),
        msgspec.json.encode(label("true")).replace(b"shop/cqshop", b"planet/9"),
    ],
)
def test_a_file_of_something_else_is_refused_with_the_remedy(raw: bytes, tmp_path: Path) -> None:
    (tmp_path / "labels.jsonl").write_bytes(raw)

    with pytest.raises(LogRefused, match="alerts labels"):
        read_labels(tmp_path / "labels.jsonl")

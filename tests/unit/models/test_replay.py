from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from models.calendar import NO_CALENDAR, Calendar, Window
from models.chunks import Chunking
from models.columns import Columns
from models.combiner import Combiner
from models.detector import Detector
from models.errors import StateRefused
from models.recording import Recording
from models.registry import Registry
from models.replay import LATENESS_MS, Replay
from models.report import decode, encode
from models.scenarios.discovery import scenarios
from models.served import Served, load_served
from models.verdict import ModelIdentity
from models.windows import Watermark
from shop_services.contracts.topics import SHOP_TOPICS
from tests.builders.logs import START, record, shop_lines, without, write
from tests.builders.messages import added
from tests.builders.sample_scenario import HundredPieces, PiecesScenario

VOLUME = ("usage_intensity", "daily_workload")
OUTAGE = START + timedelta(hours=2)


def _small() -> list[Served]:
    """A scenario to reason about: strange from 100 pieces on."""
    return [Served(PiecesScenario(), HundredPieces(), ModelIdentity("stock_exhaustion", "1", "", "serving"))]


def _shipped(stems: Sequence[str]) -> list[Served]:
    return load_served(Registry(), [scenarios()[stem] for stem in stems])


def _data(replay: Replay, *paths: Path) -> list[dict[str, Any]]:
    return [msgspec.json.decode(event.data) for event in replay.events(Recording(paths))]


@pytest.fixture(scope="module")
def outage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four hours of the shop with late, double and skewed messages, and half an hour without any after two hours."""
    lines = shop_lines(4 / 24, 5, 0.05, 0.05, 0.02)
    gone = without(lines, SHOP_TOPICS, OUTAGE, OUTAGE + timedelta(minutes=30))
    return write(tmp_path_factory.mktemp("outage") / "log.jsonl", gone)


def test_the_same_log_gives_the_same_events(outage: Path) -> None:
    first, second = (_data(Replay(_shipped(VOLUME)), outage) for _ in range(2))

    assert first == second


def test_a_stopped_shop_is_reported_once_and_its_end_too(outage: Path) -> None:
    told = _data(Replay(_shipped(["daily_workload"])), outage)

    shop = [event for event in told if event["entity"]["kind"] == "shop"]
    assert [event["status"] for event in shop if event["status"] != "updated"] == ["opened", "resolved"]
    assert shop[0]["direction"] == "low"
    assert OUTAGE < datetime.fromisoformat(shop[0]["detectedAtEventTime"]) < OUTAGE + timedelta(minutes=30)


def test_how_a_log_is_cut_does_not_change_the_anomalies(outage: Path) -> None:
    """INVARIANT: the same anomalies, whatever a reader gets at once. Else a restart would alert twice."""
    ids = []
    for span_ms, rows in ((5_000, 2_000), (30_000, 50)):
        told = _data(Replay(_shipped(VOLUME), chunking=Chunking(span_ms, rows)), outage)
        ids.append({event["anomalyId"] for event in told if event["status"] == "opened"})

    assert ids[0] == ids[1] != set()


@pytest.mark.parametrize("minutes", [0, 45], ids=["nothing announced", "a window"])
def test_a_log_counts_as_the_two_stages_do(minutes: int, tmp_path: Path) -> None:
    """INVARIANT: replay and worker agree. Replay counts whole blocks without reports and ledger; this is the same."""
    calendar = _maintenance(OUTAGE, OUTAGE + timedelta(minutes=minutes)) if minutes else NO_CALENDAR
    lines = shop_lines(4 / 24, 5, 0.05, 0.05, 0.02)
    log = write(tmp_path / "log.jsonl", lines)
    stem = "daily_workload"
    replayed = Replay(_shipped([stem]), calendar)
    list(replayed.events(Recording([log])))

    detector = _through_both_stages(_shipped([stem])[0], log, calendar)

    assert detector.memory.save() == replayed.lanes[0].detector.memory.save()
    assert detector.decisions.cases == replayed.lanes[0].detector.decisions.cases


def _through_both_stages(served: Served, log: Path, calendar: Calendar) -> Detector:
    detector = Detector(served.scenario, served.model, Watermark(LATENESS_MS), served.extras)
    detector.follow(calendar)
    combiners = {topic: Combiner(served.scenario, f"{topic}/0", segment_size=500) for topic in SHOP_TOPICS}
    for cut in Chunking().cut(Recording([log]).blocks()):
        for chunk in cut.chunks:
            for code, topic in enumerate(SHOP_TOPICS):
                rows = cut.block.columns.where((cut.chunk == chunk.number) & (cut.block.topic == code))
                _report(combiners[topic], rows, detector, chunk.clock, chunk.caught_up)
            detector.judge()
    return detector


def _report(combiner: Combiner, rows: Columns, detector: Detector, clock: int, caught_up: bool) -> None:
    """Each segment by itself, and everything reported twice."""
    for segment in sorted(set((rows.offset // 500).tolist())) or [None]:
        part = rows if segment is None else rows.where(rows.offset // 500 == segment)
        changed = combiner.absorb(part, int(part.offset[-1])) if len(part) else None
        raw = encode(combiner.report(changed, caught_up=caught_up, clock=clock))
        for report in (*decode(raw), *decode(raw)):
            detector.absorb(report)


def test_a_log_in_two_parts_with_kept_state_is_the_whole_log(tmp_path: Path) -> None:
    lines = [record("cart-events", added(1, 7, 60, 1.0, f"10:0{minute}:00"), None) for minute in range(4)]
    whole = _data(Replay(_small()), write(tmp_path / "whole.jsonl", lines))

    first, recording = Replay(_small()), Recording([write(tmp_path / "first.jsonl", lines[:1])])
    before = list(first.events(recording))
    second, rest = Replay(_small()), Recording([write(tmp_path / "second.jsonl", lines[1:])])
    second.load(first.save(recording), rest)
    after = [msgspec.json.decode(event.data) for event in second.events(rest)]

    assert before == []
    assert after == whole != []


def test_a_state_of_something_else_is_refused() -> None:
    with pytest.raises(StateRefused, match="replay from the start"):
        Replay(_small()).load(b"\xc0", Recording([]))


def test_a_closed_day_mutes_volume(outage: Path) -> None:
    calendar = Calendar(frozenset({datetime(2026, 3, 25, tzinfo=UTC).date()}))

    assert _data(Replay(_shipped(VOLUME), calendar), outage) == []


def _maintenance(start: datetime, end: datetime, **changes: Any) -> Calendar:
    return Calendar(windows=(Window(start, end, "maintenance", **changes),))


def test_a_maintenance_window_mutes_what_happens_in_it_and_what_it_leaves_in_long_spans(outage: Path) -> None:
    calendar = _maintenance(OUTAGE, OUTAGE + timedelta(minutes=32))  # what was late is told by then

    assert _data(Replay(_shipped(VOLUME), calendar), outage) == []


def test_what_goes_on_after_a_window_is_reported(outage: Path) -> None:
    calendar = _maintenance(OUTAGE, OUTAGE + timedelta(minutes=10))

    told = _data(Replay(_shipped(["daily_workload"]), calendar), outage)

    shop = next(event for event in told if event["entity"]["kind"] == "shop")
    assert shop["status"] == "opened"
    assert datetime.fromisoformat(shop["window"]["start"]) >= OUTAGE + timedelta(minutes=10)


def test_a_window_of_another_scenario_mutes_nothing(outage: Path) -> None:
    calendar = _maintenance(OUTAGE, OUTAGE + timedelta(minutes=40), scenarios=("price_exploit",))

    assert _data(Replay(_shipped(["daily_workload"]), calendar), outage) == _data(
        Replay(_shipped(["daily_workload"])), outage
    )

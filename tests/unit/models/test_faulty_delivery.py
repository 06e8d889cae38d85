"""How messages arrive does not change what is found: late, double, reordered, stamped by a clock two hours ahead."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from models.recording import Recording
from models.registry import Registry
from models.replay import Replay
from models.scenarios.discovery import scenarios
from models.served import load_served
from shop_services.traffic.casting import chosen
from shop_services.traffic.faults import Faults
from shop_services.traffic.generate import Generation, Wish, write_log
from tests.builders.replayed import revisions
from tests.chaos.anomalies import differences

CAST = "stock_exhaustion:giant_add,price_exploit:shifted_decimal,daily_workload:service_stopped"
FAULTS = {
    "late by minutes and hours": Faults(late=0.03),
    "double": Faults(double=0.05),
    "a clock two hours ahead": Faults(skew=0.01),
    "all at once": Faults(late=0.03, double=0.05, skew=0.01),
}
Found = dict[tuple[str, str], datetime]  # start of every anomaly by scenario and entity
NEAR = timedelta(minutes=2)  # counts that are not quite the same may tell of a silence a minute sooner or later
NEIGHBOURS = 30  # records that change places with each other


def log(path: Path, faults: Faults) -> Path:
    """An evening of five hours with three incidents."""
    wish = Wish(5 / 24, 11, datetime(2026, 3, 25, 17, tzinfo=UTC), chosen(CAST), None, faults)
    write_log(Generation.of(wish), path, lambda messages, share: None)
    return path


def found(path: Path) -> Found:
    """Every anomaly."""
    replay = Replay(load_served(Registry(), scenarios().values()))
    told = [msgspec.json.decode(event.data) for event in replay.events(Recording([path]))]
    opened = [one for one in told if one["status"] == "opened"]
    return {(o["scenario"], o["entity"]["id"]): datetime.fromisoformat(o["window"]["start"]) for o in opened}


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return log(tmp_path_factory.mktemp("clean") / "log.jsonl", Faults())


@pytest.fixture(scope="module")
def truth(clean: Path) -> Found:
    return found(clean)


@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS.keys())
def test_faults_on_the_way_change_no_anomaly(faults: Faults, clean: Path, truth: Found, tmp_path: Path) -> None:
    faulty = log(tmp_path / "log.jsonl", faults)

    assert faulty.read_bytes() != clean.read_bytes()
    anomalies = found(faulty)
    assert anomalies.keys() == truth.keys()
    assert all(abs(anomalies[name] - truth[name]) <= NEAR for name in truth)
    assert {scenario for scenario, _ in truth} >= {"stock_exhaustion", "price_exploit", "daily_workload"}


def test_what_is_written_twice_changes_nothing_at_all(clean: Path, tmp_path: Path) -> None:
    """INVARIANT: a producer that tries again after it has succeeded adds nothing to any count."""
    lines, chance = clean.read_text().splitlines(keepends=True), random.Random(6)
    places = [(number, line) for number, line in enumerate(lines)]
    places += [(number + chance.uniform(0, 200), line) for number, line in places if chance.random() < 0.05]
    doubled = tmp_path / "log.jsonl"
    doubled.write_text("".join(line for _, line in sorted(places, key=lambda place: place[0])))

    once, twice = ({told["anomalyId"]: told for told in revisions(Recording([log]))} for log in (clean, doubled))

    assert len(places) > len(lines)
    assert differences(once, twice) == []


def test_neighbours_that_change_places_change_no_anomaly(clean: Path, truth: Found, tmp_path: Path) -> None:
    lines, chance = clean.read_text().splitlines(keepends=True), random.Random(5)
    for start in range(0, len(lines), NEIGHBOURS):
        block = lines[start : start + NEIGHBOURS]
        chance.shuffle(block)
        lines[start : start + NEIGHBOURS] = block
    reordered = tmp_path / "log.jsonl"
    reordered.write_text("".join(lines))

    assert found(reordered) == truth

"""How messages arrive does not change what is found: late, double, reordered, stamped by a clock two hours ahead."""

import random
from datetime import UTC, datetime
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

CAST = "stock_exhaustion:giant_add,price_exploit:shifted_decimal,daily_workload:service_stopped"
FAULTS = {
    "late by minutes and hours": Faults(late=0.03),
    "double": Faults(double=0.05),
    "a clock two hours ahead": Faults(skew=0.01),
    "all at once": Faults(late=0.03, double=0.05, skew=0.01),
}
NEIGHBOURS = 30  # records that change places with each other


def log(path: Path, faults: Faults) -> Path:
    """An evening of five hours with three incidents."""
    wish = Wish(5 / 24, 11, datetime(2026, 3, 25, 17, tzinfo=UTC), chosen(CAST), None, faults)
    write_log(Generation.of(wish), path, lambda messages, share: None)
    return path


def found(path: Path) -> set[tuple[str, str, str]]:
    """Scenario, entity and start of every anomaly."""
    replay = Replay(load_served(Registry(), scenarios().values()))
    told = [msgspec.json.decode(event.data) for event in replay.events(Recording([path]))]
    return {(one["scenario"], one["entity"]["id"], one["window"]["start"]) for one in told if one["status"] == "opened"}


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return log(tmp_path_factory.mktemp("clean") / "log.jsonl", Faults())


@pytest.fixture(scope="module")
def truth(clean: Path) -> set[tuple[str, str, str]]:
    return found(clean)


@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS.keys())
def test_faults_on_the_way_change_no_anomaly(
    faults: Faults, clean: Path, truth: set[tuple[str, str, str]], tmp_path: Path
) -> None:
    faulty = log(tmp_path / "log.jsonl", faults)

    assert faulty.read_bytes() != clean.read_bytes()
    assert found(faulty) == truth
    assert {scenario for scenario, *_ in truth} >= {"stock_exhaustion", "price_exploit", "daily_workload"}


def test_neighbours_that_change_places_change_no_anomaly(
    clean: Path, truth: set[tuple[str, str, str]], tmp_path: Path
) -> None:
    lines, chance = clean.read_text().splitlines(keepends=True), random.Random(5)
    for start in range(0, len(lines), NEIGHBOURS):
        block = lines[start : start + NEIGHBOURS]
        chance.shuffle(block)
        lines[start : start + NEIGHBOURS] = block
    reordered = tmp_path / "log.jsonl"
    reordered.write_text("".join(lines))

    assert found(reordered) == truth

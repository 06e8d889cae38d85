"""What other thresholds would have reported on a recorded log, against what is reported."""

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from models.errors import LogRefused
from models.recording import Recording
from models.registry import Registry
from models.replay import Replay
from models.scenarios.discovery import scenarios
from models.served import load_one
from models.tuning import Tuning
from models.what_if import Comparison, Reported, what_if
from shop_services.contracts.topics import SHOP_TOPICS
from tests.builders.logs import START, shop_lines, without, write

STEM = "daily_workload"
OUTAGE = START + timedelta(hours=2)


class StopAsked(Exception):
    """Raised by a progress that is no longer wanted."""


@pytest.fixture(scope="module")
def outage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four hours of the shop, half an hour of them without any message."""
    gone = without(shop_lines(4 / 24, 5, 0.0, 0.0, 0.0), SHOP_TOPICS, OUTAGE, OUTAGE + timedelta(minutes=30))
    return write(tmp_path_factory.mktemp("outage") / "log.jsonl", gone)


def one(start: int, end: int, entity: str = "shop/cqshop", scenario: str = STEM, name: str = "") -> Reported:
    return Reported(name or f"{entity}{start}", scenario, entity, "warning", 1.2, start, end, "")


def test_the_present_is_what_replay_reports(outage: Path) -> None:
    found = what_if([outage], {STEM: Tuning(threshold=1.0)})

    events = Replay([load_one(Registry(), scenarios()[STEM])]).events(Recording([outage]))
    told = {msgspec.json.decode(event.data)["anomalyId"] for event in events}
    assert {each.id for each in found.present} == told != set()
    assert (found.added, found.gone, found.same) == ([], [], list(found.present))
    assert not any("Over since" in each.summary for each in found.present)


def test_a_threshold_that_nothing_reaches_reports_nothing(outage: Path) -> None:
    found = what_if([outage], {STEM: Tuning(threshold=10.0)})

    assert (list(found.changed), found.same, found.gone) == ([], [], list(found.present))


def test_against_a_present_that_reports_nothing_all_is_added(outage: Path) -> None:
    found = what_if([outage], {STEM: Tuning()}, present={STEM: Tuning(threshold=10.0)})

    assert found.added == list(found.changed) != []


def test_what_was_over_before_is_left_out(outage: Path) -> None:
    found = what_if([outage], {STEM: Tuning()}, since=int((OUTAGE + timedelta(days=1)).timestamp() * 1000))

    assert (list(found.present), list(found.changed)) == ([], [])
    assert found.records > 0


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        pytest.param(one(0, 10), True, id="begins earlier"),
        pytest.param(one(20, 30), True, id="touches its end"),
        pytest.param(one(12, 13), True, id="lies within"),
        pytest.param(one(21, 30), False, id="begins later"),
        pytest.param(one(0, 9), False, id="was over"),
        pytest.param(one(10, 20, "service/cart-service"), False, id="another entity"),
        pytest.param(one(10, 20, scenario="usage_intensity"), False, id="another scenario"),
    ],
)
def test_an_anomaly_is_the_same_when_it_overlaps(other: Reported, is_same: bool) -> None:
    found = Comparison([one(-50, -40), one(10, 20)], [other], 1)

    assert (found.same, found.added) == (([other], []) if is_same else ([], [other]))
    assert len(found.gone) == (1 if is_same else 2)


def test_progress_is_told_and_may_end_the_work(outage: Path) -> None:
    def stop(records: int) -> None:
        raise StopAsked(records)

    with pytest.raises(StopAsked):
        what_if([outage], {STEM: Tuning()}, progress=stop)


def test_a_log_that_is_too_long_is_refused_before_it_is_judged(outage: Path) -> None:
    with pytest.raises(LogRefused, match="more than 10 records"):
        what_if([outage], {STEM: Tuning()}, most_records=10)


@pytest.mark.parametrize(
    ("logs", "stem", "said"),
    [
        ([], STEM, "there is no recorded log"),
        ([Path("nowhere.jsonl")], STEM, "cannot be read"),
        ([], "nonsense", "no recorded log"),
        ([Path("nowhere.jsonl")], "nonsense", "no scenario nonsense"),
    ],
)
def test_what_cannot_be_tried_is_one_sentence(logs: list[Path], stem: str, said: str) -> None:
    with pytest.raises(LogRefused, match=said):
        what_if(logs, {stem: Tuning()})


def test_conformance_can_be_tried_too(outage: Path) -> None:
    found = what_if([outage], {"conformance": Tuning(threshold=10.0)})

    assert found.records > 0

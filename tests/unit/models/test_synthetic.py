"""Canaries are found and leave no trace: neither in counts and logs nor in what is known of the shop."""

import json
from pathlib import Path

from models.combiner import Combiner
from models.decode import decode
from models.detector import Detector
from models.recording import Recording
from models.registry import Registry
from models.report import Report
from models.scenarios.discovery import scenarios
from models.served import load_one
from models.synthetic import CARRIER, apart, judge_alone, real
from models.windows import Watermark
from shop_services.contracts.synthetic import RESERVED_FROM
from tests.builders.messages import added

CANARY = RESERVED_FROM + 17
RECORDS = [added(7, 3, 2, 1.0, "12:00:00"), added(CANARY, CANARY, 1_000_000, 1.0, "12:00:01")]
MIXED = [added(7, CANARY, 1_000_000, 1.0, "12:00:02"), added(CANARY, 3, 1_000_000, 1.0, "12:00:02")]


def detector() -> Detector:
    served = load_one(Registry(), scenarios()[CARRIER])
    return Detector(served.scenario, served.model, Watermark(0), served.extras)


def report(*records: bytes) -> Report:
    combiner = Combiner(scenarios()[CARRIER], "cart-events/0")
    columns = decode(records, range(len(records))).columns
    return combiner.report(combiner.absorb(columns, len(records) - 1), caught_up=True, clock=0)


def test_a_canary_is_found_from_no_past_and_ends_at_once() -> None:
    _, canary = apart(report(*RECORDS))

    assert canary is not None
    changes = [(change.status, change.revision, change.entity[1]) for change, _ in judge_alone(detector(), canary)]
    assert changes == [("opened", 1, str(CANARY)), ("resolved", 2, str(CANARY))]


def test_a_canary_leaves_the_detector_as_it_was() -> None:
    """INVARIANT: with and without canaries the monitor knows the same of the shop."""
    with_canary, without = detector(), detector()

    meant, canary = apart(report(*RECORDS))
    assert canary is not None
    with_canary.absorb(meant)
    judge_alone(with_canary, canary)
    with_canary.judge()
    without.absorb(report(RECORDS[0]))
    without.judge()

    assert with_canary.memory.save() == without.memory.save()
    assert with_canary.decisions.cases == without.decisions.cases


def test_a_report_of_the_shop_alone_is_passed_on_as_it_is() -> None:
    meant = report(RECORDS[0])

    assert apart(meant) == (meant, None)


def test_who_meets_a_canary_is_not_told_of_it() -> None:
    """A reserved user in a real product's cart, or the other way round, is nothing the shop did."""
    columns = decode([*RECORDS, *MIXED], range(4)).columns
    meant, _ = apart(report(*RECORDS, *MIXED))

    assert real(columns).offset.tolist() == [0]
    assert meant.facts.entity.tolist() == [7]
    assert meant.facts.key.tolist() == [3]


def test_a_recorded_log_is_read_without_its_canaries(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    lines = [{"topic": "cart-events", "key": "1", "value": json.loads(record)} for record in (*RECORDS, *MIXED)]
    path.write_text("\n".join(map(json.dumps, lines)))

    (block,) = Recording([path]).blocks()

    assert block.columns.product.tolist() == [7]
    assert len(block.topic) == len(block.arrived) == 1

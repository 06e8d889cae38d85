"""What every scenario must keep, whichever there are: checked on hours of the simulated shop."""

import random
from collections.abc import Sequence
from dataclasses import fields
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from models.columns import Columns
from models.combiner import Combiner
from models.errors import ScenarioMalformed
from models.facts import EntityKind, Facts
from models.ledger import Ledger
from models.recording import Block, Recording
from models.registry import Registry
from models.rounds import News, Rounds
from models.rows import Rows
from models.rules import rule_of
from models.scenarios.discovery import as_scenario, scenarios
from models.served import Served, load_served
from models.spec import Memory, Scenario, round_by_round
from shop_services.contracts.topics import SHOP_TOPICS
from tests.builders.logs import shop_lines, write

LATE = 60_000  # ms


@pytest.fixture(scope="module")
def block(tmp_path_factory: pytest.TempPathFactory) -> Block:
    """Some thousand messages, late and double ones among them."""
    lines = shop_lines(4 / 24, 5, 0.05, 0.05, 0.02)
    return next(iter(Recording([write(tmp_path_factory.mktemp("log") / "log.jsonl", lines)]).blocks()))


@pytest.fixture(params=list(scenarios()))
def scenario(request: pytest.FixtureRequest) -> Scenario:
    return scenarios()[request.param]


def _of_topic(block: Block, topic: str) -> Columns:
    return block.columns.where(block.topic == SHOP_TOPICS.index(topic))


def _same(one: Facts | Columns, other: Facts | Columns) -> bool:
    return all(
        np.array_equal(getattr(one, field.name), getattr(other, field.name), equal_nan=field.name == "price")
        for field in fields(one)
    )


def _copied(columns: Columns) -> Columns:
    return columns.where(np.ones(len(columns), bool))


def _pieces(columns: Columns, rng: random.Random) -> list[Columns]:
    """The rows cut anywhere."""
    cuts = sorted(rng.sample(range(1, len(columns)), 20))
    numbers = np.searchsorted(cuts, np.arange(len(columns)), side="right")
    return [columns.where(numbers == number) for number in range(21)]


def test_counting_leaves_its_input_alone(scenario: Scenario, block: Block) -> None:
    before = _copied(block.columns)

    scenario.accumulate(block.columns)

    assert _same(before, block.columns)


def test_nothing_counts_as_nothing(scenario: Scenario, block: Block) -> None:
    nothing = block.columns.where(np.zeros(len(block.columns), bool))

    assert len(scenario.accumulate(nothing)) == 0


def test_batches_cut_anywhere_and_merged_in_any_order_are_equal(scenario: Scenario, block: Block) -> None:
    """INVARIANT: merging is associative and commutative. Without it two workers would not agree with one."""
    rng = random.Random(7)
    whole = scenario.accumulate(block.columns).grouped()

    parts = [scenario.accumulate(piece).grouped() for piece in _pieces(block.columns, rng)]
    rng.shuffle(parts)

    assert len(whole) > 0
    assert _same(Facts.concat(parts).grouped(), whole)


def test_what_is_reported_twice_counts_once(scenario: Scenario, block: Block) -> None:
    """INVARIANT: at least once without counting twice. A reader that starts again repeats a segment's counters."""
    counted: list[Facts] = []
    for topic in ("cart-events", "warehouse-events"):
        ledger = Ledger()
        for _ in range(2):  # the second time as after a crash: from the start of the segment, cut otherwise
            combiner = Combiner(scenario, f"{topic}/0")
            for piece in _pieces(_of_topic(block, topic), random.Random(len(counted))):
                report = combiner.report(combiner.absorb(piece, int(piece.offset[-1])), caught_up=True, clock=0)
                counted.append(ledger.increments(report))

    once = Facts.concat([scenario.accumulate(_of_topic(block, topic)) for topic in ("cart-events", "warehouse-events")])
    assert _totals(Facts.concat(counted)) == _totals(once)


def _totals(facts: Facts) -> list[tuple[int, ...]]:
    grouped = facts.grouped()
    names = ("kind", "entity", "bucket", "tag", "key", "n", "amount")
    return list(zip(*(getattr(grouped, name).tolist() for name in names), strict=True))


@pytest.fixture
def served(scenario: Scenario) -> Served:
    return load_served(Registry(), [scenario])[0]


def _memory(served: Served) -> Memory:
    return served.scenario.new_memory(served.model, served.extras)


def _live(memory: Memory, scenario: Scenario, columns: Columns, steps: int) -> list[Rows]:
    """The rows that fall due while the events come in, in so many steps."""
    due = []
    for part in np.array_split(np.arange(len(columns)), steps):
        piece = columns.where(np.isin(np.arange(len(columns)), part))
        memory.absorb("cart-events/0", scenario.accumulate(piece).grouped())
        rows = memory.rows(int(piece.time.max()) - LATE)
        due += [] if rows is None else [rows]
    return due


def test_rows_are_as_wide_as_declared_and_finite(served: Served, block: Block) -> None:
    due = _live(_memory(served), served.scenario, block.columns, steps=8)

    assert due
    for rows in due:
        assert rows.values.dtype == np.float32
        assert rows.values.shape == (len(rows.entities), len(served.scenario.SPEC.features))
        assert np.isfinite(rows.values).all()
        assert (rows.start <= rows.end).all()
        assert np.isfinite(served.model.score(rows.values)).all()


def test_rows_fall_due_once(served: Served, block: Block) -> None:
    memory = _memory(served)
    _live(memory, served.scenario, block.columns, steps=2)

    assert memory.rows(int(block.columns.time.max()) - LATE) is None


def test_every_row_can_be_explained(served: Served, block: Block) -> None:
    memory = _memory(served)
    rows = _live(memory, served.scenario, block.columns, steps=1)[-1]

    finding = memory.explain(rows, 0, 1.5)

    assert rows.entities[0].kind == EntityKind.SHOP or rows.entities[0].id in finding.summary
    assert finding.contributions
    assert {part.feature for part in finding.contributions} <= set(served.scenario.SPEC.features)


def test_a_kept_memory_goes_on_where_it_was(served: Served, block: Block) -> None:
    """INVARIANT: a restart changes no verdict."""
    half = len(block.columns) // 2
    first, rest = (
        block.columns.where(np.arange(len(block.columns)) < half),
        block.columns.where(np.arange(len(block.columns)) >= half),
    )
    original = _memory(served)
    _live(original, served.scenario, first, steps=3)

    loaded = _memory(served)
    loaded.load(original.save())

    assert _flat(_live(loaded, served.scenario, rest, 4)) == _flat(_live(original, served.scenario, rest, 4)) != []


def test_rounds_taken_together_are_the_same_as_one_by_one(served: Served, block: Block) -> None:
    """INVARIANT: replay, which judges many rounds at once, and the worker agree; late messages are in the block."""
    together, one_by_one = _memory(served), _memory(served)
    rounds = _rounds(served.scenario, block, 30_000)

    (rows, number), (others, numbers) = together.rows_of(rounds), round_by_round(one_by_one, rounds)  # type: ignore[misc]

    assert len(np.unique(number)) > 60
    assert _flat([rows]) == _flat([others])
    assert number.tolist() == numbers.tolist()
    assert [together.explain(rows, at, 1.5) for at in range(0, len(number), 97)] == [
        one_by_one.explain(others, at, 1.5) for at in range(0, len(number), 97)
    ]
    assert together.save() == one_by_one.save()


def _rounds(scenario: Scenario, block: Block, every_ms: int) -> Rounds:
    """What a reader of all topics learns every so often, and how far it is then."""
    number = (block.arrived - block.arrived[0]) // every_ms
    news = []
    for code, topic in enumerate(SHOP_TOPICS):
        columns, at = _of_topic(block, topic), number[block.topic == code]
        facts = scenario.accumulate(columns)
        if len(facts):
            facts = facts.grouped(at[np.searchsorted(columns.offset, facts.offset)])
            news.append(News(f"{topic}/0", facts, at[np.searchsorted(columns.offset, facts.offset)]))
    return Rounds(block.arrived[0] + every_ms * np.arange(int(number[-1]) + 2) - 30_000, news)


def _flat(due: Sequence[Rows]) -> list[Any]:
    return [(list(rows.entities), rows.values.tolist(), rows.start.tolist(), rows.end.tolist()) for rows in due]


def test_a_module_that_is_no_scenario_is_named(scenario: Scenario) -> None:
    module = ModuleType("models.scenarios.half_done")
    module.SPEC = scenario.SPEC  # type: ignore[attr-defined]

    with pytest.raises(ScenarioMalformed, match="half_done"):
        as_scenario(module)


def test_a_rule_stands_in_for_every_model(scenario: Scenario) -> None:
    """INVARIANT: no detector is blind while no model serves. The rule names features of its scenario of today."""
    rule = rule_of(scenario.SPEC)

    assert rule is not None
    scores = rule.score(np.zeros((2, len(scenario.SPEC.features)), np.float32))
    assert scores.shape == (2,)
    assert (scores < 1.0).all()

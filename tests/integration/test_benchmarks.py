"""The benchmarks at a tiny size: they run, and whoever does the same job finds the same."""

from pathlib import Path

import pytest

from tests.benchmarks.agreement import disagreements
from tests.benchmarks.filling import record
from tests.benchmarks.ratios import ratios
from tests.benchmarks.report import chosen, contestants_table, figures
from tests.benchmarks.session import Wish, hold

EVENTS = 1_500
BUSY = 300.0
OURS = (
    "raw",
    "worker",
    "stock_brain",
    "stock_take",
    "stock_job",
    "batch_job",
    "batch_memory_job",
)
SECONDS = 120.0


@pytest.mark.connected
def test_contestants_read_everything_and_find_the_same(tmp_path: Path) -> None:
    """INVARIANT: the same job is the same work. Else its ratios would compare different things."""
    load = record(EVENTS, BUSY, tmp_path / "log.jsonl")
    wish = Wish(chosen([*OURS, "quix_job"]), runs=1, seconds=SECONDS, peers=tmp_path / "absent")

    contest, apart = hold(wish, load, tmp_path, lambda _: None)

    assert contest.missing == {"quix_job": "not installed: make .bench/.stamp"}
    assert {name: runs[0].records for name, runs in contest.results.items()} == dict.fromkeys(OURS, EVENTS)
    assert apart == []
    assert contest.results["batch_job"][0].checks["hits"] > 0
    assert [ratio.wanted.name for ratio in ratios(contest.results)] == ["worker", "worker", "worker", "batch_job"]
    assert contestants_table(contest.results, contest.missing).row_count == len(OURS) + 1
    assert figures(contest.results, contest.missing)["missing"] == contest.missing


def test_who_found_something_else_is_named() -> None:
    same, other = {"hits": 3, "digest": "ab"}, {"hits": 3, "digest": "cd"}

    assert disagreements({"batch_job": [same, same], "quix_job": [same]}) == []
    (sentence,) = disagreements({"batch_job": [same], "quix_job": [same, other]})
    assert sentence.startswith("quix_job found")

"""What a run says: one table for people, one file of figures."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from tests.benchmarks.contest import CONTESTANTS, Contestant
from tests.benchmarks.order import Result, as_json
from tests.benchmarks.ratios import Ratio, median_cpu, median_rate, ratios

WIDTH = 120


def contestants_table(results: Mapping[str, Sequence[Result]], missing: Mapping[str, str]) -> Table:
    """Rates and processor time, the medians of the runs."""
    table = Table("contestant", box=box.SIMPLE)
    for title in ("events/s", "lowest", "highest", "CPU us/event", "events read"):
        table.add_column(title, justify="right")
    for contestant in CONTESTANTS:
        if contestant.name in results:
            table.add_row(contestant.text, *_figures(results[contestant.name]))
        elif contestant.name in missing:
            table.add_row(contestant.text, missing[contestant.name])
    return table


def _figures(results: Sequence[Result]) -> Iterator[str]:
    rates = [result.rate for result in results]
    yield from (f"{value:,.0f}" for value in (median_rate(results), min(rates), max(rates)))
    yield f"{median_cpu(results):,.1f}"
    yield f"{statistics.median(result.records for result in results):,.0f}"


def ratios_table(held: Sequence[Ratio]) -> Table:
    """Each with its floor and aim."""
    table = Table("ratio", box=box.SIMPLE)
    for title in ("times", "of single runs", "by CPU", "floor", "aim"):
        table.add_column(title, justify="right")
    table.add_column("")
    text = {contestant.name: contestant.text for contestant in CONTESTANTS}
    for ratio in held:
        wanted = ratio.wanted
        limits = ["" if limit is None else f"{limit:g}" for limit in (wanted.floor, wanted.aim)]
        span = f"{_short(ratio.lowest)} to {_short(ratio.highest)}"
        name = f"{text[wanted.name]} / {text[wanted.other]}"
        table.add_row(name, _short(ratio.value), span, _short(ratio.by_cpu), *limits, ratio.verdict)
    return table


def brain_table(rates: Mapping[str, float]) -> Table:
    """The replay's stages, and how many times as long as decoding each takes."""
    table = Table("the brain on a log, one thread", box=box.SIMPLE)
    table.add_column("records/s", justify="right")
    table.add_column("x decoding", justify="right")
    for name, rate in rates.items():
        table.add_row(name, f"{rate:,.0f}", f"{rates['decoding'] / rate:.2f}")
    return table


def show(tables: Sequence[Table], notes: Sequence[str]) -> None:
    """On stdout, as wide wherever it goes."""
    console = Console(width=WIDTH)
    for table in tables:
        console.print(table)
    for note in notes:
        console.print(note, highlight=False)


def figures(results: Mapping[str, Sequence[Result]], missing: Mapping[str, str]) -> dict[str, Any]:
    """Everything measured, for the file."""
    return {
        "contestants": {name: [as_json(result) for result in held] for name, held in results.items()},
        "missing": dict(missing),
        "ratios": [
            ratio.wanted._asdict()
            | {name: value for name, value in ratio._asdict().items() if name != "wanted"}
            | {"verdict": ratio.verdict}
            for ratio in ratios(results)
        ],
    }


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2f}"


def chosen(names: Sequence[str]) -> list[Contestant]:
    """The contestants of these names, in the order of the table."""
    return [contestant for contestant in CONTESTANTS if contestant.name in names]

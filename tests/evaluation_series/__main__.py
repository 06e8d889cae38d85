"""`python -m tests.evaluation_series FOLDER`: the shipped recipe on labelled series, scored as the benchmark does.

Prints every series at the shipped alarm, every category and all of them at the shipped alarm, and the score at the best
single threshold. FOLDER defaults to what NAB_DATA names.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from models.series.verdicts import ALARM
from models.training.series_recipe import verdicts
from tests.evaluation_series.corpus import ABSENT, VARIABLE, WINDOWS, read_corpus
from tests.evaluation_series.nab import (
    LOW_FALSE,
    STANDARD,
    Judged,
    Outcome,
    at_threshold,
    best_threshold,
    outcome,
)


def main() -> int:
    """0, or 2 when there is no data."""
    parser = argparse.ArgumentParser(prog="python -m tests.evaluation_series", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=os.environ.get(VARIABLE))
    folder = parser.parse_args().folder
    if folder is None or not (Path(folder) / WINDOWS).is_file():
        print(ABSENT, file=sys.stderr)
        return 2
    started = time.monotonic()
    corpus = {name: _judge(name, labelled) for name, labelled in read_corpus(Path(folder)).items()}
    _report(corpus)
    print(f"{len(corpus)} series in {time.monotonic() - started:.1f} s")
    return 0


def _judge(name: str, labelled) -> Judged:  # type: ignore[no-untyped-def]
    print(f"judging {name}", file=sys.stderr, flush=True)
    return labelled.judged(verdicts(labelled.series)[0])


def _report(corpus: dict[str, Judged]) -> None:
    print(f"{'':<54}   windows    false  standard    low FP")
    for name, series in corpus.items():
        _line(name, lambda profile, series=series: outcome(series, series.scores >= ALARM, profile))
    for category in sorted({name.split("/")[0] for name in corpus}):
        chosen = {name: series for name, series in corpus.items() if name.startswith(f"{category}/")}
        _line(f"{category}, {len(chosen)} series", lambda profile, chosen=chosen: at_threshold(chosen, ALARM, profile))
    _line(f"all, at the shipped alarm {ALARM}", lambda profile: at_threshold(corpus, ALARM, profile))
    for profile in (STANDARD, LOW_FALSE):
        best = best_threshold(corpus, profile)
        _line(f"all, best threshold for {profile.name} {best:.3f}", lambda p, best=best: at_threshold(corpus, best, p))


def _line(name: str, scored: Callable[..., Outcome]) -> None:
    standard, low = scored(STANDARD), scored(LOW_FALSE)
    figures = "" if np.isnan(standard.scaled()) else f"{standard.scaled():>10.1f}{low.scaled():>10.1f}"
    print(f"{name:<54}{standard.found:>4} of {standard.windows:>2}{standard.false:>9}{figures}")


if __name__ == "__main__":
    sys.exit(main())

"""All seeds, families and draws of one run."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from models.served import Served
from tests.evaluation.cases import Case, draw_case, situations
from tests.evaluation.history import History, draw_history
from tests.evaluation.judging import Clean, Court, Say, fingerprint, judged, replayed, stems_of, trained
from tests.evaluation.report import CleanWeek
from tests.evaluation.scene import NotStageable
from tests.evaluation.scoring import Result, score
from tests.evaluation.world import draw_world


@dataclass(frozen=True, slots=True)
class Options:
    """What is to be judged."""

    seeds: tuple[int, ...]
    families: tuple[str, ...]
    draws: int
    days: int
    clean_days: int
    registry: Path | None  # of trained models; None: train for each seed
    keep: Path | None
    only: str = ""  # situations whose name contains this


@dataclass(slots=True)
class Found:
    """What a run brought."""

    results: list[Result] = field(default_factory=list)
    weeks: list[CleanWeek] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def judge(options: Options, say: Say) -> Iterator[Found]:
    """One seed after the other; what has been found so far, after each."""
    found = Found()
    for seed in options.seeds:
        history = draw_history(draw_world(seed, options.days), options.clean_days)
        say(f"seed {seed}: {len(history.messages):,} messages")
        with _folder(options.keep) as folder:
            court = Court(history, stems_of(options.families), folder, _saying(seed, say))
            _seed(court, options, found)
        yield found


def _saying(seed: int, say: Say) -> Say:
    return lambda text: say(f"seed {seed}: {text}")


def drawn(history: History, options: Options, found: Found) -> Iterator[tuple[int, Case]]:
    """Every case of a history with the number of its draw."""
    for family, situation in situations(options.families):
        if options.only.lower() not in situation.name.lower():
            continue
        for draw in range(options.draws):
            try:
                yield draw, draw_case(history, family, situation, draw)
            except NotStageable as error:
                found.skipped.append(f"{situation.name}, seed {history.world.seed}: {error}")


def _seed(court: Court, options: Options, found: Found) -> None:
    seed, cases = court.history.world.seed, list(drawn(court.history, options, found))
    where = options.registry or trained(court, court.folder / f"seed-{seed}-{options.days}d-{fingerprint()}")
    served = court.served(where)
    states, clean = _states(court, options, served, sorted({case.begin for _, case in cases}))
    found.weeks.append(_week(seed, clean, court.stems))
    for place, (draw, case) in enumerate(cases):
        result = score(case.truth, judged(court, served, case, states[case.begin]), seed, draw)
        found.results.append(result)
        mark = "right" if result.is_right else "WRONG"
        court.say(
            f"{place + 1}/{len(cases)} {mark} {result.expect} {result.situation}: {'; '.join(result.told) or '-'}"
        )


def _states(court: Court, options: Options, served: list[Served], moments: list[int]) -> tuple[dict[int, bytes], Clean]:
    """From the kept folder where it fits these models and this code."""
    identity = "-".join([fingerprint(), *(one.identity.sha256[:6] for one in served)])
    path = court.folder / f"states-{court.history.world.seed}-{options.days}d-{options.clean_days}-{identity}.msgpack"
    if path.is_file():
        states, clean = msgspec.msgpack.decode(path.read_bytes(), type=tuple[dict[int, bytes], Clean])
        if set(moments) <= states.keys():
            return states, clean
    states, clean = replayed(court, served, moments)
    if options.keep:
        path.write_bytes(msgspec.msgpack.encode((states, clean)))
    return states, clean


def _week(seed: int, clean: Clean, stems: Sequence[str]) -> CleanWeek:
    opened = [one for one in clean.verdicts if one.status == "opened"]
    counts = Counter(one.scenario for one in opened)
    told = tuple(f"{one.scenario} {'/'.join(one.entity)} {one.direction} {one.at}" for one in opened)
    return CleanWeek(seed, clean.messages, {stem: counts[stem] for stem in stems}, told)


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="cqshop-judge-") as name:
        yield Path(name)

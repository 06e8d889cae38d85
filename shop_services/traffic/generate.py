"""Writes a log of the shop's topics over days, and the truth beside it."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import IO, Any

import msgspec

from shop_services.chassis.inprocess import InProcessShop
from shop_services.contracts.envelope import encode, key
from shop_services.contracts.times import milliseconds
from shop_services.traffic.casting import Cast, placed
from shop_services.traffic.curve import DAY, UNREST
from shop_services.traffic.faults import Delivery, Faults
from shop_services.traffic.inprocess import InProcessDriver
from shop_services.traffic.script import Stage
from shop_services.traffic.timeline import Timeline
from shop_services.traffic.truth import truth_line, write_truth
from shop_services.traffic.world import World, found, founding, ordinary_life

PROGRESS_EVERY = 5_000
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be generated. `per_day`: incidents a day (None: each variant of the cast once); `growth`: per day;
    `unrest`: variance of the demand's swings."""

    days: float
    seed: int
    start: datetime
    cast: Cast = field(default_factory=list)
    per_day: float | None = None
    faults: Faults = field(default_factory=Faults)
    growth: float = 0.0
    unrest: float = UNREST


@dataclass(slots=True)
class Generation:
    """One run of the simulation in-process: iterate `deliveries`, then ask for the `truth`."""

    world: World
    stages: list[Stage]
    driver: InProcessDriver

    @classmethod
    def of(cls, wish: Wish) -> Generation:
        """Draw everything that the seed decides."""
        begin = wish.start.timestamp()
        world = found(wish.seed, begin, begin + wish.days * DAY, wish.growth, wish.unrest)
        shop = InProcessShop(wish.seed)
        driver = InProcessDriver(world, shop, wish.faults, Random(wish.seed))
        return cls(world, placed(world, wish.cast, wish.per_day), driver)

    def deliveries(self) -> Iterator[Delivery]:
        """Every message in order of arrival."""
        actors = founding(self.world) + ordinary_life(self.world)
        actors += [stage.actor() for stage in self.stages]
        return self.driver.deliveries(Timeline(actors))

    def truth(self) -> list[dict[str, Any]]:
        """The incidents that came to pass; complete once all deliveries were taken."""
        lines = (truth_line(stage.incident, self.world.identities) for stage in self.stages)
        return [line for line in lines if line is not None]


def write_log(generation: Generation, path: Path, tell: Callable[[int, float], None]) -> int:
    """Write the log and its truth; `tell(messages, share)` hears of the progress. Gives the number of messages.

    A log that cannot be finished is removed: half of one looks like a whole one. Raises OSError.
    """
    begin, span = generation.world.begin, generation.world.end - generation.world.begin
    path.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with _whole(path) as file:
        for written, delivery in enumerate(generation.deliveries(), start=1):
            file.write(line(delivery))
            if written % PROGRESS_EVERY == 0:
                arrived = datetime.fromisoformat(delivery.arrived).timestamp()
                tell(written, min((arrived - begin) / span, 1.0))
    _write_truths(generation.truth(), path)
    return written


def line(delivery: Delivery) -> bytes:
    """One line of a log: topic, key, value, and when it arrived if that was not at once."""
    envelope = delivery.envelope
    fields: dict[str, Any] = {
        "topic": delivery.topic,
        "key": key(envelope).decode(),
        "value": msgspec.Raw(encode(envelope)),
    }
    if delivery.is_faulty:
        fields["arrived"] = milliseconds(datetime.fromisoformat(delivery.arrived))
    return _encode(fields) + b"\n"


def beside(path: Path, kind: str) -> Path:
    """`LOG.truth.jsonl` beside `LOG.jsonl` or `LOG.jsonl.gz`."""
    return path.with_name(f"{path.name.removesuffix('.gz').removesuffix('.jsonl')}.{kind}.jsonl")


def _write_truths(lines: list[dict[str, Any]], path: Path) -> None:
    write_truth(beside(path, "truth"), [line for line in lines if "innocent" not in line])
    twins = [line for line in lines if "innocent" in line]
    if twins:
        write_truth(beside(path, "twins"), twins)


@contextmanager
def _whole(path: Path) -> Iterator[IO[bytes] | gzip.GzipFile]:
    """The file to write, which goes again when its writing fails or is interrupted."""
    try:
        with _opened(path) as file:
            yield file
    except BaseException:
        if path.is_file():
            path.unlink()
        raise


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes] | gzip.GzipFile]:
    if path.suffix != ".gz":
        with path.open("wb") as file:
            yield file
        return
    # Without a name and a time in its head, the same seed gives the same bytes.
    with path.open("wb") as file, gzip.GzipFile("", "wb", 3, file, mtime=0) as packed:
        yield packed

"""`replay`: recorded logs through the production brain."""

import gc
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated

import msgspec
import typer

from models import conformance
from models.calendar import Calendar, read_calendar
from models.cli.options import DEFAULT_REGISTRY, RegistryOption, chosen, counter, moment, say
from models.errors import LogRefused, StateRefused
from models.recording import Recording
from models.registry import Registry
from models.replay import Replay
from models.served import Served, load_served
from models.whole_file import write_whole
from shop_services.contracts.envelope import Envelope, encode
from shop_services.contracts.times import rfc3339


def replay(
    logs: Annotated[list[Path], typer.Argument(help="Logs or folders of them in order of time.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the AnomalyDetected events go, one a line.")],
    registry: RegistryOption = DEFAULT_REGISTRY,
    only: Annotated[list[str] | None, typer.Option("--only", help="Replay this scenario alone; repeatable.")] = None,
    save_state: Annotated[Path | None, typer.Option(help="Keep the state after the last record here.")] = None,
    load_state: Annotated[Path | None, typer.Option(help="Go on from a state kept before.")] = None,
    report_from: Annotated[str, typer.Option(help="Write only what is detected from this time on, RFC 3339.")] = "",
    calendar: Annotated[Path | None, typer.Option(help='JSON with {"closed_days": ["2026-03-24"]}.')] = None,
) -> None:
    """Judge recorded logs as the worker would have, and write the events it would have published."""
    started = time.monotonic()
    gc.set_threshold(50_000, 20, 20)  # a memory's state lasts: looking through it for cycles is time lost
    begin = moment("--report-from", report_from)
    since = rfc3339(begin) if begin else ""  # as event times are written: texts compare as times do
    brain = Replay(_judges(registry, only or []), read_calendar(calendar) if calendar else Calendar())
    recording = Recording(logs, counter("records replayed"))
    if load_state:
        brain.load(_read(load_state), recording)
    told = _write(output, (event for event in brain.events(recording) if event.time >= since))
    if save_state:
        write_whole(save_state, brain.save(recording))
    _summary(recording, told, time.monotonic() - started)


def _judges(registry: Path, only: list[str]) -> list[Served]:
    """The scenarios with their models, and the conformance of commands."""
    stem = conformance.SPEC.stem
    judges = load_served(Registry(registry), chosen([name for name in only if name != stem])) if only != [stem] else []
    return [*judges, conformance.judge()] if not only or stem in only else judges


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise StateRefused(f"{path} cannot be read ({error.strerror}); replay from the start") from error


def _write(path: Path, events: Iterable[Envelope]) -> Counter[str]:
    """Write the events as they come; how many of each scenario and status."""
    told: Counter[str] = Counter()
    with _opened(path) as stream:
        for event in events:
            raw = encode(event)
            stream.write(raw + b"\n")
            told[_what(event)] += 1
    return told


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    try:
        with path.open("wb") as stream:
            yield stream
    except OSError as error:
        raise LogRefused(f"{path} cannot be written ({error.strerror}); choose another place with -o") from error


def _what(event: Envelope) -> str:
    data = msgspec.json.decode(event.data)
    return f"{data['scenario']} {data['status']}"


def _summary(recording: Recording, told: Counter[str], seconds: float) -> None:
    say(f"{recording.records:,} records in {seconds:.1f} s, {recording.records / seconds:,.0f}/s")
    for reason, count in sorted(recording.refused.items()):
        say(f"{count:>8} records refused: {reason}")
    if recording.unknown:
        say(f"{recording.unknown:>8} records of unknown types skipped")
    if recording.written_twice:
        say(f"{recording.written_twice:>8} records of events that were written twice skipped")
    for what, count in sorted(told.items()):
        say(f"{count:>8} {what}")

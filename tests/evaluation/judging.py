"""One seed: train on its clean days, replay them, then let the production brain judge every continuation."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

from models.calendar import Calendar
from models.recording import Recording
from models.registry import Registry
from models.replay import Replay
from models.scenarios.discovery import scenarios
from models.served import Served, load_served
from tests.evaluation.cases import Case
from tests.evaluation.delivery import delivered
from tests.evaluation.history import History
from tests.evaluation.messages import Messages
from tests.evaluation.scoring import Verdict, read
from tests.evaluation.spans import DAY
from tests.evaluation.truth import FAMILIES, VOLUME
from tests.evaluation.wire import Writer, write

Say = Callable[[str], None]
CODE = Path(__file__).parents[2] / "models"


@dataclass(slots=True)
class Clean:
    """What the monitor said in the clean week."""

    verdicts: list[Verdict] = field(default_factory=list)
    messages: int = 0


@dataclass(frozen=True, slots=True)
class Court:
    """A seed's history and where files go."""

    history: History
    stems: tuple[str, ...]  # scenarios that are replayed
    folder: Path
    say: Say

    @property
    def writer(self) -> Writer:
        """Writes this shop's logs."""
        return Writer(self.history.world.seed, self.history.world.habits.names_user)

    def log(self, messages: Messages, name: str) -> Path:
        """A log file; the caller deletes it."""
        path = self.folder / f"{name}.jsonl"
        write(path, delivered(self.history.world, messages), self.writer)
        return path

    def served(self, registry: Path) -> list[Served]:
        """The scenarios with their models."""
        return load_served(Registry(registry), [scenarios()[stem] for stem in self.stems])


def stems_of(families: Sequence[str]) -> tuple[str, ...]:
    """Scenarios to replay: the families' own; of the two volume families always both."""
    wanted = {*families, *(VOLUME if set(families) & set(VOLUME) else ())}
    return tuple(stem for stem in FAMILIES if stem in wanted)


def trained(court: Court, registry: Path) -> Path:
    """Fit and promote what the registry lacks."""
    from models.training.course import fit  # imported here: the training libraries take seconds to load
    from models.training.log import read_log

    held = Registry(registry)
    lacking = [stem for stem in court.stems if held.promoted_version(stem) is None]
    if lacking:
        path = court.log(_training(court.history), "training")
        log = read_log([path])
        path.unlink()
        for stem in lacking:
            court.say(f"training {stem} on {len(log):,} messages")
            held.promote(stem, fit(stem, log, held, 0, datetime.now(UTC), lambda _: None))
    return registry


def replayed(court: Court, served: list[Served], moments: Sequence[int]) -> tuple[dict[int, bytes], Clean]:
    """States at each of the moments, and what was said in the clean week; the week is cut at the moments."""
    world = court.history.world
    last = int(court.history.messages.time.max()) + 1
    end = world.trained_until + (last - world.trained_until + DAY - 1) // DAY * DAY
    path = court.log(_training(court.history), "training")
    court.say("replaying the training days")
    state, _ = run(served, path, b"")
    states, clean = {world.trained_until: state}, Clean()
    for begin, until in _pieces(world.trained_until, end, moments):
        states[begin] = state
        messages = court.history.between(begin, until)
        court.say(f"replaying the clean week, {len(messages):,} messages")
        if len(messages):
            state, verdicts = run(served, court.log(messages, "clean"), state)
            clean.verdicts += verdicts
            clean.messages += len(messages)
    return states, clean


def judged(court: Court, served: list[Served], case: Case, state: bytes) -> list[Verdict]:
    """What the monitor says about a case."""
    calendar = Calendar(frozenset(date.fromisoformat(day) for day in case.truth.closed_days))
    return run(served, court.log(case.messages, "case"), state, calendar)[1]


def run(
    served: list[Served], path: Path, state: bytes, calendar: Calendar | None = None
) -> tuple[bytes, list[Verdict]]:
    """The production brain over a log, deleted then, from a state on (empty: from nothing); the new state too."""
    recording, brain = Recording([path]), Replay(served, calendar or Calendar())
    if state:
        brain.load(state, recording)
    verdicts = read(brain.events(recording))
    path.unlink()
    return brain.save(recording), verdicts


def fingerprint(folder: Path = CODE) -> str:
    """Of the brain's source: what was trained or saved by another may not fit."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()[:12]


def _training(history: History) -> Messages:
    return history.between(history.world.start, history.world.trained_until)


def _pieces(begin: int, end: int, moments: Sequence[int]) -> Iterator[tuple[int, int]]:
    cuts = [begin, *sorted({moment for moment in moments if begin < moment < end}), end]
    yield from pairwise(cuts)

"""The first stage: batches of shop records become reports, and silence becomes a heartbeat.

There is a report for every scenario and source; those of one turn go out together, in one record a scenario.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise, starmap
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.clock import Clock
from models.columns import Columns, kinds
from models.combiner import Combiner, count_together, new_slots
from models.decode import Decoded
from models.facts import Facts
from models.parts import Counts, places
from models.repeats import Repeats, events_of
from models.report import Report
from models.spec import Scenario
from models.synthetic import CARRIER, real
from stream_app.dead_letters import DeadLetter, to_records
from stream_app.metrics import Metrics
from stream_app.report_records import in_pieces, records
from stream_app.sending import Outgoing, Sender
from stream_app.turn import Slice, Turn


class Reading(NamedTuple):
    """How far a source partition has been read."""

    source: str
    caught_up: bool  # everything is read that was there ...
    as_of: int = 0  # ... at this time by our clock, ms; 0: now


class Counting:
    """Folds slices into reports. Holds one combiner a scenario and source, for the open segment only."""

    def __init__(self, scenarios: Sequence[Scenario], clock: Clock, sender: Sender, metrics: Metrics) -> None:
        self.blind_until = 0  # see `stream_app.sight`
        self.logs: dict[str, str] = {}  # id of the log behind each topic's name, as of the last rebalance
        self._scenarios = scenarios
        self._slots = [new_slots() for _ in scenarios]
        self._counted = cache(lambda topic, kind: metrics.events.labels(topic, kinds()[kind].name))  # looking up costs
        self._clock = clock
        self._sender = sender
        self._metrics = metrics
        self._combiners: dict[str, list[Combiner]] = {}
        self._timely: dict[str, int] = {}  # by source: see `_timely_until`
        self._repeats = Repeats()
        self._gaps: set[str] = set()  # sources of which records are gone, until the next one comes
        self._unseen_until = 0  # event time up to which they may have been, ms
        # Of the turn in hand, by source, last offset, stem and piece: a failed send is repeated with it, however often,
        # and what comes again with the turn, already counted and so without facts, adds nothing.
        self._unsent: dict[tuple[str, int, str, int], Report] = {}
        self._in_hand: set[str] = set()  # the sources of that turn

    async def take(self, *slices: Slice) -> None:
        """Count slices and publish what changed; returns when the broker has acknowledged it."""
        turn = Turn(slices, self._clock.now_ms())
        self._in_hand |= turn.sources
        decoded = turn.decode()
        letters = [turn.letter(refusal) for refusal in decoded.refused]
        self._absorb(turn, decoded.columns)
        await self._sender.send([*to_records(letters), *self._to_tell()])
        self._unsent.clear()
        self._in_hand.clear()
        self._measure(turn, decoded, letters)

    async def beat(self, readings: Iterable[Reading]) -> None:
        """Report how far every source has been read, news or not.

        All but those whose batches are in hand: no position must be told before what was counted up to there.
        """
        now = self._clock.now_ms()
        told: dict[str, list[Report]] = defaultdict(list)
        for source, caught_up, as_of in (reading for reading in readings if reading.source not in self._in_hand):
            for combiner in self._of(source):
                clock = (as_of or now) if caught_up else now
                report = combiner.report(caught_up=caught_up, clock=clock, blind_until=self._blind_until())
                told[combiner.scenario.SPEC.stem].append(report)
        await self._sender.send([record for stem, reports in told.items() for record in records(stem, reports)])

    def forget(self, sources: Iterable[str]) -> None:
        """Drop what was counted of sources that go to another worker or are read again from their segment's start."""
        gone = set(sources)
        for source in gone:
            for combiner in self._combiners.pop(source, ()):
                combiner.drop()
            self._timely.pop(source, None)
            self._repeats.forget(source)
        self._unsent = {name: report for name, report in self._unsent.items() if name[0] not in gone}
        self._in_hand -= gone

    def miss(self, source: str) -> None:
        """Records of the source are gone: up to the next that is there, silence is not known to be silence."""
        self._gaps.add(source)

    def _blind_until(self) -> int:
        return max(self.blind_until, self._unseen_until)

    def _of(self, source: str) -> list[Combiner]:
        held = self._combiners.get(source)
        if held is None:
            log = self.logs.get(source.rpartition("/")[0], "")
            pairs = zip(self._scenarios, self._slots, strict=True)
            held = [Combiner(scenario, source, log=log, slots=slots) for scenario, slots in pairs]
            self._combiners[source] = held
        return held

    def _absorb(self, turn: Turn, columns: Columns) -> None:
        """Everything is counted before a combiner changes: what fails here has changed nothing."""
        columns = columns.where(self._is_news(turn, columns))
        columns = columns.where(self._is_first(turn, columns))
        meant = real(columns)
        counts = [
            Counts.of(scenario, columns if scenario.SPEC.stem == CARRIER else meant, turn)
            for scenario in self._scenarios
        ]
        self._end_gaps(turn, columns)
        timely = None if turn.now else [self._timely_until(turn, number, columns) for number in range(len(turn.parts))]
        for wave in turn.waves():
            for number, counted in enumerate(counts):
                combiners = [self._of(turn.source_of(part))[number] for part in wave]
                self._take(turn, wave, combiners, counted, timely)

    def _take(
        self,
        turn: Turn,
        wave: Sequence[int],
        combiners: Sequence[Combiner],
        counts: Counts,
        timely: Sequence[int] | None,
    ) -> None:
        """Add parts of a turn to what their combiners hold, and keep what is to be told of them."""
        before = [combiner.seen_until for combiner in combiners]
        for part, combiner in zip(wave, combiners, strict=True):
            combiner.move(turn.parts[part].last_offset, counts.seen_until[part])
            if timely is not None:
                combiner.seen_until = min(combiner.seen_until, timely[part])
        changed = count_together(combiners, *counts.among(wave))
        for part, combiner, facts, seen_until in zip(wave, combiners, changed, before, strict=True):
            self._keep(turn, part, combiner, facts, seen_until)

    def _keep(self, turn: Turn, number: int, combiner: Combiner, facts: Facts, seen_until: int) -> None:
        part, slice_ = turn.parts[number], turn.slice_of(number)
        is_complete = slice_.caught_up and part.is_last
        clock = (slice_.as_of or turn.now) if is_complete else turn.now
        report = combiner.report(facts, caught_up=is_complete, clock=clock, blind_until=self._blind_until())
        for number, piece in enumerate(in_pieces(report, seen_until)):
            self._unsent.setdefault((report.source, part.last_offset, combiner.scenario.SPEC.stem, number), piece)

    def _to_tell(self) -> list[Outgoing]:
        """What is kept of the turn in hand, as few records as go."""
        told: dict[str, list[Report]] = defaultdict(list)
        for (_, _, stem, _), report in self._unsent.items():
            told[stem].append(report)
        return [record for stem, reports in told.items() for record in records(stem, reports)]

    def _is_news(self, turn: Turn, columns: Columns) -> NDArray[np.bool_]:
        """(n,) bool: rows behind what was counted before, in an earlier turn or in this one."""
        known: dict[str, int] = {}
        limits = []
        for number, part in enumerate(turn.parts):
            source = turn.source_of(number)
            limits.append(known.get(source, self._of(source)[0].last_offset))
            known[source] = max(limits[-1], part.last_offset)
        return turn.offsets[columns.offset] > np.array(limits, np.int64)[places(columns.offset, turn.parts)]

    def _is_first(self, turn: Turn, columns: Columns) -> NDArray[np.bool_]:
        """(n,) bool: all but the second records of events that were written twice."""
        events, offsets = events_of(columns), turn.offsets[columns.offset]
        bounds = np.searchsorted(columns.offset, [0, *(part.end for part in turn.parts)]).tolist()
        parts = enumerate(starmap(slice, pairwise(bounds)))
        mask = np.concatenate(
            [self._repeats.is_first(turn.source_of(number), events[rows], offsets[rows]) for number, rows in parts]
        )
        self._metrics.skipped.labels("written_twice").inc(int(np.count_nonzero(~mask)))
        return mask

    def _end_gaps(self, turn: Turn, columns: Columns) -> None:
        """The first event behind a gap says up to when nothing is known."""
        if not self._gaps:
            return
        firsts = np.unique(places(columns.offset, turn.parts), return_index=True)
        for number, row in zip(*(each.tolist() for each in firsts), strict=True):
            source = turn.source_of(number)
            if source in self._gaps:
                self._gaps.remove(source)
                self._unseen_until = max(self._unseen_until, int(columns.time[row]))

    def _timely_until(self, turn: Turn, number: int, columns: Columns) -> int:
        """Where the log is the clock: the latest time of the source's records that came at their own time. Only they
        move it: one that came late may be by a wrong clock too.
        """
        part, source = turn.parts[number], turn.source_of(number)
        rows = slice(*np.searchsorted(columns.offset, (part.start, part.end)).tolist())
        own = columns.time[rows][turn.arrivals[columns.offset[rows]] == 0]
        self._timely[source] = max(self._timely.get(source, 0), int(own.max(initial=0)))
        return self._timely[source]

    def _measure(self, turn: Turn, decoded: Decoded, letters: Sequence[DeadLetter]) -> None:
        meant = real(decoded.columns)
        found, events = np.unique(places(meant.offset, turn.parts) * len(kinds()) + meant.kind, return_counts=True)
        for code, n in zip(found.tolist(), events.tolist(), strict=True):
            part, kind = divmod(code, len(kinds()))
            self._counted(turn.slice_of(part).topic, kind).inc(n)
        for letter in letters:
            self._metrics.dead_letters.labels(letter.topic, letter.reason).inc()
        self._metrics.skipped.labels("unknown_type").inc(decoded.unknown)
        self._metrics.skipped.labels("synthetic").inc(len(decoded.columns) - len(meant))
        self._metrics.batches.labels("intake").inc(len(turn.slices))

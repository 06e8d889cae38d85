"""The memory of `conformance`: facts in, a row for every pair and settled minute out."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np

from models.conformance import durations
from models.conformance.linking import MINUTE, Tag
from models.conformance.pairs import pairs
from models.conformance.requests import KEEP_MS, Answer, Command, Given, Requests, Settled
from models.conformance.rule import BOUNDARY
from models.conformance.usual import SPAN, Usual
from models.conformance.words import Seen, finding
from models.entity import Entity
from models.facts import EntityKind, Facts, Int64s
from models.finding import Finding, Reading
from models.rounds import Rounds
from models.rows import Rows
from models.scenarios.pending import Fact, Pending
from models.spec import Announced, Scoring, Warmth, round_by_round

WINDOWS = (10, 60)  # minutes; the longer one is for what is asked seldom
RECORDS = 5  # of a minute kept as evidence
SHOWN = 20


class _Saved(msgspec.Struct):
    usual: list[Usual]
    open: dict[int, Command]
    given: dict[int, Given]
    overdue: dict[int, Command]
    dropped: int
    blind_until: int
    strange: list[int]


@dataclass(slots=True)
class ConformanceMemory:
    """State of all pairs. A minute is judged when everything asked in it was answered or given up."""

    pending: Pending = field(default_factory=Pending)
    requests: Requests = field(default_factory=Requests)
    usual: list[Usual] = field(default_factory=lambda: [Usual() for _ in pairs()])
    blind_until: int = 0  # event time, ms
    strange: list[int] = field(default_factory=lambda: [0] * len(pairs()))  # number of the newest strange minute

    def absorb(self, source: str, delta: Facts) -> None:
        """Queue increments of one source partition."""
        self.pending.add(source, delta)

    def doubt(self, until: int) -> None:
        """What was asked up to then may have been answered unseen."""
        if until > self.blind_until:
            self.blind_until = until
            self.requests.drop_open(until)

    def rows(self, watermark: int) -> Rows | None:
        """The minutes that are settled at the watermark, of pairs with unanswered commands about them."""
        for fact in self.pending.drain():
            self._take(fact)
        if not watermark:
            return None
        settled = [(watermark - usual.allowance) // MINUTE for usual in self.usual]
        due: list[tuple[int, Seen]] = []
        if any(number > usual.judged for number, usual in zip(settled, self.usual, strict=True)):
            self._give_up(settled)
            due = [seen for code, number in enumerate(settled) for seen in self._minutes(code, number)]
        return _rows(due) if due else None

    def rows_of(self, rounds: Rounds) -> tuple[Rows, Int64s] | None:
        """The same of many rounds."""
        return round_by_round(self, rounds)

    def _take(self, fact: Fact) -> None:
        if fact.tag == Tag.ASKED:
            loose = fact.amount // fact.n
            answer = self.requests.ask(
                fact.key, Command(fact.entity, fact.time, loose, (fact.source, fact.offset, fact.event_id))
            )
        elif fact.tag == Tag.ANSWERED:
            answer = self.requests.answer(fact.key, fact.time)
        else:
            answer = self.requests.answer_loosely(fact.key, fact.entity, fact.amount // fact.n, fact.time)
        if answer is not None:
            self._settle(answer)

    def _settle(self, answer: Answer) -> None:
        usual, command = self.usual[answer.command.pair], answer.command
        usual.ambiguous += answer.is_ambiguous
        usual.late += answer.settled is Settled.LATE
        minute = usual.minute(command.asked // MINUTE)
        if minute is None:
            return
        if answer.settled is Settled.LATE:
            usual.lost -= min(minute.unanswered, 1)
            minute.unanswered -= min(minute.unanswered, 1)
        else:
            minute.asked += 1
        minute.durations.append(durations.bucket(answer.time - command.asked))

    def _give_up(self, settled: Sequence[int]) -> None:
        """What was asked in minutes that are settled now and has no answer; by minutes, whenever it is looked at."""
        held = self.requests.open.items()
        for key in [key for key, command in held if command.asked // MINUTE < settled[command.pair]]:
            command = self.requests.give_up(key)
            if command.asked > self.blind_until:
                self._unanswered(command)

    def _unanswered(self, command: Command) -> None:
        usual = self.usual[command.pair]
        usual.overdue += usual.is_known
        minute = usual.minute(command.asked // MINUTE)
        if minute is not None:
            minute.asked += 1
            minute.unanswered += 1
            usual.lost += 1
            minute.records = [*minute.records, command.record][-RECORDS:]

    def _minutes(self, code: int, settled: int) -> Iterable[tuple[int, Seen]]:
        """A pair's minutes up to number `settled` that were not judged yet, each with what is seen in it."""
        usual = self.usual[code]
        if not usual.judged:
            usual.judged = max(settled, 0)
        while usual.judged < settled:
            seen = self._look(code, usual.judged)
            if seen is not None:
                yield usual.judged, seen
            usual.judged += 1
            usual.learn(usual.judged - SPAN, strange=usual.judged - self.strange[code] <= 2 * SPAN)

    def _look(self, code: int, number: int) -> Seen | None:
        usual = self.usual[code]
        if not usual.lost or not usual.is_known:
            return None
        held = usual.windows(number, WINDOWS)
        odds = [usual.surprise(*counts, pairs()[code].tolerated) for counts in held]
        best = odds.index(max(odds))
        (unanswered, asked), length = held[best], WINDOWS[best]
        if odds[best] >= BOUNDARY:
            self.strange[code] = number
        counts = tuple(float(count) for pair in held for count in pair)
        values = (*counts, usual.share, odds[best])
        records = self._records(usual, number, length)
        pair = pairs()[code]
        upper = usual.material(pair.tolerated) * asked
        return Seen(pair, length, unanswered, asked, usual.share, upper, usual.allowance, values, records)

    def _records(self, usual: Usual, last: int, length: int) -> tuple[tuple[str, int, str], ...]:
        numbers = sorted(number for number in usual.minutes if last - length < number <= last)
        return tuple(record for number in numbers for record in usual.minutes[number].records)[-SHOWN:]

    def judged_until(self, watermark: int) -> int:
        """All of it is judged at once."""
        return watermark

    def explain(self, rows: Rows, index: int, score: float) -> Finding:
        """The row in words and figures."""
        return finding(rows.context[index])

    def readings(self, rows: Rows) -> Iterable[Reading]:
        """No curves."""
        return ()

    def announce(self, windows: Sequence[Announced], closed: Sequence[Announced]) -> None:
        """Rows of announced times are muted; commands are answered in them as ever."""

    def readiness(self, watermark: int) -> Warmth:
        """Ready once the answers to some command are known."""
        if any(usual.is_known for usual in self.usual):
            return Warmth()
        return Warmth("warming", "no command has been answered often enough to know how long it takes")

    def forget(self, before: int) -> int:
        """Drop what is older than its horizon."""
        self.requests.forget(before - KEEP_MS)
        return 0

    def save(self) -> bytes:
        """Everything, as MessagePack; what is queued is taken in first."""
        for fact in self.pending.drain():
            self._take(fact)
        held = self.requests
        return msgspec.msgpack.encode(
            _Saved(self.usual, held.open, held.given, held.overdue, held.dropped, self.blind_until, self.strange)
        )

    def load(self, raw: bytes) -> None:
        """Take up where `save` left off."""
        saved = msgspec.msgpack.decode(raw, type=_Saved)
        given, overdue = OrderedDict(saved.given), OrderedDict(saved.overdue)
        self.requests = Requests(OrderedDict(saved.open), given, overdue, saved.dropped).restored()
        self.usual, self.blind_until, self.strange = saved.usual, saved.blind_until, saved.strange


def new_memory(model: Scoring | None, extras: dict[str, Any]) -> ConformanceMemory:
    """An empty memory."""
    return ConformanceMemory()


def _rows(due: Sequence[tuple[int, Seen]]) -> Rows:
    ends = np.array([(number + 1) * MINUTE for number, _ in due], np.int64)
    return Rows(
        entities=[Entity(EntityKind.EVENT_TYPE, seen.pair.command) for _, seen in due],
        values=np.array([seen.values for _, seen in due], np.float32),
        start=ends - np.array([seen.minutes for _, seen in due]) * MINUTE,
        end=ends,
        context=[seen for _, seen in due],
    )

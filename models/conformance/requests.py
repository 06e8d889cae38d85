"""Who waits for whom: commands without an answer yet, and answers whose command has not been heard of. Bounded."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple

import msgspec

MOST = 50_000  # of open commands, of remembered answers, of unanswered commands each
KEEP_MS = 15 * 60_000  # so long a double or a late answer is known for what it is


class Command(msgspec.Struct, array_like=True, gc=False):
    """A command that was asked."""

    pair: int
    asked: int  # event time, ms
    loose: int
    record: tuple[str, int, str]  # source, offset, event id


class Given(msgspec.Struct, array_like=True, gc=False):
    """An answer by the id of what it answers."""

    time: int
    is_matched: bool


class Settled(Enum):
    """What became of a command."""

    ANSWERED = "answered"
    LATE = "late"  # answered after it had been given up


class Answer(NamedTuple):
    """A command and its answer."""

    command: Command
    time: int
    settled: Settled
    is_ambiguous: bool = False  # others could have been meant


@dataclass(slots=True)
class Requests:
    """The books of all pairs. Keys are fingerprints of commands' ids, in order of arrival.

    A plain dict looks for its oldest key past all those that were removed before it: at the bounds, a hundred times the
    work of everything else here.
    """

    open: OrderedDict[int, Command] = field(default_factory=OrderedDict)
    given: OrderedDict[int, Given] = field(default_factory=OrderedDict)
    overdue: OrderedDict[int, Command] = field(default_factory=OrderedDict)
    dropped: int = 0  # commands and answers that exceeded the bounds
    _loose: dict[tuple[int, int], deque[int]] = field(default_factory=dict)  # keys of open commands by pair and tie
    # the time of the newest answer that met no command
    _early: OrderedDict[tuple[int, int], int] = field(default_factory=OrderedDict)

    def ask(self, key: int, command: Command) -> Answer | None:
        """A command; its answer when that came first. The same command again changes nothing."""
        given = self.given.get(key)
        if key in self.open or key in self.overdue or (given is not None and given.is_matched):
            return None
        early = self._early.get((command.pair, command.loose), -1) if given is None and command.loose else -1
        if given is not None or early >= command.asked:
            self._early.pop((command.pair, command.loose), None)
            time = early if given is None else given.time
            self._remember(key, time, True)
            return Answer(command, time, Settled.ANSWERED)
        self._open(key, command)
        return None

    def answer(self, key: int, time: int) -> Answer | None:
        """An answer by its command's id; None when it was given before, or its command is still to come."""
        given = self.given.get(key)
        if given is not None and given.is_matched:
            return None
        late = self.overdue.pop(key, None)
        command = self._close(key) if late is None else late
        self._remember(key, time, command is not None)
        if command is None:
            return None
        return Answer(command, time, Settled.ANSWERED if late is None else Settled.LATE)

    def answer_loosely(self, own: int, pair: int, loose: int, time: int) -> Answer | None:
        """An answer that does not name its command: the oldest open one with the same tie is meant."""
        if own in self.given:
            return None
        self._remember(own, time, True)
        waiting = self._loose.get((pair, loose))
        if not waiting:
            self._early[pair, loose] = time
            self._bound(self._early)
            return None
        is_ambiguous = len(waiting) > 1
        key = waiting[0]
        command = self._close(key)
        assert command is not None
        self._remember(key, time, True)
        return Answer(command, time, Settled.ANSWERED, is_ambiguous)

    def give_up(self, key: int) -> Command:
        """The command's time is over; an answer may still come late."""
        command = self._close(key)
        assert command is not None
        self.overdue[key] = command
        self._bound(self.overdue)
        return command

    def forget(self, before: int) -> None:
        """Drop what nobody asks for any more: everything of before `before` (event time, ms) but open commands."""
        self.given = OrderedDict((key, given) for key, given in self.given.items() if given.time >= before)
        self.overdue = OrderedDict((key, command) for key, command in self.overdue.items() if command.asked >= before)
        self._early = OrderedDict((tie, time) for tie, time in self._early.items() if time >= before)

    def drop_open(self, until: int) -> None:
        """Commands asked up to `until` (event time, ms) are not waited for any more."""
        for key in [key for key, command in self.open.items() if command.asked <= until]:
            self._close(key)

    def _open(self, key: int, command: Command) -> None:
        self.open[key] = command
        if command.loose:
            self._loose.setdefault((command.pair, command.loose), deque()).append(key)
        if len(self.open) > MOST:
            self._close(next(iter(self.open)))
            self.dropped += 1

    def _close(self, key: int) -> Command | None:
        command = self.open.pop(key, None)
        if command is not None and command.loose:
            waiting = self._loose[command.pair, command.loose]
            waiting.remove(key)
            if not waiting:
                del self._loose[command.pair, command.loose]
        return command

    def _remember(self, key: int, time: int, is_matched: bool) -> None:
        self.given[key] = Given(time, is_matched)
        self._bound(self.given)

    def _bound(self, held: OrderedDict[Any, Any]) -> None:
        if len(held) > MOST:
            held.popitem(last=False)
            self.dropped += 1

    def restored(self) -> "Requests":
        """With the ties of the open commands, which are not saved."""
        commands, self.open = self.open, OrderedDict()
        for key, command in commands.items():
            self._open(key, command)
        return self

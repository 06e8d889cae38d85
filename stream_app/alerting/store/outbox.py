"""Messages within one transaction: written beside what caused them, taken in order, ended once."""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from stream_app.alerting.delivery.queue import DIGEST, Waiting, next_due
from stream_app.alerting.planning import Notice, digest
from stream_app.alerting.ports import Message
from stream_app.alerting.store.tables import messages

READ_AHEAD = 1_000  # messages of an endpoint that are looked at for the next one


class Posted(NamedTuple):
    """A message in the outbox; times are wall time in ms."""

    number: int
    id: str
    endpoint: str
    incident: str
    kind: str
    state: str
    seen: int
    created: int
    due: int
    attempts: int
    finished: int
    reason: str


class Taken(NamedTuple):
    """A message that one courier has to itself for a while."""

    posted: Posted
    message: Message


class Outbox:
    """Reads and writes on one connection; its owner commits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, notices: Iterable[Notice], now: int) -> None:
        """Put messages in; what is held of the same incident goes first."""
        for notice in notices:
            if not notice.held:
                self._release(notice.endpoint, notice.incident, now)
            self._insert(notice.endpoint, notice.incident, notice.message, notice, now, notice.held)

    def take(self, endpoint: str, now: int, lease_ms: int) -> Taken | None:
        """The message whose turn it is, leased for so long; None when there is none."""
        waiting = messages.c.state == "waiting"
        query = select(*(messages.c[name] for name in ("number", "incident", "kind", "due", "leased")))
        rows = self._connection.execute(
            query.where(waiting, messages.c.endpoint == endpoint).order_by(messages.c.number).limit(READ_AHEAD)
        )
        chosen = next_due((Waiting(*row) for row in rows), now)
        if chosen is None:
            return None
        self._change(messages.c.number == chosen.number, leased=now + lease_ms)
        row = self._connection.execute(select(messages).where(messages.c.number == chosen.number)).one()
        return Taken(_posted(row), msgspec.json.decode(row.data, type=Message))

    def waits(self, endpoint: str) -> bool:
        """Whether anything waits for an endpoint, due or not."""
        one = select(messages.c.number).where(messages.c.state == "waiting", messages.c.endpoint == endpoint).limit(1)
        return self._connection.execute(one).first() is not None

    def sent(self, number: int, now: int) -> None:
        """The other side has taken it."""
        self._change(
            messages.c.number == number, state="sent", finished=now, attempts=messages.c.attempts + 1, reason=""
        )

    def retry(self, number: int, due: int, reason: str) -> None:
        """Try again at `due`."""
        self._change(messages.c.number == number, due=due, leased=0, attempts=messages.c.attempts + 1, reason=reason)

    def bury(self, number: int, now: int, reason: str) -> None:
        """Give it up: a dead letter."""
        self._change(messages.c.number == number, state="dead", finished=now, leased=0, reason=reason)

    def overdue(self, endpoint: str, before: int) -> list[Posted]:
        """What waits since before a wall time, and is not being sent."""
        return self._find(messages.c.state == "waiting", messages.c.endpoint == endpoint, messages.c.created < before)

    def homeless(self, endpoints: Collection[str]) -> list[Posted]:
        """What waits for an endpoint that there is no more."""
        return self._find(messages.c.state.in_(("waiting", "held")), messages.c.endpoint.not_in(list(endpoints)))

    def bundle(self, endpoint: str, now: int) -> None:
        """Send what was held until now: alone, or several as one digest."""
        rows = self._rows(messages.c.state == "held", messages.c.endpoint == endpoint, messages.c.due <= now)
        if len(rows) == 1:
            self._change(messages.c.number == rows[0].number, state="waiting")
        elif rows:
            whole = digest(endpoint, [msgspec.json.decode(row.data, type=Message) for row in rows])
            notice = Notice(endpoint, DIGEST, whole, now, False, max(row.seen for row in rows))
            self._insert(endpoint, DIGEST, whole, notice, now, held=False)
            numbers = messages.c.number.in_([row.number for row in rows])
            self._change(numbers, state="bundled", finished=now, reason=whole.id)

    def of(self, incident_id: str) -> list[Posted]:
        """All messages about an incident, oldest first."""
        return self._find(messages.c.incident == incident_id)

    def newest(self, wanted: Iterable[ColumnElement[bool]], limit: int) -> list[Posted]:
        """Messages that meet conditions, the newest first."""
        query = select(messages).where(*wanted).order_by(messages.c.number.desc()).limit(limit)
        return [_posted(row) for row in self._connection.execute(query)]

    def dead(self, only: Collection[str] = (), endpoint: str | None = None) -> list[Posted]:
        """Dead letters, oldest first: all, those of these ids, those of an endpoint."""
        wanted: list[ColumnElement[bool]] = [messages.c.id.in_(list(only))] if only else []
        wanted += [messages.c.endpoint == endpoint] if endpoint else []
        return self._find(messages.c.state == "dead", *wanted)

    def revive(self, numbers: Collection[int], now: int) -> None:
        """Try dead letters again, with their ids and in their old order; their age counts anew."""
        chosen = messages.c.number.in_(list(numbers))
        fresh = {"attempts": 0, "finished": 0, "leased": 0, "reason": "", "is_published": False}
        self._change(chosen, state="waiting", due=now, created=now, **fresh)

    def unpublished(self, limit: int = 100) -> list[Posted]:
        """Dead letters that are not in the topic yet."""
        return self._find(messages.c.state == "dead", messages.c.is_published.is_(False))[:limit]

    def published(self, numbers: Collection[int]) -> None:
        """They are in the topic."""
        self._change(messages.c.number.in_(list(numbers)), is_published=True)

    def by_state(self) -> dict[str, int]:
        """How many messages there are of each state."""
        query = select(messages.c.state, func.count()).group_by(messages.c.state)
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def oldest_waiting(self) -> int | None:
        """When the message that waits longest was due first, wall time in ms."""
        query = select(func.min(messages.c.created)).where(messages.c.state == "waiting")
        return self._connection.execute(query).scalar()

    def _release(self, endpoint: str, incident: str, now: int) -> None:
        held = (messages.c.state == "held", messages.c.endpoint == endpoint, messages.c.incident == incident)
        self._change(*held, state="waiting", due=now)

    def _insert(self, endpoint: str, incident: str, message: Message, notice: Notice, now: int, held: bool) -> None:
        row: dict[str, Any] = {"id": message.id, "endpoint": endpoint, "incident": incident, "kind": message.kind}
        row |= {"state": "held" if held else "waiting", "data": msgspec.json.encode(message)}
        row |= {"seen": notice.seen, "created": max(now, notice.due), "due": notice.due}
        self._connection.execute(insert(messages).values(row))

    def _find(self, *wanted: ColumnElement[bool]) -> list[Posted]:
        return [_posted(row) for row in self._rows(*wanted)]

    def _rows(self, *wanted: ColumnElement[bool]) -> list[Row[Any]]:
        return list(self._connection.execute(select(messages).where(*wanted).order_by(messages.c.number)))

    def _change(self, *which: ColumnElement[bool], **values: Any) -> None:
        self._connection.execute(update(messages).where(*which).values(**values))


def _posted(row: Row[Any]) -> Posted:
    return Posted(*(getattr(row, name) for name in Posted._fields))

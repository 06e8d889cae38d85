"""Verdicts and mutes within one transaction. Verdicts are only added to: of an anomaly the newest holds."""

from collections.abc import Collection

import msgspec
from sqlalchemy import Connection, delete, func, insert, or_, select

from stream_app.alerting.feedback.mutes import Mute
from stream_app.alerting.feedback.verdicts import Given
from stream_app.alerting.store.tables import mutes, verdicts

MOST = 10_000  # verdicts that are looked at together, the newest
_given = msgspec.json.Decoder(Given)
_mute = msgspec.json.Decoder(Mute)


class Feedback:
    """Reads and writes on one connection; its owner commits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, given: Given) -> None:
        """Keep a verdict."""
        row = {"anomaly": given.anomaly_id, "incident": given.incident_id, "at": given.at}
        self._connection.execute(insert(verdicts).values(**row, data=msgspec.json.encode(given)))

    def about(self, incident_id: str, anomalies: Collection[str]) -> list[Given]:
        """All verdicts on an incident or its anomalies, oldest first."""
        which = or_(verdicts.c.incident == incident_id, verdicts.c.anomaly.in_(list(anomalies)))
        query = select(verdicts.c.data).where(which).order_by(verdicts.c.number)
        return [_given.decode(data) for data in self._connection.execute(query).scalars()]

    def holding(self, since: int = 0, most: int = MOST) -> list[Given]:
        """Of every anomaly the newest verdict, when it was given at wall time `since` (ms) or later; oldest first."""
        last = select(func.max(verdicts.c.number)).where(verdicts.c.at >= since).group_by(verdicts.c.anomaly)
        query = select(verdicts.c.data).where(verdicts.c.number.in_(last))
        rows = self._connection.execute(query.order_by(verdicts.c.number.desc()).limit(most)).scalars()
        return [_given.decode(data) for data in rows][::-1]

    def mute(self, mute: Mute) -> None:
        """Keep a mute."""
        row = {"id": mute.id, "until": mute.until, "data": msgspec.json.encode(mute)}
        self._connection.execute(insert(mutes).values(row))

    def mutes(self, now: int) -> list[Mute]:
        """Those that hold at wall time `now`, ms, the one that ends first at the head."""
        query = select(mutes.c.data).where(mutes.c.until > now).order_by(mutes.c.until, mutes.c.id)
        return [_mute.decode(data) for data in self._connection.execute(query).scalars()]

    def unmute(self, mute_id: str) -> bool:
        """Whether there was such a mute."""
        return bool(self._connection.execute(delete(mutes).where(mutes.c.id == mute_id)).rowcount)

    def forget(self, before: int) -> None:
        """Drop verdicts given, and mutes ended, before this wall time, ms."""
        self._connection.execute(delete(verdicts).where(verdicts.c.at < before))
        self._connection.execute(delete(mutes).where(mutes.c.until < before))

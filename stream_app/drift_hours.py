"""The hours that drift is watched in, a record each beside the snapshots, so that a restart does not begin anew."""

from collections.abc import Iterable

import msgspec

from stream_app.drifting import KEPT, Hour, InHand
from stream_app.snapshots import BESIDE, Store


class DriftHours:
    """Hours of one scenario in partition 0 of a store. An hour is the same whoever writes it, so nobody owns one."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def keep(self, hours: Iterable[Hour]) -> None:
        """Store what has ended, in the places of what is too old."""
        for hour in hours:
            self._store.put(0, BESIDE + str(hour.number % KEPT).encode(), msgspec.msgpack.encode(hour))

    def before(self, in_hand: InHand) -> list[Hour]:
        """Those of the same watch that had ended, oldest first."""
        rows = (value for key, value in self._store.items(0) if key.startswith(BESIDE))
        held = [hour for hour in (msgspec.msgpack.decode(row, type=Hour) for row in rows) if in_hand.follows(hour)]
        return sorted(held, key=lambda hour: hour.number)

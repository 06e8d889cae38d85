"""When states are stored, apart from what storing costs here."""

from stream_app.snapshot_pace import SnapshotPace


class FreePace(SnapshotPace):
    """As if storing cost nothing."""

    def stored(self, took: float, size: int) -> None:
        super().stored(0.0, 0)

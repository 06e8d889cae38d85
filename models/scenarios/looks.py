"""Looks at fixed times: what stands is judged again every so often, at the same times however records came together."""

MOST_MS = 86_400_000  # of looks at once: after weeks in which nobody looked the newest tell as much


class Looks:
    """Which looks are due. They lie at multiples of `every_ms`, event time."""

    def __init__(self, every_ms: int, at: int = 0) -> None:
        self._every_ms = every_ms
        self.at = at  # event time of the last one, ms

    def due(self, time: int) -> range:
        """The times to look at up to event time `time`, ms, each told once; of more than a day those of the last.

        To be asked before what happened at `time` is taken in, so that a look sees what stood then and no more.
        """
        if time - self.at < self._every_ms:
            return range(0)
        first, self.at = self.at + self._every_ms, time - time % self._every_ms
        return range(max(first, self.at - MOST_MS), self.at + 1, self._every_ms)

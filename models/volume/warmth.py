"""Whether a volume scenario has a past to judge by, and when it will."""

from models.spec import Warmth
from models.volume.borrowed import ENOUGH_DAYS
from models.volume.counts import DAY, WARM_UP
from models.volume.past import Past

MINUTE_MS = 60_000


def warmth(past: Past, watermark: int) -> Warmth:
    """At event time `watermark`, ms. A borrowed past is enough, and is named until a whole day of its own is known."""
    counts = past.counts
    if not counts.known_from:
        return Warmth("warming", f"{counts.warm} of {WARM_UP} minutes with events seen", (WARM_UP - counts.warm) * 60.0)
    first_whole = -(-counts.known_from // DAY) * DAY  # the minute from which days are seen whole
    left = max((first_whole + DAY) * MINUTE_MS - watermark, 0) / 1000
    if not past.is_warm(counts.closed_until):
        if past.borrowed:
            left = max((first_whole + ENOUGH_DAYS * DAY) * MINUTE_MS - watermark, 0) / 1000
            return Warmth(
                "warming", f"the model's past does not fit this shop: {ENOUGH_DAYS} own days are needed", left
            )
        return Warmth("warming", "no whole day was seen yet, and the model lends no past", left)
    if past.borrowed and counts.closed_until < first_whole + DAY:
        return Warmth("ready", "expects by the days its model was trained on: none of its own is whole yet", left)
    return Warmth()

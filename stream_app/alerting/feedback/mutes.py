"""What somebody wants to hear nothing of for a while: a scenario, of one entity or of all. Pure.

Unlike a change window of the calendar it changes nothing about what is judged or learnt: anomalies arise and are kept.
"""

import msgspec

from models.calendar import as_entity
from stream_app.alerting.errors import BadFeedback
from stream_app.alerting.incidents.incident import Sighting
from stream_app.config.document import detectors

LONGEST_MS = 30 * 86_400_000


class Scope(msgspec.Struct, frozen=True):
    """A scenario, and an entity of it as `service/cart-service`; empty: all of them."""

    scenario: str
    entity: str = ""

    def covers(self, seen: Sighting) -> bool:
        """Whether an anomaly is meant."""
        return seen.event.scenario == self.scenario and self.entity in ("", seen.entity)


class Mute(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing that the scope covers is told until the wall time `until`; `at` is when it was said, both ms."""

    id: str
    scope: Scope
    until: int
    by: str
    at: int
    reason: str = ""


def check_scope(scope: Scope) -> None:
    """BadFeedback when there is no such scenario or kind of entity."""
    if scope.scenario not in detectors():
        raise BadFeedback(f"there is no such scenario; there are {', '.join(detectors())}")
    if not scope.entity:
        return
    try:
        as_entity(scope.entity)
    except ValueError:
        raise BadFeedback("there is no such entity; write kind/id, as service/cart-service") from None


def check_until(until: int, now: int) -> None:
    """BadFeedback when the time is past or too far off; both wall time, ms."""
    if not now < until <= now + LONGEST_MS:
        raise BadFeedback(f"mute until a time that is to come, {LONGEST_MS // 86_400_000} days from now at most")

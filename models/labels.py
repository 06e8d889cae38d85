"""What people said about anomalies, as a file that training reads: JSON lines, one an anomaly.

It says nothing about who said so, and names no more of the shop than `anomaly-events` does. A cause is what somebody
typed, so it may hold anything; training does not look at it.
"""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from models.calendar import as_entity
from models.errors import LogRefused
from models.facts import EntityKind

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Verdict = Literal["true", "expected", "false", "new_normal", "unsure"]
ORDINARY: tuple[Verdict, ...] = ("expected", "false", "new_normal")  # to be learnt as ordinary, reported or not


class Label(msgspec.Struct, frozen=True, omit_defaults=True):
    """One anomaly; the window is event time, the entity is `service/cart-service`."""

    anomaly_id: str
    scenario: str
    entity: str
    start: Moment
    end: Moment
    verdict: Verdict
    cause: str = ""

    def __post_init__(self) -> None:
        as_entity(self.entity)


def read_labels(path: Path) -> list[Label]:
    """The labels of a file, of an anomaly the last one; LogRefused."""
    try:
        found = [_checked(msgspec.json.decode(line, type=Label)) for line in path.read_bytes().splitlines()]
    except (OSError, msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise LogRefused(
            f"labels {path} cannot be read ({error}); give what `python -m stream_app alerts labels` writes"
        ) from error
    return list({label.anomaly_id: label for label in found}.values())


def _checked(label: Label) -> Label:
    entity = as_entity(label.entity)
    if entity.kind in (EntityKind.PRODUCT, EntityKind.USER) and not entity.id.isdecimal():
        raise ValueError(f"{label.entity[:100]!r}: products and users have numbers")
    return label

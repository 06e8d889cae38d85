"""A scenario that keeps every event apart, so that what was counted can be compared with what was sent."""

from typing import Any

import numpy as np

from models.columns import Columns
from models.facts import EntityKind, Facts, facts
from models.spec import Spec

STEM = "every_event"


class EveryEvent:
    """One row an event: its place in the turn, kind and product name it, time and pieces are counted."""

    SPEC = Spec(STEM, "none", 1, (), "events")

    def accumulate(self, columns: Columns) -> Facts:
        return facts(
            EntityKind.PRODUCT,
            columns.offset,
            columns.time,
            self.SPEC.bucket_ms,
            columns.kind.astype(np.int64),
            key=columns.product,
            amount=columns.quantity,
            offset=columns.offset,
            event_id=columns.event_id,
        )

    def new_memory(self, model: Any, extras: Any) -> Any:
        raise NotImplementedError("nothing is judged here")

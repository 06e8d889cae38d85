"""Messages as numpy columns, before they become text."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from shop_services.contracts.catalogue import MessageType, message_types

Int64s = NDArray[np.int64]
Mask = NDArray[np.bool_]


@cache
def kinds() -> tuple[MessageType, ...]:
    """Every message type of the contracts; the index is the code in `Messages.kind`."""
    return tuple(message_types().values())


@cache
def code(name: str) -> int:
    """The code of a message type by its class name."""
    return {kind.name: number for number, kind in enumerate(kinds())}[name]


@cache
def codes_of(service: str) -> frozenset[int]:
    """Codes of the commands a service handles and the events it publishes."""
    return frozenset(number for number, kind in enumerate(kinds()) if kind.service == service)


@dataclass(frozen=True, slots=True)
class Messages:
    """n rows; ids that do not apply are 0. Times are ms since the epoch."""

    kind: Int64s  # (n,) code
    time: Int64s  # (n,) when it happened
    uid: Int64s  # (n,) unique number; the event's id follows from it and the time
    cause: Int64s  # (n,) uid of what caused it directly, 0: nothing did
    cause_time: Int64s
    root: Int64s  # (n,) uid of what set the whole chain off
    root_time: Int64s
    visit: Int64s  # (n,) number of the shopper's visit, -1: no visit
    user: Int64s
    cart: Int64s
    product: Int64s
    line: Int64s
    reservation: Int64s
    order: Int64s
    quantity: Int64s
    price: NDArray[np.float64]
    arrived: Int64s  # (n,) when it reached its consumer, 0: not told

    def __len__(self) -> int:
        return len(self.kind)

    def take(self, rows: Mask | Int64s) -> Self:
        """The rows of a mask or an index."""
        return type(self)(*[getattr(self, name)[rows] for name in COLUMNS])

    def sorted(self) -> Self:
        """By arrival where it is told, else by time."""
        return self.take(np.lexsort((self.uid, np.where(self.arrived > 0, self.arrived, self.time))))

    def of(self, *names: str) -> Mask:
        """(n,) bool: rows of the named kinds."""
        return np.isin(self.kind, [code(name) for name in names])

    def with_columns(self, **columns: Any) -> Self:
        """The same rows with other values in some columns."""
        return replace(self, **columns)


COLUMNS = tuple(field.name for field in fields(Messages))


def concat(parts: Sequence[Messages]) -> Messages:
    """All rows of the parts, one after another; at least one part."""
    return Messages(*[np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS])

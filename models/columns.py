"""Decoded events of one record batch as numpy columns: what every scenario's `accumulate` reads."""

from dataclasses import dataclass, fields
from functools import cache
from typing import Self

import numpy as np
from numpy.typing import NDArray

from shop_services.contracts.catalogue import MessageType, message_types

MISSING = -1  # an id the message does not carry


@cache
def kinds() -> tuple[MessageType, ...]:
    """Every message type of the contracts; the index is the code in `Columns.kind`."""
    return tuple(message_types().values())


@cache
def kind_code(name: str) -> int:
    """The code of a message type by its class name; KeyError when the contracts do not know it."""
    return {kind.name: code for code, kind in enumerate(kinds())}[name]


@dataclass(frozen=True, slots=True)
class Columns:
    """Events of one source partition in the order of their offsets, n rows.

    Ids are int64 with `MISSING` where absent; quantity is whole pieces (0 where absent); price is float64
    in the shop's currency (NaN where absent); times are int64 milliseconds since the epoch.
    """

    kind: NDArray[np.int16]  # (n,) code of the message type, see `kinds`
    time: NDArray[np.int64]  # (n,) event time, never later than the record's arrival allows
    offset: NDArray[np.int64]  # (n,) of the record; of what is counted together, its row among all of it
    product: NDArray[np.int64]  # (n,)
    user: NDArray[np.int64]  # (n,)
    cart: NDArray[np.int64]  # (n,)
    quantity: NDArray[np.int64]  # (n,)
    price: NDArray[np.float64]  # (n,)
    event_id: NDArray[np.object_]  # (n,) str
    cause: NDArray[np.int64]  # (n,) fingerprint of what directly caused the event, see `models.fingerprints`
    request: NDArray[np.int64]  # (n,) fingerprint of the shopper's request that set it off

    def __len__(self) -> int:
        return len(self.kind)

    def where(self, mask: NDArray[np.bool_]) -> Self:
        """The rows for which the mask holds, order kept; the same columns when it holds for all."""
        if mask.all():
            return self
        return type(self)(**{field.name: getattr(self, field.name)[mask] for field in fields(self)})

    def of(self, *names: str) -> Self:
        """The rows of the named message types."""
        return self.where(self.is_any(*names))

    def is_any(self, *names: str) -> NDArray[np.bool_]:
        """(n,) bool: which rows are of the named message types."""
        mask: NDArray[np.bool_] = _wanted(names)[self.kind]
        return mask


@cache
def _wanted(names: tuple[str, ...]) -> NDArray[np.bool_]:
    table = np.zeros(len(kinds()), bool)
    table[[kind_code(name) for name in names]] = True
    return table

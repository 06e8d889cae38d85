"""Days of quarter hours in a bundle's extras, where they outlive the order of the message types."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.columns import kinds
from models.volume.families import VISITS, width
from models.volume.packing import pack, unpack
from models.volume.profile import Sums


def pack_days(days: Sums) -> dict[str, Any]:
    """Days for a bundle's extras: kinds by name, so that new message types do not shift the columns."""
    order = sorted(days)
    names = _names()
    sums = np.stack([days[day] for day in order]).astype(np.int32)
    return {"days": order, "kinds": names, "sums": pack(sums)}


def unpack_days(packed: dict[str, Any] | None) -> dict[int, NDArray[np.int32]]:
    """The days of a bundle, columns as the contracts order them now; {} for None."""
    if packed is None:
        return {}
    held = unpack(packed["sums"])  # (n_days, STEPS, n_kinds then)
    where = {name: column for column, name in enumerate(packed["kinds"])}
    sums = np.zeros((*held.shape[:2], width()), np.int32)
    for column, name in enumerate(_names()):
        if name in where:
            sums[:, :, column] = held[:, :, where[name]]
    return dict(zip(map(int, packed["days"]), sums, strict=True))


def _names() -> list[str]:
    return [*(kind.name for kind in kinds()), VISITS]

"""Whose counts of which minutes say nothing, because it was announced that they would be different."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.entity import Entity
from models.spec import Announced
from models.volume.families import groups, width
from models.windows import MINUTE


def excused_kinds(announced: Sequence[Announced], minutes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(n, n_kinds) bool: of which minutes (n,) the counts of which kinds were announced to be different."""
    excused = np.zeros((len(minutes), width()), bool)
    for start, end, entities in announced:
        inside = (minutes >= start // MINUTE) & (minutes < -(-end // MINUTE))
        if inside.any():
            excused[inside] |= kinds_of(entities)
    return excused


def kinds_of(entities: Sequence[Entity]) -> NDArray[np.bool_]:
    """(n_kinds,) bool: the message kinds of some entities; without any, all."""
    chosen = np.full(width(), not entities)
    for group in groups():
        if group.entity in entities:
            chosen |= group.members
    return chosen

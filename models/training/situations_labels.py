"""Labels of rehearsed rows: which of them show a situation, which an innocent twin, which ordinary life."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.columns import MISSING
from models.facts import Int64s
from models.training.situations_rehearsal import Rehearsed
from models.training.situations_script import Situation

ORDINARY = -1
UNCLEAR = -1  # a row at which nobody could say yet; neither learnt nor judged

Verdict = Callable[[Situation, Any], int]  # 1: must be seen here, 0: must be silent, UNCLEAR


@dataclass(frozen=True, slots=True)
class Labelled:
    """Rows with labels; several rehearsals may stand one after another."""

    values: NDArray[np.float32]  # (n, n_features)
    end: Int64s  # (n,) event time, ms
    label: Int64s  # (n,) 1 abnormal, 0 not, UNCLEAR
    situation: Int64s  # (n,) index in `situations`, ORDINARY
    situations: Sequence[Situation]

    def where(self, mask: NDArray[np.bool_]) -> "Labelled":
        """The rows of a mask."""
        return Labelled(self.values[mask], self.end[mask], self.label[mask], self.situation[mask], self.situations)

    @property
    def names(self) -> NDArray[np.object_]:
        """(n,) the name of each row's situation, "" where ordinary."""
        return np.array([situation.name for situation in self.situations] + [""], object)[self.situation]


class Subject(NamedTuple):
    """What a row is about."""

    product: int  # MISSING when it is about a user
    user: int
    time: int


def labelled(
    rows: Rehearsed,
    situations: Sequence[Situation],
    subject: Callable[[Any], Subject],
    verdict: Verdict,
    aftermath_ms: int,
) -> Labelled:
    """Give every row its label. `subject` and `verdict` read a row's context.

    What was staged may stand for `aftermath_ms` after its end: those rows are unclear, if it is the same user's doing.
    """
    by_product, by_user = _index(situations)
    label = np.zeros(len(rows.end), np.int64)
    which = np.full(len(rows.end), ORDINARY)
    for row, context in enumerate(rows.context):
        about = subject(context)
        candidates = by_user.get(about.user, ()) if about.product < 0 else by_product.get(about.product, ())
        for index in candidates:
            situation = situations[index]
            if situation.begin <= about.time <= situation.end:
                label[row], which[row] = verdict(situation, context), index
                break
            is_same = situation.user in (MISSING, about.user)
            if is_same and situation.end < about.time <= situation.end + aftermath_ms:
                label[row], which[row] = UNCLEAR, index
    return Labelled(rows.values, rows.end, label, which, situations)


def _index(situations: Sequence[Situation]) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    by_product: dict[int, list[int]] = {}
    by_user: dict[int, list[int]] = {}
    for index, situation in enumerate(situations):
        by_user.setdefault(situation.user, []).append(index)
        for product in situation.products:
            by_product.setdefault(product, []).append(index)
    return by_product, by_user


def together(parts: Sequence[Labelled]) -> Labelled:
    """Rows of several rehearsals as one."""
    shifts = np.cumsum([0, *(len(part.situations) for part in parts[:-1])]).tolist()
    shifted = [np.where(p.situation < 0, ORDINARY, p.situation + s) for p, s in zip(parts, shifts, strict=True)]
    return Labelled(
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.end for part in parts]),
        np.concatenate([part.label for part in parts]),
        np.concatenate(shifted),
        [situation for part in parts for situation in part.situations],
    )


def weights(rows: Labelled, kind: float, ordinary: float) -> NDArray[np.float64]:
    """(n,) what each row weighs.

    Ordinary rows `ordinary` each. The situations of one name weigh `kind` in all, however many there are and however
    many rows show them, but a row of an innocent one at least an eighth of an ordinary row; unclear rows 0.
    """
    weight = np.full(len(rows.label), ordinary)
    staged = (rows.situation >= 0) & (rows.label != UNCLEAR)
    counted = np.bincount(rows.situation[staged], minlength=len(rows.situations))
    name = np.array([situation.name for situation in rows.situations])
    shown = {one: max(int((counted[name == one] > 0).sum()), 1) for one in set(name.tolist())}
    share = np.array([kind / shown[one] for one in name.tolist()]) / np.maximum(counted, 1)
    weight[staged] = share[rows.situation[staged]] if len(share) else ordinary
    innocent = staged & (rows.label == 0)
    weight[innocent] = np.maximum(weight[innocent], ordinary / 8)
    weight[rows.label == UNCLEAR] = 0.0
    return weight

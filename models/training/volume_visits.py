"""How much a single visit brings: the messages of one shopper, or of a machine that shops, within a span.

One visit is no crowd. A wholesaler's order, or an import that this shop sees week by week, moves the counts of the
whole shop at any hour, most of all when little is expected; how much so is learnt from the visits of the log.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.columns import MISSING, Columns
from models.volume.counts import DAY
from models.windows import MINUTE

Floats = NDArray[np.float64]
Int64s = NDArray[np.int64]
LARGER = 1.25  # times the second largest visit of the log: the largest may have been an incident


class Visits(NamedTuple):
    """n counts: so many messages of a kind that one user sent, or set off, in a minute; in order of user and minute."""

    user: Int64s  # (n,) a number from 0 on
    minute: Int64s  # (n,) since the epoch
    kind: Int64s  # (n,)
    n: Int64s  # (n,)


NO_VISITS = Visits(*(np.empty(0, np.int64) for _ in Visits._fields))


def visits_of(columns: Columns) -> Visits:
    """Whatever names a user, or a cart whose user is known or not."""
    who = _who(columns)
    known = who != MISSING
    place = np.unique(who[known], return_inverse=True)[1]
    minute, kind = columns.time[known] // MINUTE, columns.kind[known].astype(np.int64)
    order = np.lexsort((kind, minute, place))
    rows = np.stack([place[order], minute[order], kind[order]])
    starts = np.flatnonzero(np.append(True, (np.diff(rows) != 0).any(axis=0))[: rows.shape[1]])
    user, minute, kind = rows[:, starts]
    return Visits(user, minute, kind, np.diff(np.append(starts, rows.shape[1])))


def largest(visits: Visits, members: Floats, spans: tuple[int, ...]) -> Floats:
    """(n_spans, n_groups): messages of groups (n_kinds, n_groups) that one visit may bring within so many minutes; 0
    where none brings any.
    """
    groups = range(members.shape[1])
    return np.stack([_largest(visits, members[:, group] > 0, spans) for group in groups], axis=1)


def _largest(visits: Visits, chosen: NDArray[np.bool_], spans: tuple[int, ...]) -> Floats:
    rows = chosen[visits.kind]
    if not rows.any():
        return np.zeros(len(spans))
    apart = int(np.ptp(visits.minute)) + max(spans) + 1  # so that no span reaches from one user to the next
    at = visits.user[rows] * apart + visits.minute[rows] - visits.minute.min()
    total = np.concatenate([[0], np.cumsum(visits.n[rows])])
    day = np.flatnonzero(np.append(True, np.diff(at // DAY) != 0))
    last = np.searchsorted(at, at, side="right")
    before = (np.searchsorted(at, at - span, side="right") for span in spans)
    peaks = (np.sort(np.maximum.reduceat(total[last] - total[first], day)) for first in before)
    return np.array([LARGER * peak[-2:][0] for peak in peaks])


def _who(columns: Columns) -> Int64s:
    """(n,) the user, else the user of the cart, else the cart as a negative number, else `MISSING`."""
    both = (columns.user != MISSING) & (columns.cart != MISSING)
    carts, first = np.unique(columns.cart[both], return_index=True)
    owner = columns.user[both][first]
    place = np.minimum(np.searchsorted(carts, columns.cart), max(len(carts) - 1, 0))
    of_cart = np.where(columns.cart != MISSING, -columns.cart - 2, MISSING)
    if len(carts):
        of_cart = np.where(carts[place] == columns.cart, owner[place], of_cart)
    return np.where(columns.user != MISSING, columns.user, of_cart)

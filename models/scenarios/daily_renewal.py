"""Evidence anew: when an incident is over, no window that reaches back into it counts any more.

A sequential test begins again where it was decided (Page, "Continuous inspection schemes", Biometrika 41, 1954). Else a
window of an hour and a half would speak of an outage of half an hour for an hour after its end.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.scenarios.daily_evidence import ROLES, SPANS, WEIGHED, Evidence, chosen

LENGTHS = np.tile(np.array(SPANS)[WEIGHED], ROLES)  # minutes; of the windows in `Evidence.weight`


def anew(evidence: Evidence, first: int, since: NDArray[np.int64]) -> Evidence:
    """The evidence of the minutes from `first` on, of windows alone that begin at `since` (n_entities,) or later."""
    held = first + 1 + np.arange(len(evidence.nats))[:, None] - since  # minutes since then, this one too
    weight = np.where(held[:, :, None] < LENGTHS, 0.0, evidence.weight)
    nats, span, column = chosen(weight)
    return replace(evidence, nats=np.where(evidence.is_hushed, 0.0, nats), span=span, column=column)

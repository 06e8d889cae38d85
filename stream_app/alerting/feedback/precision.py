"""How often the monitor is right, by what people say: of what was judged `true` or `false`, the share of true ones.

`expected` and `new_normal` say that something was unusual and still nobody had to know; `unsure` says nothing. These
three count on neither side. An incident speaks once for a scenario, however many anomalies it holds: people are called
by incidents. What is kept quiet is hardly ever judged, so a false alarm that comes again every day counts once a week.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from stream_app.alerting.feedback.verdicts import Given

OTHER = "other"  # scenarios of a newer worker: labels are bounded


class Tally(NamedTuple):
    """Verdicts of one scenario, by kind."""

    counts: Mapping[str, int]

    @property
    def precision(self) -> float:
        """True over true and false; NaN when there are neither."""
        judged = self.counts.get("true", 0) + self.counts.get("false", 0)
        return self.counts.get("true", 0) / judged if judged else math.nan


def tallies(given: Iterable[Given], scenarios: Iterable[str]) -> dict[str, Tally]:
    """By scenario, of the verdicts that hold; all of the named ones, and `other`."""
    names = (*scenarios, OTHER)
    said = {(each.scenario if each.scenario in names else OTHER, each.incident_id, each.verdict) for each in given}
    counts = {name: Counter[str](verdict for scenario, _, verdict in said if scenario == name) for name in names}
    return {name: Tally(found) for name, found in counts.items()}


def asked_refits(given: Iterable[Given]) -> set[tuple[str, str]]:
    """The models, as scenario and version, for which something was said to be the new normal."""
    return {(each.scenario, each.version) for each in given if each.verdict == "new_normal"}

"""What must hold when the dust has settled, asked of a broker that has everything: counts, anomalies, positions."""

from collections.abc import Sequence
from functools import partial

from shop_services.contracts.topics import ANOMALY_TOPIC
from tests.chaos import anomalies, counts, held
from tests.chaos.aside import beside
from tests.chaos.positions import Positions
from tests.chaos.reference import Reference, watched
from tests.chaos.reports import told
from tests.chaos.topics import records


def judge(bootstrap: str, reference: Reference, positions: Positions) -> Sequence[str]:
    """Everything in which the run differs from the undisturbed replay, in words; nothing when they are equal."""
    stems = list(watched())
    with beside(2) as pool:
        reports = dict(zip(stems, pool.map(partial(told, bootstrap), stems), strict=True))
    published = anomalies.published(record.value for record in records(bootstrap, ANOMALY_TOPIC))
    faults = [fault for one in reports.values() for fault in one.faults]
    for stem, one in reports.items():
        faults += counts.differences(stem, reference.counts[stem], one.counts)
    faults += anomalies.repeated(published)
    faults += anomalies.differences(reference.anomalies, anomalies.last_states(published))
    faults += positions.faults(reports)
    return [*held.differences(bootstrap, reference.log), *faults] if faults else []

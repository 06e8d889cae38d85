"""Records that were gone before they were read: counted and told, never passed over in silence."""

import structlog
from faust.types import TP

from stream_app.metrics import Metrics

log = structlog.get_logger(__name__)


def tell_of_loss(metrics: Metrics, tp: TP, expected: int, began: int) -> None:
    """A partition was to go on at the offset `expected`; its oldest record stands at `began`."""
    metrics.lost.labels(tp.topic).inc(began - expected)
    log.error(
        "records are gone before they were read: is the topic's retention shorter than the worker was away?",
        topic=tp.topic,
        partition=tp.partition,
        first=expected,
        records=began - expected,
    )

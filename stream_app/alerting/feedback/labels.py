"""What people said, as training reads it: without who said it and when."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from models.labels import Label
from models.whole_file import write_whole
from stream_app.alerting.errors import BadFeedback
from stream_app.alerting.feedback.verdicts import Given
from stream_app.alerting.incidents.incident import Sighting

EXPORTED = 1_000_000


def as_labels(given: Iterable[Given], kept: Mapping[str, Sighting]) -> list[Label]:
    """A label a verdict; `kept` are the anomalies by id, where known, for how long they lasted in the end."""
    return [_label(each, kept.get(each.anomaly_id)) for each in given]


def write_labels(path: Path, labels: Sequence[Label]) -> Counter[str]:
    """JSON lines, replaced whole; how many of each verdict. BadFeedback when they cannot be written."""
    try:
        write_whole(path, b"".join(msgspec.json.encode(each) + b"\n" for each in labels))
    except OSError as error:
        raise BadFeedback(f"{path} cannot be written ({error.strerror}); choose another place with -o") from error
    return Counter(each.verdict for each in labels)


def _label(given: Given, kept: Sighting | None) -> Label:
    return Label(
        anomaly_id=given.anomaly_id,
        scenario=given.scenario,
        entity=given.entity,
        start=_moment(kept.start if kept else given.start),
        end=_moment(kept.end if kept else given.end),
        verdict=given.verdict,
        cause=given.cause,
    )


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)

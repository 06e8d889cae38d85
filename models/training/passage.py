"""A scenario over a recorded log exactly as it is served: combiner, ledger, memory; what the model would be asked."""

from collections.abc import Iterator

from models.combiner import Combiner
from models.ledger import Ledger
from models.report import SEGMENT
from models.rows import Rows
from models.spec import Memory, Scenario
from models.training.log import Batch, RecordedLog
from models.windows import Watermark

LATENESS_MS = 30_000  # as in serving
STEP = 256  # records between two judgements


def passage(
    scenario: Scenario, log: RecordedLog, memory: Memory, *, step: int = STEP, lateness_ms: int = LATENESS_MS
) -> Iterator[Rows]:
    """Feature rows in the order in which serving would judge them; the memory learns as it goes."""
    ledger, watermark = Ledger(), Watermark(lateness_ms)
    combiners: dict[str, Combiner] = {}
    for start in range(0, len(log), step):
        for batch in log.cut(slice(start, start + step)):
            combiner = combiners.setdefault(batch.source, Combiner(scenario, batch.source))
            take_in(batch, combiner, ledger, memory, watermark)
        rows = memory.rows(watermark.advance())
        if rows is not None:
            yield rows


def take_in(batch: Batch, combiner: Combiner, ledger: Ledger, memory: Memory, watermark: Watermark) -> None:
    """One batch through both stages."""
    for part in by_segment(batch):
        report = combiner.report(combiner.absorb(part.columns, part.last_offset), caught_up=True, clock=0)
        watermark.observe(report.source, seen_until=report.seen_until, caught_up=True, clock=0)
        memory.absorb(report.source, ledger.increments(report))


def by_segment(batch: Batch) -> Iterator[Batch]:
    """The batch cut where a segment of offsets ends."""
    offset = batch.columns.offset
    first, last = int(offset[0]) // SEGMENT, batch.last_offset // SEGMENT
    if first == last:
        yield batch
        return
    for segment in range(first, last + 1):
        columns = batch.columns.where(offset // SEGMENT == segment)
        yield batch._replace(columns=columns, last_offset=min(batch.last_offset, (segment + 1) * SEGMENT - 1))

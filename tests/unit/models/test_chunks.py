from pathlib import Path

from models.chunks import Chunk, Chunking
from models.recording import Recording
from tests.builders.logs import record, write
from tests.builders.messages import added, ms

SPAN = 10_000


def _chunks(path: Path, arrivals: list[tuple[str, str]], rows: int = 2_000) -> list[Chunk]:
    """Chunks of records that happened and arrived at the given times."""
    lines = [record("cart-events", added(1, 7, 1, 1.0, time), ms(arrived)) for time, arrived in arrivals]
    recording = Recording([write(path / "log.jsonl", lines)])
    return [chunk for cut in Chunking(SPAN, rows).cut(recording.blocks()) for chunk in cut.chunks]


def test_a_chunk_is_what_arrives_within_its_span(tmp_path: Path) -> None:
    times = ["10:00:01", "10:00:02", "10:00:11"]

    chunks = _chunks(tmp_path, [(time, time) for time in times])

    assert [(chunk.clock, chunk.number) for chunk in chunks] == [(ms("10:00:02"), 0), (ms("10:00:11"), 1)]


def test_a_chunk_holds_no_more_than_its_rows(tmp_path: Path) -> None:
    assert len(_chunks(tmp_path, [("10:00:01", "10:00:01")] * 5, rows=2)) == 3


def test_silence_is_told_by_ticks(tmp_path: Path) -> None:
    chunks = _chunks(tmp_path, [("10:00:00", "10:00:00"), ("10:05:00", "10:05:00")])

    ticks = [chunk.clock for chunk in chunks if chunk.number == -1]

    assert ticks[0] == ms("10:00:30")
    assert len(ticks) == 8


def test_a_reader_that_stood_still_is_no_silence(tmp_path: Path) -> None:
    """INVARIANT: lag is not volume. A reader back after 20 minutes first reads what is old, and is not caught up."""
    before = [(f"10:00:0{second}", f"10:00:0{second}") for second in range(10) for _ in "ab"]
    waiting = [(f"10:{minute:02}:{second}", "10:20:00") for minute in range(1, 19) for second in (10, 40)]
    after = [(f"10:20:3{second}", f"10:20:3{second}") for second in range(10) for _ in "ab"]

    chunks = _chunks(tmp_path, [*before, *waiting, *after])

    assert [chunk.number for chunk in chunks] == [0, 1, 2]
    assert [chunk.caught_up for chunk in chunks] == [True, False, True]


def test_a_single_late_record_is_no_lag(tmp_path: Path) -> None:
    times = [(f"10:{minute:02}:00", f"10:{minute:02}:00") for minute in range(1, 20)]

    chunks = _chunks(tmp_path, [*times, ("09:00:00", "10:20:00")])

    assert all(chunk.caught_up for chunk in chunks)

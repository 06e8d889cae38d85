import gzip
from pathlib import Path

import pytest

from models.errors import LogRefused
from models.recording import Recording
from models.training.log import of_blocks, read_log
from tests.builders.logs import record, write
from tests.builders.messages import added, ms, reserved

CART, WAREHOUSE = "cart-events", "warehouse-events"


def test_offsets_count_the_records_of_each_topic(tmp_path: Path) -> None:
    log = write(
        tmp_path / "log.jsonl",
        [
            record(CART, added(1, 7, 2, 9.5, "10:00:00"), None),
            record(WAREHOUSE, reserved(1, 7, 2, "10:00:01"), None),
            record(CART, b'"garbage"', None),
            record(CART, added(2, 7, 1, 3.0, "10:00:02"), None),
        ],
    )
    recording = Recording([log])

    (block,) = recording.blocks()

    assert block.columns.product.tolist() == [1, 1, 2]
    assert block.columns.offset.tolist() == [0, 0, 2]
    assert dict(recording.refused) == {"undecodable": 1}


def test_what_stands_in_it_twice_is_passed_over_and_counted(tmp_path: Path) -> None:
    one, other = added(1, 7, 2, 9.5, "10:00:00"), reserved(1, 7, 2, "10:00:00")
    lines = [record(CART, one, None), record(WAREHOUSE, other, None), record(CART, one, None)]
    recording = Recording([write(tmp_path / "log.jsonl", lines), write(tmp_path / "again.jsonl", lines[:1])])

    offsets = [block.columns.offset.tolist() for block in recording.blocks()]

    assert offsets == [[0, 0], []]
    assert (recording.records, recording.written_twice) == (4, 2)


def test_a_gzipped_log_reads_as_the_plain_one(tmp_path: Path) -> None:
    line = record(CART, added(1, 7, 2, 9.5, "10:00:00"), ms("10:00:05"))
    path = tmp_path / "log.jsonl.gz"
    path.write_bytes(gzip.compress(line))

    (block,) = Recording([path]).blocks()

    assert block.columns.quantity.tolist() == [2]
    assert block.arrived.tolist() == [ms("10:00:05")]


def test_a_clock_two_hours_ahead_does_not_move_time(tmp_path: Path) -> None:
    """INVARIANT: what arrived is not from the future, whether the log tells the arrival or not."""
    minutes = [f"10:{minute:02}:00" for minute in range(40)]
    times = [minute if place != 20 else "12:20:00" for place, minute in enumerate(minutes)]
    told = [record(CART, added(1, 7, 1, 1.0, time), ms(minute)) for time, minute in zip(times, minutes, strict=True)]
    untold = [record(CART, added(1, 7, 1, 1.0, time), None) for time in times]

    for lines in (told, untold):
        (block,) = Recording([write(tmp_path / "log.jsonl", lines)]).blocks()
        assert block.columns.time.max() <= ms("10:40:00")


@pytest.mark.parametrize("lines", [150, 1_000])
def test_a_quiet_hour_is_believed_wherever_the_log_is_cut(
    lines: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.recording.BLOCK", lines)
    times = [f"{10 + (minute >= 140) + minute // 60}:{minute % 60:02}:00" for minute in range(300)]
    told = [record(CART, added(1, 7, 1, 1.0, time), None) for time in times]
    logs = [write(tmp_path / "1.jsonl", told[:145]), write(tmp_path / "2.jsonl", told[145:])]

    arrived = [at for block in Recording(logs).blocks() for at in block.arrived.tolist()]

    assert arrived == [ms(time) for time in times]


REFUSED = {
    "empty": (b"", "holds no records"),
    "no JSON": (b"hello\n", "line 1 is no record"),
    "too deep": (b'{"x":' * 100_000 + b"\n", "line 1 is no record"),
    "a wrong topic": (record("nothing", b"{}", None), "line 1 names the topic 'nothing'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_log_is_refused_with_the_place(case: str, tmp_path: Path) -> None:
    content, reason = REFUSED[case]

    with pytest.raises(LogRefused, match=reason):
        list(Recording([write(tmp_path / "log.jsonl", [content])]).blocks())


def test_a_missing_log_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LogRefused, match="cannot be read"):
        list(Recording([tmp_path / "missing.jsonl"]).blocks())


def test_a_cut_off_gzip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl.gz"
    path.write_bytes(gzip.compress(record(CART, added(1, 7, 2, 9.5, "10:00:00"), None))[:-12])

    with pytest.raises(LogRefused, match="cannot be read"):
        list(Recording([path]).blocks())


def test_a_log_of_one_day_is_too_short_to_learn_from(tmp_path: Path) -> None:
    log = write(
        tmp_path / "log.jsonl", [record(CART, added(1, 7, 1, 1.0, f"{hour:02}:00:00"), None) for hour in range(24)]
    )

    with pytest.raises(LogRefused, match="training needs 7"):
        read_log([log])


def test_injected_events_stand_where_their_time_fits(tmp_path: Path) -> None:
    lines = [record(CART, added(1, 7, 1, 1.0, f"10:00:{second:02}"), None) for second in range(10)]
    log = of_blocks(list(Recording([write(tmp_path / "log.jsonl", lines)]).blocks()))
    late = log.columns.where(log.columns.time == ms("10:00:04"))

    richer = log.with_injected({CART: late, WAREHOUSE: late})

    assert len(richer) == 12
    assert (richer.columns.time[1:] >= richer.columns.time[:-1]).all()
    assert [(batch.source, batch.last_offset) for batch in richer.batches()] == [
        ("cart-events/0", 10),
        ("warehouse-events/0", 0),
    ]


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    for name, product in (("2.jsonl", 2), ("1.jsonl", 1), (".3.jsonl", 3), ("4.jsonl.part", 4), ("5.json", 5)):
        write(folder / name, [record(CART, added(product, 7, 1, 1.0, f"10:00:0{product}"), None)])
    last = write(tmp_path / "last.jsonl", [record(CART, added(9, 7, 1, 1.0, "10:00:09"), None)])

    found = [block.columns.product.tolist() for block in Recording([folder, last]).blocks()]

    assert found == [[1], [2], [9]]


def test_a_folder_without_a_log_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LogRefused, match="holds no log"):
        list(Recording([tmp_path]).blocks())

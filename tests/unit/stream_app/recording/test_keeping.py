"""Files and folders of recordings: whole or not there, and never a record twice."""

import gzip
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from errno import ENOSPC
from pathlib import Path

import pytest

from models.log_files import logs_in
from stream_app.errors import RecordingUnwritable
from stream_app.recording import notes
from stream_app.recording import pieces as module
from stream_app.recording.lines import Line
from stream_app.recording.pieces import Pieces, pieces
from stream_app.recording.sinks import Positions, whole_file
from tests.builders.messages import ms
from tests.builders.recorded import arrived_at

NOON = ms("12:00:00")
DAY = 86_400_000
NOWHERE = Positions()


def behind(offset: int) -> Positions:
    return Positions({"cart-events": "one"}, {"cart-events/0": offset})


def texts(folder: Path) -> bytes:
    return b"".join(gzip.decompress(path.read_bytes()) for path in logs_in(folder))


@pytest.mark.parametrize("name", ["log.jsonl", "log.jsonl.gz"])
def test_a_file_appears_when_it_is_whole(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with whole_file(path) as sink:
        sink.write([arrived_at(1)], NOWHERE)
        assert not path.exists()

    raw = path.read_bytes()
    assert (gzip.decompress(raw) if name.endswith(".gz") else raw) == arrived_at(1).text
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_leaves_the_file_of_before(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(b"before")
    with suppress(ZeroDivisionError), whole_file(path) as sink:
        sink.write([arrived_at(1)], NOWHERE)
        raise ZeroDivisionError

    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordingUnwritable, match="nowhere"), whole_file(tmp_path / "nowhere" / "log.jsonl"):
        pass


def test_a_folder_goes_on_where_it_ended(tmp_path: Path) -> None:
    with pieces(tmp_path, 60.0, None) as sink:
        assert sink.start == NOWHERE
        sink.write([arrived_at(NOON)], behind(1))
    with pieces(tmp_path, 60.0, None) as sink:
        assert sink.start == behind(1)
        sink.write([arrived_at(NOON + 1)], behind(2))
    with pieces(tmp_path, 60.0, None) as sink:
        assert sink.start == behind(2)

    assert texts(tmp_path) == arrived_at(NOON).text + arrived_at(NOON + 1).text
    assert [path.name for path in logs_in(tmp_path)] == [
        "2026-03-02T120000.000000Z.jsonl.gz",
        "2026-03-02T120000.001000Z.jsonl.gz",
    ]


class Died(Exception):
    """As by SIGKILL: nothing after it is done."""


@pytest.mark.parametrize("deadly", ["opened", "noted", "named", "never"])
def test_who_dies_at_any_moment_goes_on_without_gap_or_repetition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deadly: str
) -> None:
    """INVARIANT: what has a name and where reading goes on always fit together."""
    sent = [arrived_at(NOON + number, offset=number) for number in range(4)]
    _record(Pieces(tmp_path, 60.0), sent[:2])
    with monkeypatch.context() as patch, suppress(Died):
        _die(patch, deadly)
        _record(Pieces(tmp_path, 60.0), sent[2:])

    survivor = Pieces(tmp_path, 60.0)
    _record(survivor, sent[survivor.start.offsets["cart-events/0"] :])

    assert texts(tmp_path) == b"".join(line.text for line in sent)


def _record(sink: Pieces, lines: Sequence[Line]) -> None:
    for line in lines:
        sink.write([line], behind(line.offset + 1))
    sink.finish()


def _die(patch: pytest.MonkeyPatch, deadly: str) -> None:
    """At the given step, counted from now on."""
    calls = []

    def dying(name: str, real: Callable[..., object], at: int) -> Callable[..., object]:
        def call(*arguments: object) -> object:
            calls.append(name)
            if calls.count(name) == at:
                raise Died
            return real(*arguments)

        return call

    if deadly == "opened":
        patch.setattr(module, "opened", dying("opened", module.opened, 1))
    elif deadly == "noted":
        patch.setattr(notes, "write_whole", dying("write_whole", notes.write_whole, 1))
    elif deadly == "named":
        patch.setattr(module, "put", dying("put", module.put, 1))


def test_a_piece_that_the_disk_does_not_take_whole_is_recorded_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INVARIANT: half a batch never gets a name, whoever frees the disk meanwhile."""
    sent = [arrived_at(NOON + number, offset=number) for number in range(4)]
    with pieces(tmp_path, 60.0, None) as sink:
        sink.write(sent[:1], behind(1))
    with pytest.raises(RecordingUnwritable, match="No space left"), pieces(tmp_path, 60.0, None) as sink:
        _record_until_full(sink, sent[1:], monkeypatch)

    with pieces(tmp_path, 60.0, None) as sink:
        assert sink.start == behind(1)
        sink.write(sent[1:], behind(4))
    assert texts(tmp_path) == b"".join(line.text for line in sent)


def _record_until_full(sink: Pieces, lines: Sequence[Line], monkeypatch: pytest.MonkeyPatch) -> None:
    sink.write(lines[:1], behind(2))
    taken = gzip.GzipFile.write
    full = iter([False, True])

    def write(file: gzip.GzipFile, data: bytes) -> int:
        if next(full):
            raise OSError(ENOSPC, "No space left on device")
        return taken(file, data)

    with monkeypatch.context() as patch:
        patch.setattr(gzip.GzipFile, "write", write)
        sink.write(lines[1:], behind(4))


def test_what_a_dead_recorder_had_begun_is_removed(tmp_path: Path) -> None:
    Pieces(tmp_path, 60.0).write([arrived_at(NOON)], behind(1))

    with pieces(tmp_path, 60.0, None):
        pass

    assert logs_in(tmp_path) == []
    assert not list(tmp_path.glob(".*.part"))


def test_a_piece_is_whole_after_its_time(tmp_path: Path) -> None:
    now = [0.0]
    sink = Pieces(tmp_path, 60.0, wall=lambda: now[0])
    sink.write([arrived_at(NOON)], behind(1))
    now[0] = 59.0
    sink.turn()
    assert logs_in(tmp_path) == []

    now[0] = 60.0
    sink.turn()
    assert len(logs_in(tmp_path)) == 1


def test_a_piece_that_is_large_enough_is_whole_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_LINES", 2)
    sink = Pieces(tmp_path, 60.0)
    for number in range(5):
        sink.write([arrived_at(NOON, offset=number)], behind(number + 1))

    assert len(logs_in(tmp_path)) == 2  # by name in order, though all arrived at once


def test_pieces_older_than_asked_for_are_forgotten_and_other_logs_kept(tmp_path: Path) -> None:
    (tmp_path / "incident.jsonl.gz").write_bytes(gzip.compress(b"somebody's own"))
    sink = Pieces(tmp_path, 60.0, timedelta(days=2))
    for day in range(5):
        sink.write([arrived_at(NOON + day * DAY)], behind(day))
        sink.finish()

    kept = [path.name[:10] for path in logs_in(tmp_path)]
    assert kept == ["2026-03-04", "2026-03-05", "2026-03-06", "incident.j"]


def test_a_folder_has_one_recorder(tmp_path: Path) -> None:
    with (
        pieces(tmp_path, 60.0, None),
        pytest.raises(RecordingUnwritable, match="another recorder"),
        pieces(tmp_path, 60.0, None),
    ):
        pass


def test_a_damaged_note_is_refused(tmp_path: Path) -> None:
    (tmp_path / "recorder.json").write_bytes(b'{"piece": 7')

    with pytest.raises(RecordingUnwritable, match="damaged"):
        Pieces(tmp_path, 60.0)

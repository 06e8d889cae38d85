from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from models.calendar import Calendar, Window, read_calendar, read_window
from models.entity import Entity
from models.errors import LogRefused
from models.facts import EntityKind
from models.rows import Rows

NOON = datetime(2026, 3, 25, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PRODUCT, SHOP = Entity(EntityKind.PRODUCT, "7"), Entity(EntityKind.SHOP, "cqshop")


def rows(*ends: tuple[Entity, datetime]) -> Rows:
    end = np.array([int(moment.timestamp() * 1000) for _, moment in ends], np.int64)
    return Rows(
        [entity for entity, _ in ends], np.zeros((len(ends), 1), np.float32), end - 60_000, end, [None] * len(ends)
    )


def test_a_window_mutes_the_rows_that_end_within_it() -> None:
    calendar = Calendar(windows=(Window(NOON, NOON + HOUR),))
    ends = [NOON, NOON + timedelta(minutes=1), NOON + HOUR, NOON + HOUR + timedelta(minutes=1)]

    muted = calendar.muted("usage_intensity", rows(*((SHOP, end) for end in ends)))

    assert muted.tolist() == [False, True, True, False]


def test_a_window_can_be_of_some_entities_and_scenarios_alone() -> None:
    calendar = Calendar(windows=(Window(NOON, NOON + HOUR, "sale", ("price_exploit",), ("product/7",)),))
    asked = rows((PRODUCT, NOON + HOUR / 2), (PRODUCT._replace(id="8"), NOON + HOUR / 2))

    assert calendar.muted("price_exploit", asked).tolist() == [True, False]
    assert calendar.muted("stock_exhaustion", asked).tolist() == [False, False]


def test_a_closed_day_is_about_volume_alone() -> None:
    calendar = Calendar(frozenset({NOON.date()}))

    assert calendar.muted("usage_intensity", rows((SHOP, NOON), (PRODUCT, NOON))).tolist() == [True, False]


def test_a_calendar_is_read_as_it_was_written(tmp_path: Path) -> None:
    calendar = Calendar(frozenset({date(2026, 3, 24)})).with_window(Window(NOON, NOON + HOUR, "maintenance"))
    (tmp_path / "calendar.json").write_bytes(calendar.encoded())

    read = read_calendar(tmp_path / "calendar.json")

    assert read == calendar
    assert read.without(read.windows[0].id).windows == ()


BAD = {
    "no JSON": (b"{", "cannot be read"),
    "an unknown field": (b'{"closed": []}', "unknown field"),
    "no day": (b'{"closed_days": ["24.3.2026"]}', "cannot be read"),
    "a time without an offset": (
        b'{"windows": [{"start": "2026-03-25T02:00:00", "end": "2026-03-25T03:00:00"}]}', "timezone",
    ),
    "an end before the start": (
        b'{"windows": [{"start": "2026-03-25T03:00:00Z", "end": "2026-03-25T02:00:00Z"}]}', "not after its start",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_calendar_that_cannot_be_used_is_refused_with_an_example(case: str, tmp_path: Path) -> None:
    raw, reason = BAD[case]
    (tmp_path / "calendar.json").write_bytes(raw)

    with pytest.raises(LogRefused, match=reason) as refusal:
        read_calendar(tmp_path / "calendar.json")

    assert "it looks like" in str(refusal.value)


@pytest.mark.parametrize(
    ("field", "reason"), [('"scenarios": ["sales"]', "no scenario sales"), ('"entities": ["7"]', "write kind/id")]
)
def test_a_window_that_would_mute_nothing_by_a_typing_error_is_refused(field: str, reason: str) -> None:
    raw = f'{{"start": "2026-03-25T02:00:00Z", "end": "2026-03-25T03:00:00Z", {field}}}'

    with pytest.raises(LogRefused, match=reason):
        read_window(raw.encode())

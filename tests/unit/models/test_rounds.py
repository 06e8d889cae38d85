import numpy as np
import pytest

from models.facts import EntityKind, facts
from models.rounds import News, Rounds
from models.rows import Made, Rows, concat_rows

HOUR = 3_600_000


def _rounds(watermarks: list[int], numbers: list[int]) -> Rounds:
    """One fact a row, of the products 0, 1, ..., known before the rounds with the numbers."""
    row = np.arange(len(numbers))
    held = facts(EntityKind.PRODUCT, row, row, 1_000, 0, offset=row, event_id=np.full(len(row), "", object))
    return Rounds(np.array(watermarks), [News("cart-events/0", held, np.array(numbers))])


def _rows(*ids: int) -> Rows:
    values = np.array(ids, np.int64)
    return Rows([], values[:, None].astype(np.float32), values, values, list(ids))


def test_a_cut_holds_its_rounds_and_what_they_bring() -> None:
    part = _rounds([10, 20, 30, 40], [0, 1, 1, 3]).cut(1, 4)

    assert part.watermarks.tolist() == [20, 30, 40]
    assert [(news.facts.entity.tolist(), news.round.tolist()) for news in part.news] == [([1, 2, 3], [0, 0, 2])]


def test_a_cut_of_silent_rounds_holds_no_news() -> None:
    assert not _rounds([10, 20, 30], [0, 2]).cut(1, 2).news


def test_a_part_ends_with_the_round_at_which_the_time_has_passed() -> None:
    rounds = _rounds([HOUR, HOUR + 1, 2 * HOUR - 1, 2 * HOUR, 2 * HOUR + 5], [0])

    parts = [(first, part.watermarks.tolist()) for first, part in rounds.parts(0, HOUR)]

    assert parts == [(0, [HOUR]), (1, [HOUR + 1, 2 * HOUR - 1, 2 * HOUR]), (4, [2 * HOUR + 5])]


def test_what_is_made_on_demand_is_a_sequence() -> None:
    squares = Made(4, lambda index: index * index)

    assert (list(squares), squares[-1], squares[1:3]) == ([0, 1, 4, 9], 9, [1, 4])
    with pytest.raises(IndexError):
        squares[4]


def test_rows_put_together_keep_their_contexts() -> None:
    together = concat_rows([_rows(1, 2), _rows(), _rows(3)])

    assert together is not None
    assert list(together.context) == together.start.tolist() == [1, 2, 3]
    assert concat_rows([]) is None

from models.windows import Watermark, closed


def watermark(*expected: str, lateness_ms: int = 0) -> Watermark:
    return Watermark(lateness_ms, frozenset(expected))


def test_a_source_nobody_has_reported_holds_everything_back():
    mark = watermark("a", "b")

    mark.observe("a", seen_until=100, caught_up=True, clock=500)

    assert mark.advance() == 0
    assert mark.holding_back() == ["b"]


def test_the_slowest_source_decides():
    mark = watermark("a", "b")
    mark.observe("a", seen_until=900, caught_up=False, clock=1000)
    mark.observe("b", seen_until=400, caught_up=False, clock=1000)

    assert mark.advance() == 400


def test_an_idle_source_that_was_read_to_its_end_is_complete_up_to_the_clock():
    mark = watermark("a", "b", lateness_ms=50)
    mark.observe("a", seen_until=0, caught_up=True, clock=1000)
    mark.observe("b", seen_until=990, caught_up=True, clock=1010)

    assert mark.advance() == 950


def test_without_a_clock_an_idle_source_follows_the_log():
    mark = watermark("a", "b")
    mark.observe("a", seen_until=100, caught_up=True, clock=0)
    mark.observe("b", seen_until=700, caught_up=True, clock=0)
    assert mark.advance() == 100

    mark.observe("a", seen_until=100, caught_up=True, clock=0)

    assert mark.advance() == 700


def test_what_was_read_to_its_end_in_another_life_is_not_known_to_be_so_now():
    """INVARIANT: a source whose reader died vouches for nothing that came after its last report.

    Else the first to be read again after an outage would be judged by as if all others had been silent.
    """
    mark = watermark("a", "b", lateness_ms=30)
    for source in ("a", "b"):
        mark.observe(source, seen_until=100, caught_up=True, clock=0)

    mark.observe("b", seen_until=900, caught_up=False, clock=0)

    assert mark.advance() == 70
    assert mark.read_until() == 130


def test_the_watermark_never_falls():
    mark = watermark("a")
    mark.observe("a", seen_until=900, caught_up=True, clock=1000)
    mark.advance()

    mark.observe("a", seen_until=500, caught_up=False, clock=1001)

    assert mark.advance() == 1000


def test_what_a_replaced_reader_saw_does_not_count_for_the_one_that_came_after():
    """INVARIANT: a report that was held up, and sent when its reader had been replaced, moves nothing.

    Without it minutes would be judged that the new reader has not read yet.
    """
    mark = watermark("a")
    mark.observe("a", seen_until=900, caught_up=False, clock=2000)

    mark.observe("a", seen_until=800, caught_up=True, clock=1500)

    assert mark.advance() == 900


def test_a_stopped_reader_stops_the_watermark():
    """INVARIANT: silence is a fact only when everything was read; a dead broker must not pose as a silent shop."""
    mark = watermark("a", "b")
    for clock in (1000, 2000):
        mark.observe("a", seen_until=0, caught_up=True, clock=clock)
    mark.observe("b", seen_until=0, caught_up=True, clock=1000)

    assert mark.advance() == 1000


def test_windows_close_when_the_watermark_has_passed_their_end():
    assert list(closed(0, 60_000, 60_000)) == [0]
    assert list(closed(0, 59_999, 60_000)) == []

from stream_app.snapshot_pace import LONGEST_REST, MOST_BYTES_A_SECOND, MOST_SHARE, SOON_SECONDS, SnapshotPace


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def pace() -> tuple[SnapshotPace, Clock]:
    clock = Clock()
    held = SnapshotPace(5.0, clock)
    held.stored(took=0.0, size=0)
    return held, clock


def test_the_first_state_is_stored_at_once():
    assert SnapshotPace(5.0).is_due


def test_while_nothing_changes_it_is_stored_now_and_then():
    held, clock = pace()

    clock.now += 4.9
    assert not held.is_due
    clock.now += 0.1
    assert held.is_due


def test_a_changed_anomaly_is_stored_soon_but_a_hundred_of_them_once():
    held, clock = pace()
    held.has_changed = True
    assert not held.is_due

    clock.now += SOON_SECONDS
    assert held.is_due
    held.stored(took=0.001, size=1_000)
    assert not held.is_due


def test_storing_never_takes_more_than_its_share_of_the_time():
    """INVARIANT: a state of any size leaves the worker its time to judge."""
    held, clock = pace()
    held.stored(took=2.0, size=1_000)
    held.has_changed = True

    clock.now += 2.0 / MOST_SHARE - 0.1
    assert not held.is_due
    clock.now += 0.2
    assert held.is_due
    assert held.is_slowed


def test_storing_never_writes_more_than_its_share_to_the_broker():
    held, clock = pace()
    held.stored(took=0.0, size=60 * MOST_BYTES_A_SECOND)

    clock.now += 59
    assert not held.is_due
    clock.now += 1
    assert held.is_due


def test_what_hurries_does_not_wait_for_its_share():
    held, _ = pace()
    held.stored(took=2.0, size=1_000)

    held.hurry()

    assert held.is_due


def test_even_the_largest_state_is_stored_before_anybody_is_alarmed():
    held, clock = pace()
    held.stored(took=60.0, size=0)

    clock.now += LONGEST_REST

    assert held.is_due

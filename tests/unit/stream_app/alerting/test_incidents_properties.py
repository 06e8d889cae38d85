from hypothesis import given, settings
from hypothesis import strategies as st

from stream_app.alerting.incidents.book import Book
from stream_app.alerting.incidents.incident import Sighting
from stream_app.alerting.incidents.topology import near, related
from tests.builders.incidents import WALL, again, book_of, seen

ENTITIES = [
    *(f"service/{name}-service" for name in ("cart", "order", "warehouse", "notification", "user-management")),
    *(f"event_type/{name}" for name in ("OrderCreated", "UserCartCreated", "ActivationLinkSent")),
    *(f"product/{number}" for number in (7, 8)),
    "user/41",
]
COUNTED = ("service", "event_type")
ANOMALIES = [
    seen(entity, "daily_workload" if entity.startswith(COUNTED) else "price_exploit", minute)
    for minute, entity in enumerate(ENTITIES)
]
some = st.lists(st.sampled_from(ANOMALIES), min_size=1, max_size=8, unique_by=lambda one: one.id)


def parts(book: Book) -> set[frozenset[str]]:
    """Which anomalies stand together."""
    return {frozenset(each.members) for each in book.incidents.values() if each.state != "merged"}


@given(some.flatmap(lambda drawn: st.tuples(st.just(drawn), st.permutations(drawn))))
@settings(max_examples=60)
def test_what_stands_together_does_not_depend_on_who_spoke_first(drawn: tuple[list[Sighting], list[Sighting]]):
    one, other = drawn

    assert parts(book_of(*one)) == parts(book_of(*other))


@given(some, st.data())
@settings(max_examples=60)
def test_reading_again_changes_nothing(drawn: list[Sighting], data: st.DataObject):
    revisions = [each for one in drawn for each in (one, again(one, severity="critical"))]
    book = book_of(*revisions)
    before, history = parts(book), len(book.happened)

    for one in data.draw(st.lists(st.sampled_from(revisions), max_size=12)):
        book.take(one, WALL)

    assert (parts(book), len(book.happened)) == (before, history)


@given(st.sampled_from(ANOMALIES), st.sampled_from(ANOMALIES), st.integers(0, 3_600_000))
@settings(max_examples=60)
def test_belonging_together_is_mutual(one: Sighting, other: Sighting, gap: int):
    assert related(one, other) == related(other, one)
    assert near(one, other, gap) == near(other, one, gap)

"""Schedules: what may happen to the two stages, in any order that Kafka and the group allow."""

from datetime import UTC, datetime

from faust.types import TP
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from models.chunks import LAG_MS
from models.decode import MAX_SKEW_MS
from models.windows import MINUTE
from shop_services.contracts.cart import ProductAddedToCart
from shop_services.contracts.envelope import encode, new_envelope
from tests.simulation.kafka import FakeKafka
from tests.simulation.minutes import JUDGED, START, MinutesMemory
from tests.simulation.node import LATENESS_MS, MINUTES, Node, Time
from tests.simulation.verdict import Sent, counted, published, right

WORKERS = 3
SOURCES, REPORTS = MINUTES.sources, MINUTES.reports
BUSY = (SOURCES[0], SOURCES[1], SOURCES[3])  # order-events/0 never says anything
OTHER = 9  # a product that is counted and not judged
LATEST_MS = 15_000  # by which events of judged products are late; with a stale answer of the broker below the lateness

number = st.integers(0, WORKERS - 1)
most = st.sampled_from([1, 3, 1000])
breaks = st.sampled_from([None, None, None, None, 0, 1, 2])  # records of a send that arrive before it fails
spread = st.lists(number, min_size=len(SOURCES) + 1, max_size=len(SOURCES) + 1)
pause = st.sampled_from((1, 5, 20, 40, 70))
commit = st.sampled_from((None, (True, None), (True, 0), (False, None), (False, 1)))  # offsets, and so many table rows
turn = st.tuples(number, most, st.sampled_from((None, None, 0, 1, 3)), breaks, commit)  # third: a partition left out
event = st.tuples(
    st.sampled_from(BUSY),
    st.sampled_from((*JUDGED, *JUDGED, OTHER)),
    st.sampled_from((1, 2, 3, 150, 350)),
    st.integers(0, LATEST_MS),
    st.sampled_from((1, 1, 3, 5_000)),  # offsets to the next record: a segment has 16,384
)


Event = tuple[TP, int, int, int, int]
Commit = tuple[bool, int | None]
Turn = tuple[int, int, int | None, int | None, Commit | None]


def message(product: int, pieces: int, time: int) -> bytes:
    """A ProductAddedToCart at a time in ms."""
    said = ProductAddedToCart(product_id=product, cart_id=1, user_id=1, quantity=pieces, price=1.0)
    at = datetime.fromtimestamp(time / 1000, UTC)
    return encode(new_envelope(said, at=at, subject="cart/1", correlation_id="1"))


class Schedule(RuleBasedStateMachine):
    """Some workers, one Kafka, and the log so far."""

    def __init__(self) -> None:
        super().__init__()
        self.kafka, self.time = FakeKafka(), Time(START + MINUTE)
        self.sent: list[Sent] = []
        self.nodes: list[Node] = []

    @initialize(
        snapshots=st.tuples(*[st.sampled_from((0.0, 1e12))] * WORKERS),
        together=st.tuples(*[st.sampled_from((1, 3))] * WORKERS),
        owners=spread,
    )
    def start(self, snapshots: tuple[float, ...], together: tuple[int, ...], owners: list[int]) -> None:
        self.nodes = [Node(self.kafka, self.time, *each) for each in zip(snapshots, together, strict=True)]
        self._spread(owners)

    # -- the shop

    @rule(events=st.lists(event, min_size=1, max_size=12))
    def say(self, events: list[Event]) -> None:
        for tp, product, pieces, late, gap in events:
            self._say(tp, product, pieces, max(START, self.time.now - late), gap)

    @rule(tp=st.sampled_from(BUSY), late=st.integers(LATEST_MS, LAG_MS - 1))
    def say_what_is_long_past(self, tp: TP, late: int) -> None:
        """Later than is allowed, and not so late that the replay takes the log itself for a lagging reader's."""
        self._say(tp, OTHER, 1, max(START, self.time.now - late), 1)

    @rule(tp=st.sampled_from(BUSY), ahead=st.integers(MAX_SKEW_MS + 1, 20 * MINUTE))
    def say_by_a_clock_that_runs_ahead(self, tp: TP, ahead: int) -> None:
        """Counted as of its arrival, whenever it is read."""
        self._say(tp, OTHER, 1, self.time.now + ahead, 1, happened=self.time.now)

    @rule(seconds=st.sampled_from((1, 5, 30, 60, 200)))
    def wait(self, seconds: int) -> None:
        self.time.now += seconds * 1000

    def _say(self, tp: TP, product: int, pieces: int, time: int, gap: int, happened: int = 0) -> None:
        raw = message(product, pieces, time)
        self.kafka.append(tp, raw, self.time.now, gap)
        happened = happened or time
        self.sent.append(Sent(tp.topic, raw, self.time.now, (product, happened - happened % MINUTE), pieces))

    # -- the workers

    @rule(at=number, which=st.integers(0, 9), most=most)
    def fetch(self, at: int, which: int, most: int) -> None:
        node = self.nodes[at]
        if node.reach:
            node.fetch(sorted(node.reach)[which % len(node.reach)], most)

    @rule(at=number, steps=st.integers(1, 4), breaks_after=breaks)
    def process(self, at: int, steps: int, breaks_after: int | None) -> None:
        node = self.nodes[at]
        while steps and node.queue:  # one turn may take several batches
            node.process(breaks_after)
            steps, breaks_after = steps - 1, None
        self._check_counts(node)

    @rule(at=number, breaks_after=breaks)
    def beat(self, at: int, breaks_after: int | None) -> None:
        self.nodes[at].beat(breaks_after)

    @rule(
        days=st.lists(st.tuples(st.lists(event, max_size=6), pause, st.lists(turn, max_size=6)), min_size=2, max_size=8)
    )
    def go_on(self, days: list[tuple[list[Event], int, list[Turn]]]) -> None:
        """What goes on all day: the shop speaks, time passes, and workers have their turns, some of them lagging."""
        for events, seconds, turns in days:
            self.say(events)
            self.wait(seconds)
            for at, most, which, breaks_after, commit in turns:
                self._round(self.nodes[at], most, which, breaks_after)
                self._check_counts(self.nodes[at])
                if commit:
                    self.nodes[at].commit(*commit)

    # -- the group

    @rule(owners=spread)
    def rebalance(self, owners: list[int]) -> None:
        self._spread(owners)

    @rule(at=number, owners=spread)
    def crash(self, at: int, owners: list[int]) -> None:
        """The process dies with all it had in memory; another one takes its place."""
        self.nodes[at] = Node(self.kafka, self.time, self.nodes[at].snapshot_seconds, self.nodes[at].together)
        self._spread(owners)

    @rule(at=number, owners=spread)
    @precondition(lambda self: sum(node.is_member for node in self.nodes) > 1)
    def drop_from_group(self, at: int, owners: list[int]) -> None:
        """The group gives its partitions to others, and the worker goes on with them for a while."""
        self.nodes[at].is_member = False
        if any(node.is_member for node in self.nodes):
            self._spread(owners)

    @rule(at=number, owners=spread)
    def notice(self, at: int, owners: list[int]) -> None:
        self.nodes[at].is_member = True
        self._spread(owners)

    def _spread(self, owners: list[int]) -> None:
        """Every member's new assignment; a partition of one that is no member goes to the next that is."""
        members = [node for node in self.nodes if node.is_member]
        shares: list[list[TP]] = [[] for _ in members]
        for tp, owner in zip((*SOURCES, REPORTS), owners, strict=True):
            shares[owner % len(members)].append(tp)
        for node, share in zip(members, shares, strict=True):
            node.assign(share)

    # -- what must hold

    def _round(self, node: Node, most: int, which: int | None = None, breaks_after: int | None = None) -> None:
        """Fetch all partitions but one, process, report; the first send with more records than `breaks_after` fails."""
        places = [tp for number, tp in enumerate(sorted(node.reach)) if number != which]
        node.read(places, most, breaks_after)
        node.beat()

    def _check_counts(self, node: Node) -> None:
        """Nothing is counted twice, not even for a while."""
        memory = node.seat.judging.detector.memory
        assert isinstance(memory, MinutesMemory)
        truth = counted(self.sent)
        for cell, (events, pieces) in memory.cells.items():
            assert events <= truth[cell][0], f"{cell}: {events} events counted of {truth[cell][0]}"
            assert pieces <= truth[cell][1], f"{cell}: {pieces} pieces counted of {truth[cell][1]}"
        assert not memory.late, f"{memory.late} events came after their minute was judged"

    @rule(owners=spread)
    def settle(self, owners: list[int]) -> None:
        """Everything is read and reported: now the workers must say what one process says."""
        if not all(node.is_member for node in self.nodes) or self._is_orphaned():
            for node in self.nodes:
                node.is_member = True
            self._spread(owners)
        self._say(SOURCES[0], OTHER, 1, self.time.now, 1)
        for node in self.nodes * 3:  # what one reports last is read by the seat in the next turn
            self._round(node, 10**6)
        (seated,) = [node for node in self.nodes if REPORTS in node.reach]
        self._compare(seated)

    def _is_orphaned(self) -> bool:
        return {*SOURCES, REPORTS} != {tp for node in self.nodes for tp in node.reach}

    def _compare(self, seated: Node) -> None:
        wanted, detector = right(self.sent), seated.seat.judging.detector
        memory = detector.memory
        assert isinstance(memory, MinutesMemory)
        assert memory.cells == wanted.cells, "other counts than one process has"
        assert detector.watermark.value == wanted.watermark == self.time.now - LATENESS_MS
        assert published(self.kafka) == wanted.told, "other anomalies than one process tells of"
        assert not memory.late

    def teardown(self) -> None:
        if self.nodes:
            self.settle([0, 1, 2, 0, 1])

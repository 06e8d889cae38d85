"""`/dead-letters`: records of the shop's topics that could not be used: where each stands and why, no content."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from itertools import islice

from stream_app.console.pages.elements import box, choice, table, text
from stream_app.console.pages.frame import Part, frame
from stream_app.console.pages.paging import Turning
from stream_app.console.state import Console

PAGE = 50
ANY = ""
HEADERS = ("Topic", "Partition#", "Offset#", "Reason", "Detail")
EMPTY = "None: every record so far could be used."
EXPLAINED = (
    "Records that the monitor could not use. They stand where they were, in Kafka; what they hold is not shown. "
    "The newest {:,} are kept here."
)


@dataclass(frozen=True, slots=True)
class Browsing:
    """Which letters, and which page of them, from 0."""

    topic: str = ANY
    reason: str = ANY
    page: int = 0


def dead_letters_page(console: Console) -> None:
    """Build the page."""
    parts: list[Part]
    with frame(console, "/dead-letters") as parts:
        parts.append(DeadLetters(console))


class DeadLetters:
    """Rebuilt only when its rows change."""

    def __init__(self, console: Console) -> None:
        self._letters = console.timeline.letters
        self._browsing = Browsing()
        self._shown: object = None
        self._offered: object = None
        with box("section", "panel", aria_label="Dead letters"):
            self._title = text("", "h2")
            text(EXPLAINED.format(self._letters.limit), "p", "muted")
            self._bar = box("div", "bar")
            self._rows = box("div")
            self._turning = Turning("dead letters", self._turn(-1), self._turn(1))
        self.refresh()

    def refresh(self) -> None:
        """Show the letters of the page that is open."""
        state = (self._letters.version, self._browsing)
        if state == self._shown:
            return
        self._shown = state
        self._build()

    def _build(self) -> None:
        first = self._browsing.page * PAGE
        chosen = self._letters.newest(self._browsing.topic, self._browsing.reason)
        page = list(islice(chosen, first, first + PAGE + 1))
        rows = [(one.topic, str(one.partition), str(one.offset), one.reason, one.detail) for one in page[:PAGE]]
        self._turning.show(first + 1, len(rows), None, len(page) > PAGE)
        self._build_bar()
        self._rows.clear()
        with self._rows:
            table(HEADERS, rows, EMPTY)

    def _build_bar(self) -> None:
        """Filters; left alone while what they offer is the same, so that the keyboard's focus stays."""
        offered = (self._letters.topics(), self._letters.reasons())
        self._title.set_text(f"Dead letters: {len(self._letters):,}")
        if offered == self._offered:
            return
        self._offered = offered
        self._bar.clear()
        with self._bar:
            choice("Topic ", _options(offered[0]), self._browsing.topic, self._choose_topic)
            choice("Reason ", _options(offered[1]), self._browsing.reason, self._choose_reason)

    def _choose_topic(self, value: str) -> None:
        self._browsing = Browsing(value, self._browsing.reason)
        self.refresh()

    def _choose_reason(self, value: str) -> None:
        self._browsing = Browsing(self._browsing.topic, value)
        self.refresh()

    def _turn(self, pages: int) -> Callable[[], Awaitable[None]]:
        async def turn() -> None:
            self._browsing = replace(self._browsing, page=max(0, self._browsing.page + pages))
            self.refresh()

        return turn


def _options(names: list[str]) -> dict[str, str]:
    return {ANY: "any", **{name: name for name in names}}

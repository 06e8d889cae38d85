"""`/incidents`: what is wrong and who looks after it; filtered and turned page by page in the store."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from stream_app.alerting.desk import IncidentDesk
from stream_app.alerting.incidents.incident import Incident
from stream_app.alerting.store.search import Place, Wanted
from stream_app.console.pages.asked import Asked
from stream_app.console.pages.elements import VALUE, box, choice, text
from stream_app.console.pages.frame import Part, filled, frame, refresh
from stream_app.console.pages.incident_table import IncidentTable
from stream_app.console.pages.mute_list import MuteList
from stream_app.console.pages.paging import Turning
from stream_app.console.pages.sheet import Sheet
from stream_app.console.phrases import scenario
from stream_app.console.state import Console

PAGE = 25
ANY = ""
OFFERED_STATES = {"open": "open", ANY: "any", "resolved": "over", "merged": "merged"}
SEVERITIES = {ANY: "any", "critical": "critical", "warning": "warning", "info": "info"}


class Found(NamedTuple):
    """A page of the list; `first` counts from 1."""

    incidents: Sequence[Incident]
    total: int
    first: int


@dataclass(slots=True)
class Browsing:
    """What is looked for, and where each page begins: below the last incident of the one before."""

    wanted: Wanted = field(default_factory=lambda: Wanted("open"))
    starts: tuple[Place | None, ...] = (None,)

    def narrow(self, **changes: str) -> None:
        """Look for something else, from the newest on."""
        self.wanted, self.starts = replace(self.wanted, **changes), (None,)

    def older(self, last: Incident) -> None:
        """On to what stands below."""
        self.starts = (*self.starts, (last.opened, last.id))

    def newer(self) -> None:
        """Back to the page before."""
        self.starts = self.starts[:-1] or (None,)

    def ask(self, desk: IncidentDesk) -> tuple[Sequence[Incident], int]:
        """The incidents of the page, and how many there are in all."""
        return desk.search(self.wanted, PAGE, self.starts[-1])


async def incidents_page(console: Console) -> None:
    """Build the page."""
    parts: list[Part]
    with frame(console, "/incidents") as parts:
        parts.append(IncidentList(console))
        parts.append(MuteList(console, Sheet(lambda: refresh(parts))))
    await filled(parts)


class IncidentList:
    """The list, its filters, and the way to older ones."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._browsing = Browsing()
        self._table = IncidentTable(console)
        self._last: Incident | None = None
        with box("section", "panel", aria_label="Incidents"):
            self._build_bar()
            self._list = Asked(self._found, self._build)
            self._turning = Turning("incidents", self._turn_newer, self._turn_older)

    async def refresh(self) -> None:
        """Ask the store again."""
        await self._list.refresh()
        self._table.tick()

    def _build_bar(self) -> None:
        stems = sorted(self._console.worker.readiness.scenarios)
        with box("div", "bar"):
            text("Incidents", "h2")
            choice("State ", OFFERED_STATES, self._browsing.wanted.state, self._choose("state"))
            choice("Severity ", SEVERITIES, ANY, self._choose("severity"))
            choice("Scenario ", {ANY: "any", **{stem: scenario(stem) for stem in stems}}, ANY, self._choose("scenario"))
            with box("label", "bar-choice"):
                text("About ", classes="muted")
                typed = box("input", "choice", type="search", placeholder="cart-service, product/7", maxlength="100")
                typed.on("change", lambda event: self._choose("entity")(str(event.args)), js_handler=VALUE)

    def _choose(self, name: str) -> Callable[[str], Awaitable[None]]:
        async def chosen(value: str) -> None:
            self._browsing.narrow(**{name: value.strip()})
            await self.refresh()

        return chosen

    async def _turn_older(self) -> None:
        if self._last is not None:
            self._browsing.older(self._last)
            await self.refresh()

    async def _turn_newer(self) -> None:
        self._browsing.newer()
        await self.refresh()

    async def _found(self) -> Found:
        incidents, total = await self._console.desk.ask(self._browsing.ask)
        first = PAGE * (len(self._browsing.starts) - 1) + 1
        return Found(incidents, total, first)

    def _build(self, found: Found) -> None:
        self._last = found.incidents[-1] if found.incidents else None
        shown = len(found.incidents)
        self._turning.show(found.first, shown, found.total, found.first + shown <= found.total)
        self._table.build(found.incidents)

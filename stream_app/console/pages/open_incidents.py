"""What is wrong now and who looks after it: the incidents that are open, above their anomalies."""

from collections.abc import Sequence
from typing import NamedTuple

from stream_app.alerting.incidents.incident import Incident
from stream_app.alerting.store.search import Wanted
from stream_app.console.pages.asked import Asked
from stream_app.console.pages.elements import box, link, text
from stream_app.console.pages.incident_table import IncidentTable
from stream_app.console.state import Console

SHOWN = 10


class Open(NamedTuple):
    """The newest open incidents, and how many there are."""

    incidents: Sequence[Incident]
    total: int


class OpenIncidents:
    """A short table; all of them are under `/incidents`."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._table = IncidentTable(console)
        with box("section", "panel", aria_label="Open incidents"):
            self._title = text("Open incidents", "h2")
            self._asked = Asked(self._ask, self._build)

    async def refresh(self) -> None:
        """Ask the store again."""
        await self._asked.refresh()
        self._table.tick()

    async def _ask(self) -> Open:
        incidents, total = await self._console.desk.ask(lambda desk: desk.search(Wanted("open"), SHOWN))
        return Open(incidents, total)

    def _build(self, found: Open) -> None:
        self._title.set_text(f"Open incidents: {found.total:,}")
        self._table.build(found.incidents, "None is open.")
        if found.total > len(found.incidents):
            link(f"All {found.total:,}", "/incidents")

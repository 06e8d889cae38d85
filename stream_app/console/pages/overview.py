"""`/`: is the shop all right, what is open, what was."""

from stream_app.console.pages.curve_panel import CurvePanel
from stream_app.console.pages.elements import box
from stream_app.console.pages.frame import Part, filled, frame
from stream_app.console.pages.open_cards import OpenCards
from stream_app.console.pages.open_incidents import OpenIncidents
from stream_app.console.pages.past_table import PastTable
from stream_app.console.state import Console


async def overview(console: Console) -> None:
    """Build the page."""
    parts: list[Part]
    with frame(console, "/") as parts, box("div", "stack"):
        parts.append(OpenIncidents(console))
        parts.append(OpenCards(console))
        parts.append(CurvePanel(console))
        parts.append(PastTable(console))
    await filled(parts)

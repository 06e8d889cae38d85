"""`/runbooks/{alert}`: what an alert means and what to do, as written in `deploy/runbooks`."""

from pathlib import Path

from nicegui import ui

from stream_app.console.pages.elements import box, link, text
from stream_app.console.pages.frame import frame
from stream_app.console.state import Console

RUNBOOKS = Path(__file__).parents[3] / "deploy/runbooks"


def runbook_page(console: Console, alert: str) -> None:
    """Build the page of an alert; of an unknown one, the list of those that are known."""
    known = {path.stem: path for path in sorted(RUNBOOKS.glob("*.md"))}
    with frame(console, "/runbooks"):
        if alert in known:
            with box("article", "panel runbook", aria_label=f"Runbook of {alert}"):
                ui.markdown(known[alert].read_text())
            link("All runbooks", "/runbooks")
        else:
            _list(alert, list(known))


def _list(alert: str, known: list[str]) -> None:
    text(f"There is no runbook of {alert}." if alert else "Runbooks", "h2")
    with box("ul", aria_label="Runbooks"):
        for name in known:
            with box("li"):
                link(name, f"/runbooks/{name}")
    if not known:
        text(f"The folder {RUNBOOKS} is not there.", "p")

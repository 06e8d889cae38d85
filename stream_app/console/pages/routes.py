"""Where the pages are, and how NiceGUI is joined to the API."""

from fastapi import FastAPI
from nicegui import ui

from stream_app.console.pages.anomaly import anomaly_page
from stream_app.console.pages.endpoints import endpoints_page
from stream_app.console.pages.health import health_page
from stream_app.console.pages.overview import overview
from stream_app.console.pages.runbook import runbook_page
from stream_app.console.state import Console


def add_pages(app: FastAPI, console: Console) -> None:
    """Register the pages and mount them under the API's routes. Once a process: NiceGUI has one application."""
    title = console.options.title
    ui.page("/", title=title)(lambda: overview(console))
    ui.page("/health", title=f"{title}: health")(lambda: health_page(console))

    ui.page("/runbooks", title=f"{title}: runbooks")(lambda: runbook_page(console, ""))
    ui.page("/api", title=f"{title}: API")(lambda: endpoints_page(console, app))

    @ui.page("/anomaly/{anomaly_id}", title=title)
    def show(anomaly_id: str) -> None:
        anomaly_page(console, anomaly_id)

    @ui.page("/runbooks/{alert}", title=f"{title}: runbook")
    def read(alert: str) -> None:
        runbook_page(console, alert)

    ui.run_with(app, title=title, dark=None, language="en-US", tailwind=False, show_welcome_message=False)

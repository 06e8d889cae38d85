"""Where the pages are, and how NiceGUI is joined to the API."""

from fastapi import FastAPI
from nicegui import ui

from stream_app.console.pages.anomaly import anomaly_page
from stream_app.console.pages.calendar import calendar_page
from stream_app.console.pages.dead_letters import dead_letters_page
from stream_app.console.pages.deliveries import deliveries_page
from stream_app.console.pages.endpoints import endpoints_page
from stream_app.console.pages.health import health_page
from stream_app.console.pages.incident import incident_page
from stream_app.console.pages.incident_list import incidents_page
from stream_app.console.pages.models import models_page
from stream_app.console.pages.overview import overview
from stream_app.console.pages.runbook import runbook_page
from stream_app.console.pages.what_if import what_if_page
from stream_app.console.state import Console
from stream_app.console.trials import Trials


def add_pages(app: FastAPI, console: Console) -> None:
    """Register the pages and mount them under the API's routes. Once a process: NiceGUI has one application."""
    title, trials = console.options.title, Trials(console.options)
    _add_incidents(console)
    ui.page("/", title=title)(lambda: overview(console))
    ui.page("/dead-letters", title=f"{title}: dead letters")(lambda: dead_letters_page(console))
    ui.page("/models", title=f"{title}: models")(lambda: models_page(console))
    ui.page("/calendar", title=f"{title}: calendar")(lambda: calendar_page(console))
    ui.page("/what-if", title=f"{title}: what if")(lambda: what_if_page(console, trials))
    ui.page("/health", title=f"{title}: health")(lambda: health_page(console))

    ui.page("/runbooks", title=f"{title}: runbooks")(lambda: runbook_page(console, ""))
    ui.page("/api", title=f"{title}: API")(lambda: endpoints_page(console, app))

    @ui.page("/anomaly/{anomaly_id}", title=title)
    async def show(anomaly_id: str) -> None:
        await anomaly_page(console, anomaly_id)

    @ui.page("/runbooks/{alert}", title=f"{title}: runbook")
    def read(alert: str) -> None:
        runbook_page(console, alert)

    ui.run_with(app, title=title, dark=None, language="en-US", tailwind=False, show_welcome_message=False)


def _add_incidents(console: Console) -> None:
    """The pages over the incidents' store."""
    title = console.options.title
    ui.page("/incidents", title=f"{title}: incidents")(lambda: incidents_page(console))
    ui.page("/deliveries", title=f"{title}: deliveries")(lambda: deliveries_page(console))

    @ui.page("/incidents/{incident_id}", title=title)
    async def show(incident_id: str) -> None:
        await incident_page(console, incident_id)

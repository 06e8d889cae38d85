"""`/api`: what the API offers, from its own description. No script from elsewhere: it works without the internet."""

from typing import Any

from fastapi import FastAPI

from stream_app.console.pages.elements import Row, box, link, table, text
from stream_app.console.pages.frame import frame
from stream_app.console.state import Console

HEADERS = ("Address", "Filters", "What it gives or does")


def endpoints_page(console: Console, app: FastAPI) -> None:
    """Build the page."""
    with frame(console, "/api"), box("section", "panel", aria_label="API"):
        text("The same figures for programs", "h2")
        table(HEADERS, _rows(app.openapi()), "None.")
        link("OpenAPI document", "/openapi.json")


def _rows(document: dict[str, Any]) -> list[Row]:
    found = document["paths"].items()
    return [_row(path, method, operation) for path, methods in found for method, operation in methods.items()]


def _row(path: str, method: str, operation: dict[str, Any]) -> Row:
    parameters = operation.get("parameters", ())
    filters = ", ".join(parameter["name"] for parameter in parameters if parameter["in"] == "query")
    return f"{method.upper()} {path}", filters or "-", operation.get("description", "")

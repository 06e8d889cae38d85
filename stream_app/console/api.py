"""The API: anomalies with filters and paging, readings, health, metrics. An anomaly looks as it was published."""

import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from stream_app.console.access import needs
from stream_app.console.anomalies import Filter, Place
from stream_app.console.answers import ANOMALY, as_json, refusals
from stream_app.console.api_acts import create_act_routes
from stream_app.console.api_audit import create_audit_routes
from stream_app.console.api_feedback import create_feedback_routes
from stream_app.console.api_incidents import create_incident_routes
from stream_app.console.api_stream import create_stream_routes
from stream_app.console.curves import HOUR_MS
from stream_app.console.decode import Anomaly, Curve
from stream_app.console.state import Console

StatusFilter = Literal["opened", "updated", "resolved", "retracted", "open", "past"]
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
READINGS_LIMIT = 50_000  # of one answer, about 7 MB
CURSOR_TIME = re.compile(r"-?\d{1,18}")
READER = [Depends(needs("read"))]


def create_routes(console: Console) -> APIRouter:
    """The routes over one console."""
    routes = APIRouter()
    routes.include_router(create_stream_routes(console))
    _add_anomalies(routes, console)
    _add_readings(routes, console)
    routes.include_router(create_incident_routes(console.desk))
    routes.include_router(create_act_routes(console.desk))
    routes.include_router(create_feedback_routes(console.desk))
    routes.include_router(create_audit_routes(console.desk, console.door))
    _add_operation(routes, console)
    _add_rest(routes)
    return routes


def _add_anomalies(routes: APIRouter, console: Console) -> None:
    @routes.get("/api/anomalies", tags=["anomalies"], responses=_answers(_page_schema()), dependencies=READER)
    async def list_anomalies(
        status: Annotated[StatusFilter | None, Query(description="`open` and `past` join two each.")] = None,
        scenario: str | None = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
        cursor: Annotated[str | None, Query(description="`nextCursor` of the page before.")] = None,
    ) -> Response:
        """Anomalies at their newest revision, the newest first."""
        wanted = Filter(status, scenario)
        below = _place(cursor) if cursor else None
        chosen = console.timeline.anomalies.select(wanted, below)
        page = [anomaly for anomaly, _ in zip(chosen, range(limit + 1), strict=False)]
        return as_json({"anomalies": [a.event for a in page[:limit]], "nextCursor": _cursor(page, limit)})

    @routes.get(
        "/api/anomalies/{anomaly_id}", tags=["anomalies"], responses=_answers(_one_schema(), 404), dependencies=READER
    )
    async def one_anomaly(anomaly_id: str) -> Response:
        """One anomaly with what is known of its earlier revisions, oldest first."""
        case = console.timeline.anomalies.get(anomaly_id)
        if case is None:
            raise HTTPException(404, f"there is no such anomaly among the {len(console.timeline.anomalies)} kept")
        return as_json({"anomaly": case.anomaly.event, "revisions": [step._asdict() for step in case.steps]})


def _add_readings(routes: APIRouter, console: Console) -> None:
    @routes.get("/api/readings", tags=["readings"], responses=refusals(422), dependencies=READER)
    async def readings(
        scenario: str | None = None,
        entity: Annotated[str | None, Query(description="An id, as `cart-service` or `cqshop`.")] = None,
        hours: Annotated[float, Query(gt=0, le=24, description="Hours of shop time back from the newest.")] = 3,
    ) -> Response:
        """Counts per window with their expected band, a series per scenario and entity; times are ms of event time."""
        curves = console.timeline.curves
        since = curves.newest - int(hours * HOUR_MS)
        wanted = [c for c in curves.names() if scenario in (None, c.scenario) and entity in (None, c.subject.id)]
        _require_bounded(sum(curves.count(curve, since) for curve in wanted))
        return as_json({"series": [_series(console, curve, since) for curve in wanted]})


def _add_operation(routes: APIRouter, console: Console) -> None:
    @routes.get("/healthz", tags=["operation"])
    async def healthz() -> JSONResponse:
        """Alive while the reading loop runs, broker or not."""
        alive = not console.feed.state.ended
        return JSONResponse({"alive": alive}, 200 if alive else 503)

    @routes.get("/readyz", tags=["operation"])
    async def readyz() -> JSONResponse:
        """Ready when every anomaly so far was read and the broker still answers."""
        feed = console.feed.state
        ready = feed.is_fresh and feed.caught_up
        body = {"ready": ready, "reason": feed.reason, "lag": feed.lag, "missing": list(feed.missing)}
        return JSONResponse({**body, "workerAnswers": console.worker.answers}, 200 if ready else 503)

    @routes.get("/metrics", tags=["operation"])
    async def metrics() -> Response:
        """Prometheus metrics of the console itself."""
        console.measure()
        return Response(generate_latest(console.metrics.registry), media_type=CONTENT_TYPE_LATEST)


def _add_rest(routes: APIRouter) -> None:
    """What is not there is told to programs in JSON; without this the pages would answer."""

    @routes.api_route("/api/{rest:path}", methods=METHODS, include_in_schema=False)
    async def rest(request: Request) -> None:
        if request.method != "GET":
            raise HTTPException(405, "nothing can be changed there; /openapi.json tells what can", {"Allow": "GET"})
        raise HTTPException(404, f"there is no {request.url.path}; /openapi.json tells what there is")


def _series(console: Console, curve: Curve, since: int) -> dict[str, Any]:
    curves = console.timeline.curves
    kind, name = curve.subject
    head = {"scenario": curve.scenario, "entity": {"kind": kind, "id": name}, "unit": curves.unit(curve)}
    return {**head, "readings": curves.between(curve, since, curves.newest)}


def _require_bounded(readings: int) -> None:
    """Refuse an answer that would hold up everybody else's."""
    if readings > READINGS_LIMIT:
        remedy = "name a scenario, an entity, or fewer hours"
        raise HTTPException(422, f"these are {readings:,} readings, at most {READINGS_LIMIT:,} are given: {remedy}")


def _cursor(page: list[Anomaly], limit: int) -> str | None:
    """Where the next page begins: below the last anomaly of this one."""
    if len(page) <= limit:
        return None
    last = page[limit - 1]
    return f"{last.start}_{last.event.anomaly_id}"


def _place(cursor: str) -> Place:
    start, separator, anomaly_id = cursor.partition("_")
    if not separator or not CURSOR_TIME.fullmatch(start):
        raise HTTPException(422, "this cursor was not made here: take `nextCursor` of a page, or leave it out")
    return Place(int(start), anomaly_id)


def _answers(schema: dict[str, Any], *statuses: int) -> dict[int | str, dict[str, Any]]:
    found = {"content": {"application/json": {"schema": schema}}, "description": "Found."}
    return {200: found, **refusals(422, *statuses)}


def _page_schema() -> dict[str, Any]:
    cursor = {"type": ["string", "null"]}
    return {"type": "object", "properties": {"anomalies": {"type": "array", "items": ANOMALY}, "nextCursor": cursor}}


def _one_schema() -> dict[str, Any]:
    return {"type": "object", "properties": {"anomaly": ANOMALY, "revisions": {"type": "array"}}}

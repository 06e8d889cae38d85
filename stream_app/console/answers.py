"""How the API answers: JSON by msgspec, refusals as `{"detail": ...}`, and what may be refused, for its description."""

from typing import Any

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response

from stream_app.alerting.desk import BadFeedback, NotPossible, UnknownIncident
from stream_app.alerting.errors import StoreUnavailable

STATUS: dict[type[Exception], int] = {
    UnknownIncident: 404,
    NotPossible: 409,
    BadFeedback: 422,
    StoreUnavailable: 503,
}
MEANING = {
    401: "It is not known who asks.",
    403: "Who asks may not.",
    404: "There is no such thing.",
    409: "It cannot be done as things stand; the text says why.",
    422: "A parameter cannot be used; it is named.",
    503: "The incidents' database does not answer, or too many ask.",
}
ANOMALY = {"$ref": "#/components/schemas/AnomalyDetected"}
DETAIL = {"type": "object", "properties": {"detail": {"type": "string"}}, "required": ["detail"]}


def as_json(body: Any, status: int = 200) -> Response:
    """The body as an answer."""
    return Response(msgspec.json.encode(body), status, media_type="application/json")


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """These statuses as OpenAPI describes them."""
    content = {"application/json": {"schema": DETAIL}}
    return {status: {"description": MEANING[status], "content": content} for status in (401, 403, *statuses)}


def add_refusals(api: FastAPI) -> None:
    """Have errors made on purpose answered with their sentence."""
    api.add_exception_handler(RequestValidationError, _refuse)
    for kind in STATUS:
        api.add_exception_handler(kind, _say)


async def _refuse(_: Request, error: Exception) -> JSONResponse:
    """What is wrong with a parameter, without repeating it."""
    assert isinstance(error, RequestValidationError)
    return JSONResponse({"detail": [{"loc": one["loc"], "msg": one["msg"]} for one in error.errors()]}, 422)


async def _say(_: Request, error: Exception) -> JSONResponse:
    status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
    return JSONResponse({"detail": str(error)}, status)

"""Errors over HTTP as problem details (RFC 9457). Never repeats what was sent: it may hold a password."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from shop_services.chassis.errors import DatabaseUnavailable, UnstorableValue
from shop_services.chassis.refusals import Refused

MEDIA_TYPE = "application/problem+json"


def problem(request: Request, status: int, title: str, detail: str | None = None, **more: Any) -> JSONResponse:
    """One problem; `more` are extension members."""
    body = {"type": "about:blank", "title": title, "status": status, "instance": request.url.path}
    content = body | ({"detail": detail} if detail else {}) | more
    return JSONResponse(content, status, media_type=MEDIA_TYPE)


def setup_problems(app: FastAPI) -> None:
    """Let the app answer every error as a problem."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DatabaseUnavailable, _unavailable)
    app.add_exception_handler(UnstorableValue, _unstorable)
    app.add_exception_handler(Exception, _failed)


async def _refused(request: Request, error: Any) -> Response:
    return problem(request, error.status, error.title, str(error))


async def _invalid(request: Request, error: Any) -> Response:
    wrong = [{"field": ".".join(map(str, each["loc"])), "reason": each["type"]} for each in error.errors()]
    return problem(request, 422, "The request makes no sense", errors=wrong)


async def _unstorable(request: Request, error: Any) -> Response:
    return problem(request, 422, "The request makes no sense", str(error))


async def _http(request: Request, error: Any) -> Response:
    return problem(request, error.status_code, str(error.detail))


async def _unavailable(request: Request, error: Any) -> Response:
    response = problem(request, 503, "The service cannot answer now", str(error))
    response.headers["Retry-After"] = "1"
    return response


async def _failed(request: Request, error: Any) -> Response:
    return problem(request, 500, "The service failed", type(error).__name__)

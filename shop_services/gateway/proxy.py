"""Passes a request to a service and its answer back."""

import httpx
from fastapi import Request
from starlette.responses import Response

from shop_services.chassis.problems import problem
from shop_services.gateway.upstreams import Upstream

_PASSED_ON = ("content-type", "accept", "traceparent")
_PASSED_BACK = ("content-type", "retry-after")


async def forward(request: Request, client: httpx.AsyncClient, upstream: Upstream) -> Response:
    """The service's answer, or 503 when it gives none in time. Nothing is sent twice: the service may have acted."""
    try:
        answer = await client.request(
            request.method,
            _address(request, upstream),
            content=await request.body(),
            headers={name: request.headers[name] for name in _PASSED_ON if name in request.headers},
        )
    except httpx.HTTPError as error:
        return _unavailable(request, upstream, error)
    headers = {name: answer.headers[name] for name in _PASSED_BACK if name in answer.headers}
    return Response(answer.content, answer.status_code, headers)


def _address(request: Request, upstream: Upstream) -> str:
    """Path and query as they were sent: `%3F` in a product's code must not become a `?`."""
    path, query = request.scope["raw_path"].decode("ascii"), request.scope["query_string"].decode("ascii")
    return f"{upstream.url}{path}?{query}" if query else f"{upstream.url}{path}"


def _unavailable(request: Request, upstream: Upstream, error: httpx.HTTPError) -> Response:
    why = "did not answer in time" if isinstance(error, httpx.TimeoutException) else "cannot be reached"
    response = problem(request, 503, "A service does not answer", f"{upstream.name} {why}", service=upstream.name)
    response.headers["Retry-After"] = "1"
    return response

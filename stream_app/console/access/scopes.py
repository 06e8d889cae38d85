"""What routes and pages ask: who is it, may they, and write down what they did."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Annotated, Any

from fastapi import HTTPException, Request, Security
from fastapi.security import APIKeyCookie, HTTPBearer
from starlette.requests import HTTPConnection

from stream_app.access.audit import Outcome
from stream_app.access.identity import Identity, Scope
from stream_app.console.access.door import AccessDenied, Door
from stream_app.console.access.sessions import COOKIE

BEARER = HTTPBearer(auto_error=False, scheme_name="token", description="An API token: `access add-token` makes one.")
SESSION = APIKeyCookie(
    name=COOKIE, auto_error=False, scheme_name="session", description="The signed cookie that /sign-in sets."
)
DOOR: ContextVar[Door] = ContextVar("console_door")


def needs(scope: Scope) -> Callable[..., Identity]:
    """A FastAPI dependency: the caller, who may do what the scope grants; else 401 or 403, and an entry in the audit.

    `async def act(identity: Annotated[Identity, Depends(needs("act"))])`. A cookie counts only when our own page asks.
    """

    def allowed(
        request: Request, _bearer: Annotated[Any, Security(BEARER)], _session: Annotated[Any, Security(SESSION)]
    ) -> Identity:
        door: Door = request.state.door
        identity: Identity | None = request.state.identity
        try:
            return door.require(identity, scope)
        except AccessDenied as error:
            if scope != "read":
                audit(identity, f"{request.method} {scope}", request.url.path, "refused")
            raise as_http(error) from None

    return allowed


def signed_in() -> Identity | None:
    """Who looks at this page or has just pressed something on it; None once the session has ended. For pages only."""
    request = _page_request()
    door: Door = request.state.door
    return door.caller(request).identity


def require_scope(identity: Identity | None, scope: Scope) -> Identity:
    """The identity, when it may; raises AccessDenied, whose text is for people. For pages: `audit` what was refused."""
    return _door().require(identity, scope)


def audit(identity: Identity | None, action: str, target: str, outcome: Outcome) -> None:
    """Write down an act or a refused attempt: `audit(sre, "acknowledge", "incident 4f…", "done")`. Never blocks."""
    _door().trail.add(identity.name if identity else "nobody", action, target, outcome)


def as_http(error: AccessDenied) -> HTTPException:
    """The refusal as an answer."""
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else None
    return HTTPException(error.status, str(error), headers)


def _door() -> Door:
    """The door of the request at hand; in a page's timer that of the page."""
    found = DOOR.get(None)
    if found is None:
        door: Door = _page_request().state.door
        return door
    return found


def _page_request() -> HTTPConnection:
    from nicegui import ui  # the API and its tests do not need it

    request: HTTPConnection = ui.context.client.request
    return request

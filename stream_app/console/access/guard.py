"""The layer around everything the console serves: nothing but a few addresses is answered to those who may not read."""

from urllib.parse import quote

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stream_app.console.access.door import AccessDenied, Caller, Door
from stream_app.console.access.origin import SAFE, is_foreign, is_ours
from stream_app.console.access.scopes import DOOR

OPEN = frozenset({"/healthz", "/readyz", "/metrics", "/sign-in", "/sign-out"})
LARGEST = 2_000_000  # bytes of a request: pages send about a thousandth
POLICY = 1008  # of a websocket's end: it may not
FOREIGN = "only the console's own pages may change something with a cookie: use an API token"


class Guard:
    """ASGI middleware. Puts `door` and `identity` into the request's state."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, refuse, or pass on."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        caller = self._door.caller(connection)
        state = scope.setdefault("state", {})
        state["door"], state["identity"] = self._door, caller.identity
        DOOR.set(self._door)
        if scope["type"] == "websocket":
            await self._talk(connection, receive, send)
        elif refused := self._refusal(connection, caller):
            await refused(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _refusal(self, connection: HTTPConnection, caller: Caller) -> Response | None:
        """The answer to those who may not; None for all others."""
        path, is_safe = connection.url.path, connection.scope["method"] in SAFE
        if not _is_bounded(connection):
            return JSONResponse({"detail": f"a request holds at most {LARGEST:,} bytes and says how many"}, 413)
        if path in OPEN:
            return None
        try:
            self._door.require(caller.identity, "read")
        except AccessDenied as error:
            self._refused("unknown" if error.status == 401 else "scope", caller, connection, is_kept=not is_safe)
            return _turned_away(connection, error)
        if not is_safe and (is_foreign(connection) or (caller.by == "cookie" and not is_ours(connection))):
            self._refused("origin", caller, connection, is_kept=True)
            return JSONResponse({"detail": FOREIGN}, 403)
        return None

    def _refused(self, reason: str, caller: Caller, connection: HTTPConnection, is_kept: bool) -> None:
        """Count it; an attempt to change something goes into the audit log too."""
        self._door.metrics.refused_requests.labels(reason).inc()
        if is_kept:
            name = caller.identity.name if caller.identity else "nobody"
            self._door.trail.add(name, f"{connection.scope['method']} {reason}", connection.url.path, "refused")

    async def _talk(self, connection: HTTPConnection, receive: Receive, send: Send) -> None:
        """Open pages are told what is new only as long as whoever opened them may read."""
        if is_foreign(connection) or not self._may_read(connection):
            self._door.metrics.refused_requests.labels("origin" if is_foreign(connection) else "unknown").inc()
            await send({"type": "websocket.close", "code": POLICY})
            return
        is_over = False

        async def send_while_allowed(message: Message) -> None:
            nonlocal is_over
            if is_over:
                return
            is_over = message["type"] == "websocket.send" and not self._may_read(connection)
            await send({"type": "websocket.close", "code": POLICY} if is_over else message)

        await self._app(connection.scope, receive, send_while_allowed)

    def _may_read(self, connection: HTTPConnection) -> bool:
        identity = self._door.caller(connection).identity
        return identity is not None and identity.may("read")


def _is_bounded(connection: HTTPConnection) -> bool:
    """False for what would have to be read to know how large it is; the server holds others to what they say."""
    if "transfer-encoding" in connection.headers:
        return False
    said = connection.headers.get("content-length", "0")
    return said.isdecimal() and len(said) < 10 and int(said) <= LARGEST


def _turned_away(connection: HTTPConnection, error: AccessDenied) -> Response:
    """People are led to the sign-in, programs are told."""
    wants_page = "text/html" in connection.headers.get("accept", "") and connection.scope["method"] == "GET"
    if error.status == 401 and wants_page and not connection.url.path.startswith("/api/"):
        return RedirectResponse(f"/sign-in?next={quote(connection.url.path)}", 303)
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else None
    return JSONResponse({"detail": str(error)}, error.status, headers)

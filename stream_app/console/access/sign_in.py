"""`/sign-in` and `/sign-out`: a form that needs no script, and the cookie it sets."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from math import ceil
from urllib.parse import parse_qs, urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from stream_app.access import people
from stream_app.access.audit import Outcome
from stream_app.console.access.attempts import Attempts
from stream_app.console.access.door import Door
from stream_app.console.access.form import Form, page
from stream_app.console.access.origin import is_ours
from stream_app.console.access.sessions import COOKIE, SECONDS
from stream_app.console.theme import COOKIE as THEME

MOST_BYTES = 4_096
MOST_WAITING = 20  # of those whose password is to be looked at; one takes a twentieth of a second
WRONG = "Name or password is wrong."


def create_sign_in(door: Door, monotonic: Callable[[], float] = time.monotonic) -> APIRouter:
    """The routes over one door."""
    routes = APIRouter(include_in_schema=False)
    desk = SignIn(door, monotonic)
    routes.get("/sign-in")(desk.show)
    routes.post("/sign-in")(desk.take)
    routes.post("/sign-out")(desk.leave)
    return routes


class SignIn:
    """Looks at one password at a time: each costs 64 MB while it is looked at."""

    def __init__(self, door: Door, monotonic: Callable[[], float]) -> None:
        self._door = door
        self._monotonic = monotonic
        self._attempts = Attempts()
        self._one = asyncio.Semaphore(1)
        self._waiting = 0

    async def show(self, request: Request) -> Response:
        """The form; who has signed in already is told so."""
        identity = request.state.identity
        name = identity.name if identity and not self._door.is_open else ""
        back = _inside(request.query_params.get("next", "/"))
        return self._page(request, Form(back, signed_in=name, is_open=self._door.is_open))

    async def take(self, request: Request) -> Response:
        """Sign in: a cookie and back to where one came from, else the form with what is wrong."""
        if not is_ours(request):
            return self._page(request, Form("/", "Please sign in on this page."), 403)
        given = await _fields(request)
        if given is None:
            return self._page(request, Form("/", "This form is too large."), 413)
        if self._waiting >= MOST_WAITING:
            return self._page(request, Form("/", "Many are signing in: try again in some seconds."), 503)
        self._waiting += 1
        try:
            return await self._check(request, *given)
        finally:
            self._waiting -= 1

    async def leave(self, request: Request) -> Response:
        """Sign out: the cookie goes."""
        if not is_ours(request):
            return self._page(request, Form("/", "Please sign out on the console's own pages."), 403)
        answer = RedirectResponse("/sign-in", 303)
        answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
        return answer

    async def _check(self, request: Request, name: str, password: str, back: str) -> Response:
        address = request.client.host if request.client else ""
        async with self._one:
            wait = self._attempts.wait(name, address, self._monotonic())
            if wait > 0:
                return self._hold_back(request, name, back, address, wait)
            return await self._look(request, name, password, back, address)

    async def _look(self, request: Request, name: str, password: str, back: str, address: str) -> Response:
        file = self._door.file
        identity = await asyncio.to_thread(people.sign_in, file.refresh(), name, password) if file else None
        if file is None or identity is None:
            self._attempts.failed(name, address, self._monotonic())
            self._note(name, address, "refused")
            return self._page(request, Form(back, WRONG, is_open=file is None), 401)
        self._note(name, address, "done")
        answer = RedirectResponse(back, 303)
        cookie = self._door.sessions.issue(file.current, name)
        is_secure = request.url.scheme == "https"
        answer.set_cookie(COOKIE, cookie, max_age=SECONDS, path="/", secure=is_secure, httponly=True, samesite="lax")
        return answer

    def _page(self, request: Request, form: Form, status: int = 200) -> HTMLResponse:
        theme = request.cookies.get(THEME, "")
        return page(replace(form, theme=theme if theme in ("dark", "light") else ""), status)

    def _hold_back(self, request: Request, name: str, back: str, address: str, wait: float) -> Response:
        self._note(name, address, "refused", "limited")
        refusal = self._page(request, Form(back, f"Too many attempts: wait {ceil(wait)} seconds."), 429)
        refusal.headers["Retry-After"] = str(ceil(wait))
        return refusal

    def _note(self, name: str, address: str, outcome: Outcome, counted: str = "") -> None:
        """An unknown name is not written down: people type passwords there."""
        known = self._door.file.current.people if self._door.file else {}
        self._door.metrics.sign_ins.labels(counted or outcome).inc()
        self._door.trail.add(name if name in known else "nobody", "sign in", f"from {address}", outcome)


async def _fields(request: Request) -> tuple[str, str, str] | None:
    """Name, password, and where to go back to; None when there is too much of it."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            return None
    try:
        held = parse_qs(body.decode(), max_num_fields=10)
    except ValueError:
        held = {}
    name, password, back = (held.get(key, [""])[0] for key in ("name", "password", "next"))
    return name, password, _inside(back)


def _inside(target: str) -> str:
    """The target when it is one of ours, else the overview: a link to the form could name any site."""
    parts = urlsplit(target)
    is_ours = target.startswith("/") and not target.startswith(("//", "/\\", "/sign-")) and not parts.netloc
    return target if is_ours and target.isprintable() and "\\" not in target else "/"

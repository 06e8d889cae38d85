"""An access file with one person and one token of each scope, and a client that speaks to a console in this process."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import tomli_w
from argon2 import PasswordHasher
from fastapi import FastAPI

from stream_app.access import tokens
from stream_app.access.identity import SCOPES
from stream_app.console.options import ConsoleOptions
from stream_app.console.state import Console

PASSWORD = "password-of-moss-and-flint"
TOKENS = {scope: f"mon_token-of-{scope}-quartz" for scope in SCOPES}
EXPIRED = "mon_token-that-was"
SECRETS = (PASSWORD, EXPIRED, *TOKENS.values())
ORIGIN = "http://console"


@cache
def digest() -> str:
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)  # quick to check


def access_content() -> dict[str, Any]:
    """People `reader`, `actor`, `boss` and tokens `read-token`, `act-token`, `admin-token`, `old-token`."""
    names = dict(zip(SCOPES, ("reader", "actor", "boss"), strict=True))
    held = {f"{scope}-token": {"sha256": tokens.digest_of(TOKENS[scope]), "scopes": [scope]} for scope in SCOPES}
    yesterday = datetime.now(UTC) - timedelta(days=1)
    old = {"sha256": tokens.digest_of(EXPIRED), "scopes": ["admin"], "expires": yesterday}
    return {
        "people": {name: {"password": digest(), "scopes": [scope]} for scope, name in names.items()},
        "tokens": {**held, "old-token": old},
    }


def write_access(path: Path, content: dict[str, Any] | None = None) -> Path:
    """The file, with the mode that is asked for."""
    path.touch(mode=0o600)
    path.write_text(tomli_w.dumps(access_content() if content is None else content))
    return path


def guarded_console(folder: Path) -> Console:
    """A console with an access file, its key and its database in this folder."""
    return Console.build(ConsoleOptions(access=write_access(folder / "access.toml"), data=folder))


def open_console(folder: Path) -> Console:
    """A console without an access file."""
    return Console.build(ConsoleOptions(data=folder))


@dataclass
class Client:
    """Speaks HTTP to an application in this process, as a browser on its page or as a program; cookies are kept."""

    app: FastAPI
    cookies: dict[str, str] = field(default_factory=dict)
    base: str = ORIGIN

    def ask(self, method: str, path: str, *, token: str = "", origin: str | None = None, **more: Any) -> httpx.Response:
        """One request."""
        headers = {**more.pop("headers", {})}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        page = self.base if origin is None else origin
        headers |= {"Origin": page} if page else {}

        async def once() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url=self.base, cookies=self.cookies) as client:
                return await client.request(method, path, headers=headers, **more)

        answer = asyncio.run(once())
        self.cookies.update(answer.cookies)
        return answer

    def sign_in(self, name: str, password: str = PASSWORD, **more: Any) -> httpx.Response:
        """Fill in the form."""
        return self.ask("POST", "/sign-in", data={"name": name, "password": password, "next": "/health"}, **more)

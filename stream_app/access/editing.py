"""The access file changed by the command line: whole, checked before it takes the old one's place, with mode 0600."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any

import tomli_w
from pydantic import ValidationError

from models.whole_file import OWNER, write_whole
from stream_app.access import people, tokens
from stream_app.access.document import AccessDocument
from stream_app.access.file import AccessRefused, load_access

HEAD = "# Kept by `python -m stream_app access`: people and API tokens, as digests. Comments are not kept.\n\n"


def add_person(path: Path, name: str, password: str, scopes: list[str]) -> None:
    """Add somebody, or give them a new password and scopes; raises AccessRefused."""
    if not people.LEAST <= len(password) <= people.MOST:
        raise AccessRefused(f"a password has {people.LEAST} to {people.MOST:,} characters")
    with _changing(path) as document:
        document["people"][name] = {"password": people.digest_of(password), "scopes": sorted(scopes)}


def add_token(path: Path, name: str, scopes: list[str], expires: datetime | None = None) -> str:
    """A new token of this name, whose old one, if any, counts no more; raises AccessRefused."""
    token = tokens.new_token()
    held = {"sha256": tokens.digest_of(token), "scopes": sorted(scopes)}
    with _changing(path) as document:
        document["tokens"][name] = held | ({"expires": expires} if expires else {})
    return token


def remove(path: Path, name: str) -> None:
    """Whoever or whatever has this name may nothing from now on; raises AccessRefused when nobody has it."""
    with _changing(path) as document:
        if not any(held.pop(name, None) for held in document.values()):
            raise AccessRefused(f"{path} knows nobody called {name}")


@contextmanager
def _changing(path: Path) -> Iterator[dict[str, dict[str, Any]]]:
    """The file's tables to be changed; two commands take turns."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.with_name(f".{path.name}.lock").open("w") as lock:
            flock(lock, LOCK_EX)
            document = _plain(load_access(path) if path.exists() else AccessDocument())
            yield document
            _write(path, _checked(path, document))
    except OSError as error:
        raise AccessRefused(f"{path} cannot be written: {error.strerror or error}") from None


def _checked(path: Path, document: dict[str, Any]) -> dict[str, Any]:
    try:
        AccessDocument.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"] if part != "[key]")
        raise AccessRefused(f"{path}: {place}: {first['msg'].removeprefix('Value error, ')}") from None
    return document


def _plain(document: AccessDocument) -> dict[str, dict[str, Any]]:
    """As TOML holds it."""
    people_held = {
        name: {"password": held.password.get_secret_value(), "scopes": sorted(held.scopes)}
        for name, held in document.people.items()
    }
    tokens_held = {
        name: {"sha256": held.sha256, "scopes": sorted(held.scopes)}
        | ({"expires": held.expires} if held.expires else {})
        for name, held in document.tokens.items()
    }
    return {"people": people_held, "tokens": tokens_held}


def _write(path: Path, document: dict[str, Any]) -> None:
    write_whole(path, (HEAD + tomli_w.dumps(document)).encode(), OWNER)

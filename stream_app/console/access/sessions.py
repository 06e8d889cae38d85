"""The signed cookie of somebody who has signed in: it names them, and nothing is kept of it here."""

import os
import secrets
from hashlib import sha256
from pathlib import Path

from itsdangerous import BadData, URLSafeTimedSerializer

from stream_app.access.document import AccessDocument
from stream_app.access.identity import Identity
from stream_app.errors import BadSetting

COOKIE = "console_session"
SECONDS = 12 * 3600
KEY_FILE = "console.key"
KEY_BYTES = 32


class Sessions:
    """Makes and reads cookies. One ends after twelve hours, with the person's removal, and with a new password."""

    def __init__(self, key: bytes) -> None:
        self._signer = URLSafeTimedSerializer(key, salt="console session", signer_kwargs={"digest_method": sha256})

    def issue(self, document: AccessDocument, name: str) -> str:
        """The cookie's value for a person who has just signed in."""
        return self._signer.dumps(f"{_mark(document, name)} {name}")

    def identity(self, document: AccessDocument, cookie: str) -> Identity | None:
        """Whose cookie it is; None when it was tampered with, is too old, or counts no more."""
        try:
            held = str(self._signer.loads(cookie, max_age=SECONDS))
        except BadData:
            return None
        mark, _, name = held.partition(" ")
        person = document.people.get(name)
        return Identity(name, person.scopes) if person and mark == _mark(document, name) else None


def load_key(folder: Path) -> bytes:
    """The key of this folder, made when missing; raises BadSetting when it cannot be used."""
    path = folder / KEY_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make(path)
        key = path.read_bytes()
        is_private = path.stat().st_mode & 0o077 == 0
    except OSError as error:
        raise BadSetting(f"{path}: {error.strerror or error}: the console keeps the key of its cookies there") from None
    if len(key) != KEY_BYTES or not is_private:
        raise BadSetting(f"{path} must hold {KEY_BYTES} bytes with mode 0600: remove it, and a new one is made")
    return key


def _make(path: Path) -> None:
    """Whole or not at all, and never over another's: two consoles may start at the same time."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(secrets.token_bytes(KEY_BYTES))
    try:
        os.link(aside, path)
    except FileExistsError:
        return
    finally:
        aside.unlink()


def _mark(document: AccessDocument, name: str) -> str:
    """Changes with the password's digest, of which it tells nothing."""
    return sha256(document.people[name].password.get_secret_value().encode()).hexdigest()[:16]

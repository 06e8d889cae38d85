"""Who acts here, and may they? The one place where the pages ask for an identity and leave a trace of what was done."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from models.errors import ModelsError
from stream_app.access.identity import Scope
from stream_app.console.access.door import AccessDenied
from stream_app.console.access.scopes import audit, require_scope, signed_in
from stream_app.errors import MonitorError

REFUSALS = (MonitorError, ModelsError)  # what is said as a sentence, and never as a stack trace


class Permit(NamedTuple):
    """Who it is, and why they may not; an empty refusal means they may."""

    by: str
    refusal: str = ""


def permit(scope: Scope) -> Permit:
    """What whoever looks at the page may do."""
    try:
        return Permit(require_scope(signed_in(), scope).name)
    except AccessDenied as error:
        return Permit("", str(error))


async def perform(scope: Scope, action: str, target: str, do: Callable[[str], Awaitable[str]]) -> str:
    """Do it in the name of whoever is signed in, and note how it ended. Gives the sentence that `do` gives.

    Raises AccessDenied, and what `do` raises.
    """
    identity = signed_in()
    try:
        name = require_scope(identity, scope).name
    except AccessDenied:
        audit(identity, action, target, "refused")
        raise
    try:
        said = await do(name)
    except Exception:
        audit(identity, action, target, "failed")
        raise
    audit(identity, action, target, "done")
    return said

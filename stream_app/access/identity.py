"""Somebody known, and what they may. A scope holds those before it."""

from dataclasses import dataclass
from typing import Literal, get_args

Scope = Literal["read", "act", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
GRANTS: dict[Scope, str] = {
    "read": "look at pages and figures",
    "act": "acknowledge, snooze, mute, judge, send again, announce changes",
    "admin": "promote and roll back models, read the audit log",
}


@dataclass(frozen=True, slots=True)
class Identity:
    """A person or the holder of a token; `name` is what the audit log calls them."""

    name: str
    scopes: frozenset[Scope]

    def may(self, scope: Scope) -> bool:
        """True when this scope, or one that holds it, was given.

        >>> Identity("sre", frozenset({"act"})).may("read")
        True
        """
        return bool(self.scopes.intersection(SCOPES[SCOPES.index(scope) :]))

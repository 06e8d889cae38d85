"""JSON as text, written so that it can be wrong on purpose: double names, raw fragments, lone surrogates."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Fragment:
    """Text that goes out as it stands, be it JSON or not: `Fragment("NaN")`."""

    text: str


@dataclass(slots=True)
class Members:
    """An object as its members in order, names that occur twice included."""

    pairs: list[tuple[str, Any]] = field(default_factory=list)

    def change(self, name: str, change: Callable[[Any], Any]) -> None:
        """Put another value in place of every member of this name."""
        self.pairs = [(key, change(value) if key == name else value) for key, value in self.pairs]

    def drop(self, name: str) -> None:
        """Leave out every member of this name."""
        self.pairs = [(key, value) for key, value in self.pairs if key != name]

    def names(self) -> list[str]:
        return [name for name, _ in self.pairs]


def text_of(value: Any) -> str:
    """The value as JSON text; lone surrogates become escapes."""
    if isinstance(value, Fragment):
        return value.text
    if isinstance(value, Members):
        return "{" + ",".join(f"{json.dumps(name)}:{text_of(held)}" for name, held in value.pairs) + "}"
    return "[" + ",".join(map(text_of, value)) + "]" if isinstance(value, list) else json.dumps(value)

"""Which id the shop gave to whom: filled in by the driver, as the shop answers."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Identities:
    """Product ids by code, user ids by the simulator's number of a shopper."""

    products: dict[str, int] = field(default_factory=dict)
    users: dict[int, int] = field(default_factory=dict)

    def of(self, kind: str, subject: int | str) -> str | None:
        """The shop's id of an incident's subject as text; None while the shop has not given one."""
        if kind == "product":
            return _text(self.products.get(str(subject)))
        if kind == "user":
            return _text(self.users.get(int(subject)))
        return str(subject)


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)

"""Commands and the events of which one must follow: from the graph of causes, so a new message needs no entry here."""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.columns import kinds
from models.volume.families import CAUSE

# These may rightly come to nothing, and often do so together: a product has sold out, a cart is empty by now. Only when
# hardly any of them is answered is that no matter of stock.
MAY_COME_TO_NOTHING = frozenset(
    {
        "MaterializeUserReservations",
        "ProductRemovalFromCartRequested",
        "ProductReservationRemovalRequested",
        "ProductReservationRequested",
        "RemoveCartLines",
    }
)
MOSTLY = 0.75  # of them unanswered


class Pair(NamedTuple):
    """One of the answers is enough: a product is added or updated, never both."""

    command: str
    answers: tuple[str, ...]
    by_product: bool  # without ids that link them, user and product do, else the user alone
    tolerated: float  # share of unanswered commands that says nothing, whatever is usual

    @property
    def label(self) -> str:
        """`OrderCreationRequested>OrderCreated`."""
        return f"{self.command}>{'|'.join(self.answers)}"


@cache
def pairs() -> tuple[Pair, ...]:
    """Every command whose direct effect is an event, by name; the index is the pair's code."""
    classes = {kind.name: kind for kind in kinds()}
    answers: dict[str, list[str]] = {}
    for effect, cause in CAUSE.items():
        if classes[cause].is_command and not classes[effect].is_command:
            answers.setdefault(cause, []).append(effect)
    return tuple(
        Pair(
            command,
            tuple(sorted(answers[command])),
            "product_id" in classes[command].cls.__struct_fields__,
            MOSTLY if command in MAY_COME_TO_NOTHING else 0.0,
        )
        for command in sorted(answers)
    )


@cache
def pair_of(of_commands: bool) -> NDArray[np.int64]:
    """(n_kinds,) code of the pair in which a kind is the command, or an answer; -1: in none."""
    names = [(pair.command,) if of_commands else pair.answers for pair in pairs()]
    codes = {name: code for code, held in enumerate(names) for name in held}
    return np.array([codes.get(kind.name, -1) for kind in kinds()], np.int64)

"""When messages reach their consumer, in logs that tell."""

import numpy as np

from tests.evaluation.messages import Messages
from tests.evaluation.world import World


def delivered(world: World, messages: Messages, salt: int = 0) -> Messages:
    """In order of arrival. Where the shop's recorder tells it, what says nothing yet arrived within a second."""
    if not world.habits.tells_arrival:
        return messages.sorted()
    rng = np.random.default_rng([world.seed, 6, salt])
    soon = messages.time + rng.gamma(2.0, 60.0, len(messages)).astype(np.int64)
    return messages.with_columns(arrived=np.where(messages.arrived > 0, messages.arrived, soon)).sorted()

"""When messages reach their consumer, in logs that tell."""

import numpy as np

from tests.evaluation.messages import Messages
from tests.evaluation.world import World


def delivered(world: World, messages: Messages, salt: int = 0) -> Messages:
    """As they come, in order of arrival; where the shop's recorder tells it and nothing does yet, within a second."""
    if not world.habits.tells_arrival or messages.arrived.any():
        return messages
    rng = np.random.default_rng([world.seed, 6, salt])
    soon = messages.time + rng.gamma(2.0, 60.0, len(messages)).astype(np.int64)
    return messages.with_columns(arrived=soon).sorted()

"""When messages reach their consumer, in logs that tell."""

import numpy as np

from tests.evaluation.messages import Messages
from tests.evaluation.wire import mixed
from tests.evaluation.world import World

USUAL_MS = 110.0  # from happening to being read, on average


def delivered(world: World, messages: Messages) -> Messages:
    """As they come, in order of arrival; where the shop's recorder tells it and nothing does yet, soon after.

    How long a message takes follows from its number, so a log that is cut in two is the same log.
    """
    if not world.habits.tells_arrival or messages.arrived.any():
        return messages
    luck = (mixed(messages.uid, world.seed + 11) >> np.uint64(11)).astype(np.float64) / 2**53
    soon = messages.time + np.ceil(-USUAL_MS * np.log1p(-luck)).astype(np.int64)
    return messages.with_columns(arrived=soon).sorted()

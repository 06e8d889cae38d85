"""What the machine was doing meanwhile: figures of different runs cannot be compared, ratios within one can."""

import os
import platform
from typing import Any


def load() -> list[float]:
    """Processes that ran or wanted to, on average over 1, 5 and 15 minutes."""
    return [round(value, 2) for value in os.getloadavg()]


def machine() -> dict[str, Any]:
    """Processors and versions."""
    return {"processors": os.cpu_count(), "python": platform.python_version(), "system": platform.system()}

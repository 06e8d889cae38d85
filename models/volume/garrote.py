"""What of a difference is believed: none that is no larger than chance, nearly all of one that is much larger.

Breiman, "Better subset regression using the nonnegative garrote", Technometrics 37, 1995.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MAD_TO_SIGMA = 1.4826
SURELY = 9.0  # times its noise that the square of a difference must be: three standard deviations


def believed(difference: Floats | float, noise: Floats | float) -> Floats:
    """Differences with `1 - noise / difference^2` of each kept; `noise` is their variance.

    >>> believed(0.3, 0.09).item(), believed(0.3, 0.045).item()
    (0.0, 0.15)
    """
    return np.asarray(difference * np.maximum(1 - noise / np.maximum(difference**2, 1e-12), 0.0))


def variance(values: Floats) -> float:
    """Of the bulk of some values, by their median absolute deviation: a few far ones make no difference."""
    return float(np.median(np.abs(values - np.median(values))) ** 2 * MAD_TO_SIGMA**2)

"""How often somebody may try to sign in: by name and by address, in a table that cannot grow without end. Pure."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field

WITHIN_SECONDS = 300.0
OF_AN_ADDRESS = 10  # fewer than of a name: nobody locks somebody else out from one address
OF_A_NAME = 20
MOST_KEYS = 10_000  # names and addresses; the one that failed longest ago makes room


@dataclass(slots=True)
class Attempts:
    """The latest attempts that failed; times are seconds of any clock that does not jump."""

    most_keys: int = MOST_KEYS
    _failed: OrderedDict[tuple[str, str], deque[float]] = field(default_factory=OrderedDict)

    def wait(self, name: str, address: str, now: float) -> float:
        """Seconds until the next attempt is looked at; 0: at once."""
        waits = [self._wait(key, most, now) for key, most in _keys(name, address)]
        return max(0.0, *waits)

    def failed(self, name: str, address: str, now: float) -> None:
        """Note one."""
        for key, most in _keys(name, address):
            self._failed.setdefault(key, deque(maxlen=most)).append(now)
            self._failed.move_to_end(key)
        while len(self._failed) > self.most_keys:
            self._failed.popitem(last=False)

    def __len__(self) -> int:
        return len(self._failed)

    def _wait(self, key: tuple[str, str], most: int, now: float) -> float:
        held = self._failed.get(key)
        return held[0] + WITHIN_SECONDS - now if held and len(held) == most else 0.0


def _keys(name: str, address: str) -> tuple[tuple[tuple[str, str], int], ...]:
    return (("address", address), OF_AN_ADDRESS), (("name", name), OF_A_NAME)

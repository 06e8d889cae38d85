"""The workers of one group, each a process of its own that can be killed, sent away and paused."""

import time
from collections import Counter
from pathlib import Path

from deploy.local.broker import free_port
from deploy.local.children import STOP_SECONDS, Children, Part
from deploy.local.parts import one_thread
from tests.chaos.acts import Act

STORES = ("memory://", "rocksdb://")  # in turn


class Crew:
    """Owns its processes; `stop` ends them all, paused ones too."""

    def __init__(self, bootstrap: str, folder: Path, size: int, settings: dict[str, str]) -> None:
        self._children = Children(folder)
        self.ports = [free_port() for _ in range(size)]
        self._parts = [self._part(number, bootstrap, folder, settings) for number in range(size)]
        self._away: set[int] = set(range(size))
        self.done: Counter[str] = Counter()  # what was done to them
        self.ended: list[str] = []  # who ended by itself, and how

    def start(self) -> None:
        """Bring all of them up."""
        self._children.start(*self._parts)
        self._away.clear()

    def act(self, act: Act) -> None:
        """Do one thing to one worker."""
        child = self._children.named(self._parts[act.worker].name)
        if act.verb == "kill":
            child.process.kill()
            child.process.wait()
        elif act.verb == "leave":
            child.terminate()
            child.wait_or_kill(time.monotonic() + STOP_SECONDS)
        elif act.verb == "pause":
            child.pause()
        elif act.verb == "resume":
            child.resume()
        elif act.worker in self._away:
            self._children.restart(child)
        self._away.add(act.worker) if act.verb in ("kill", "leave") else self._away.discard(act.worker)
        self.done[act.verb] += 1

    def mend(self) -> None:
        """Start again who ended by itself, as a supervisor would, and write down how it ended."""
        for number, part in enumerate(self._parts):
            child = self._children.named(part.name)
            if child.has_ended and number not in self._away:
                self.ended.append(child.epitaph())
                self._children.restart(child)

    def stop(self) -> None:
        """End all of them."""
        self._children.stop()

    def _part(self, number: int, bootstrap: str, folder: Path, settings: dict[str, str]) -> Part:
        own = {
            "MONITOR_BROKER": bootstrap,
            "MONITOR_PORT": str(self.ports[number]),
            "MONITOR_DATA": str(folder / f"state-{number}"),
            "MONITOR_STORE": STORES[number % len(STORES)],
        }
        return Part(f"worker-{number}", ["stream_app", "worker"], one_thread() | settings | own)

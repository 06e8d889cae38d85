"""The workers of one group, each a process of its own that can be killed, sent away and paused."""

import time
from collections import Counter
from pathlib import Path

from deploy.local.broker import free_port
from deploy.local.children import STOP_SECONDS, Child, Children, Part
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
        """Bring up all who are away."""
        for number in list(self._away):
            self._start(number)

    def kill_all(self) -> None:
        """Let all die at once."""
        for child in self._children:
            child.process.kill()
            child.process.wait()
        self._away = set(range(len(self._parts)))

    def act(self, act: Act) -> None:
        """Do one thing to one worker."""
        name, number = self._parts[act.worker].name, act.worker
        if act.verb == "start":
            self._start(number)
        elif act.verb == "resume":
            self._children.named(name).resume()
        elif number not in self._away:
            self._strike(self._children.named(name), act)
        self.done[act.verb] += 1

    def _strike(self, child: Child, act: Act) -> None:
        if act.verb == "pause":
            child.pause()
            return
        child.process.kill() if act.verb == "kill" else child.terminate()
        child.wait_or_kill(time.monotonic() + STOP_SECONDS)
        self._away.add(act.worker)

    def _start(self, number: int) -> None:
        """Bring up one who is away."""
        if number in self._away:
            known = [child for child in self._children if child.name == self._parts[number].name]
            self._children.restart(known[0]) if known else self._children.start(self._parts[number])
            self._away.discard(number)

    def mend(self) -> None:
        """Start again who ended by itself, as a supervisor would, and write down how it ended."""
        for number, part in enumerate(self._parts):
            if number not in self._away and (child := self._children.named(part.name)).has_ended:
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

"""The models as the registry holds them, and which of them serves. Blocking: reads and checks files."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from models.bundle import BundleRefused, read_bundle
from models.registry import Registry
from models.scenarios.discovery import scenarios
from models.served import load_bundle
from stream_app.console.card_figures import Figures
from stream_app.errors import MonitorError

REMEMBERED = 200  # checked versions


class RegistryUnusable(MonitorError):
    """The registry's files cannot be read or written; the message names one and why."""


class Version(NamedTuple):
    """A version of a scenario's model; `refusal` says why it could not serve. `learnt_until` is event time in ms."""

    name: str
    mark: str  # serves, with "on probation" while it is new; looks on, served before, or nothing
    algorithm: str = ""
    created: str = ""
    threshold: float = 0.0
    learnt_until: int = 0
    sha256: str = ""
    metrics: Figures = MappingProxyType({})
    refusal: str = ""


class Shelf(NamedTuple):
    """A scenario's versions, the newest first; `before` is the one a rollback returns to."""

    stem: str
    promoted: str
    before: str
    versions: tuple[Version, ...]


@dataclass(slots=True)
class ModelShelf:
    """What a registry holds. A worker that follows the registry takes up what is done here within seconds."""

    registry: Registry
    _checked: dict[Path, tuple[Any, Version]] = field(default_factory=dict)

    def shelves(self) -> list[Shelf]:
        """Every scenario's versions; RegistryUnusable."""
        with _reachable(self.registry):
            return [self._shelf(stem) for stem in self.registry.stems()]

    def promote(self, stem: str, version: str) -> None:
        """Let a version serve, once it is verified; BundleRefused when it is not, RegistryUnusable."""
        with _reachable(self.registry):
            self._verify(self.registry.path(stem, version), stem)
            self.registry.promote(stem, version)

    def rollback(self, stem: str) -> str:
        """Let the version that served before serve, once it is verified; BundleRefused when there is none."""
        with _reachable(self.registry):
            if history := self.registry.history(stem):
                self._verify(self.registry.path(stem, history[-1]), stem)
            return self.registry.rollback(stem)

    def _shelf(self, stem: str) -> Shelf:
        history = self.registry.history(stem)
        versions = [self._version(stem, name, history) for name in reversed(self.registry.versions(stem))]
        return Shelf(stem, self.registry.promoted_version(stem) or "", history[-1] if history else "", tuple(versions))

    def _version(self, stem: str, name: str, history: list[str]) -> Version:
        return self._read(self.registry.path(stem, name))._replace(mark=self._mark(stem, name, history))

    def _mark(self, stem: str, name: str, history: list[str]) -> str:
        if name == self.registry.promoted_version(stem):
            return "serves, on probation" if self.registry.on_probation(stem) else "serves"
        if name == self.registry.shadow_version(stem):
            return "looks on"
        return "served before" if name in history else ""

    def _read(self, path: Path) -> Version:
        """The card of a bundle whose files are those it was made of; looked at again when they change."""
        seen = _state(path)
        known = self._checked.get(path)
        if known is None or known[0] != seen:
            if len(self._checked) >= REMEMBERED:
                self._checked.clear()
            known = self._checked[path] = (seen, _read(path))
        return known[1]

    @staticmethod
    def _verify(path: Path, stem: str) -> None:
        load_bundle(path, scenarios()[stem], "serving")


@contextmanager
def _reachable(registry: Registry) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = error.filename or registry.folder
        raise RegistryUnusable(f"registry {where}: {error.strerror or error}; look at its owner and mode") from error


def _read(path: Path) -> Version:
    try:
        card = read_bundle(path).card
    except BundleRefused as error:
        return Version(path.name, "", refusal=error.reason)
    about = (card.algorithm, card.created, card.threshold, card.training_span[1], card.sha256, card.metrics)
    return Version(path.name, "", *about)


def _state(path: Path) -> list[tuple[str, int, int]]:
    """Changes when a file of the folder does."""
    held = [(file.name, file.stat()) for file in sorted(path.iterdir()) if file.is_file()]
    return [(name, stat.st_mtime_ns, stat.st_size) for name, stat in held]

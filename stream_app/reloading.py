"""Follows the registry's marks while the worker runs: what is promoted is checked and offered, what shadows is scored.

`poll` reads files and loads models; it runs on a thread, one call at a time, and never touches a detector.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from models.bundle import CARD, EXTRAS, GOLDEN, MODEL
from models.errors import BundleRefused
from models.registry import Registry
from models.served import load_bundle
from models.spec import Scenario
from stream_app.lineup import Compared, Lineup
from stream_app.loading import LoadedModel, load_best, load_version
from stream_app.metrics import Metrics

log = structlog.get_logger(__name__)
Fingerprint = tuple[str, ...]


@dataclass(slots=True)
class Reloading:
    """The registry as it was last seen, by stem."""

    registry: Registry
    scenarios: Mapping[str, Scenario]
    lineups: Mapping[str, Lineup]
    metrics: Metrics
    promoted: dict[str, Fingerprint] = field(default_factory=dict)
    shadows: dict[str, Fingerprint] = field(default_factory=dict)
    searched: dict[str, list[Fingerprint]] = field(default_factory=dict)  # the history when it was last searched

    def __post_init__(self) -> None:
        for stem, lineup in self.lineups.items():
            lineup.withdrawn = frozenset(self.registry.withdrawn(stem))
            if not lineup.refusal:
                self.promoted[stem] = self._fingerprint(stem, lineup.serving.identity.version)

    def poll(self) -> None:
        """Look once at every scenario. What cannot be read is logged, and looked at again with the next call."""
        for stem in self.lineups:
            try:
                self._return_mark(stem)
                self._follow_promoted(stem)
                self._follow_shadow(stem)
                self._end_probation(stem)
            except (OSError, ValueError, BundleRefused) as error:
                log.warning("registry not readable", scenario=stem, reason=str(error))

    def _follow_promoted(self, stem: str) -> None:
        version = self.registry.promoted_version(stem)
        seen = self._fingerprint(stem, version or "")
        lineup = self.lineups[stem]
        lineup.withdrawn = frozenset(self.registry.withdrawn(stem))  # before any offer that follows from it
        if seen == self.promoted.get(stem):
            self._replace_rule(lineup)
        elif version is not None and version not in lineup.rejected:
            self.promoted[stem] = seen
            self._offer(lineup, version)

    def _offer(self, lineup: Lineup, version: str) -> None:
        try:
            loaded = load_version(self.registry, self.scenarios[lineup.stem], version)
        except BundleRefused as error:
            log.error("model refused, the last good one serves on", scenario=lineup.stem, reason=str(error))
            self.metrics.model_changes.labels(lineup.stem, "refused").inc()
            lineup.refusal = str(error)
            return
        lineup.refusal = ""
        lineup.offered = None if loaded.identity == lineup.serving.identity else loaded

    def _replace_rule(self, lineup: Lineup) -> None:
        """A version that served before is better than a rule."""
        if lineup.serving.is_model:
            return
        stem, passed = lineup.stem, lineup.rejected
        held = [self._fingerprint(stem, version) for version in self.registry.history(stem) if version not in passed]
        if not held or held == self.searched.get(stem):
            return
        self.searched[stem] = held
        best = load_best(self.registry, self.scenarios[stem], lineup.refusal, passed)
        if best.is_model:
            lineup.offered = best

    def _return_mark(self, stem: str) -> None:
        """What failed while serving is no longer promoted, so that no other worker and no restart takes it."""
        lineup = self.lineups[stem]
        version, good = self.registry.promoted_version(stem), _good(lineup)
        if version in lineup.rejected and good is not None and good in self.registry.versions(stem):
            self.registry.return_to(stem, good)
            lineup.offered = None
            self.promoted[stem] = self._fingerprint(stem, good)
            log.warning("promotion taken back", scenario=stem, version=version, serving=good)

    def _end_probation(self, stem: str) -> None:
        """What was trusted by whoever judges with it is not compared again after a restart."""
        version = self.registry.on_probation(stem)
        if version == self.lineups[stem].trusted:
            self.registry.trust(stem)
            log.info("model trusted", scenario=stem, version=version)

    def _follow_shadow(self, stem: str) -> None:
        version = self.registry.shadow_version(stem)
        seen = self._fingerprint(stem, version or "")
        if seen != self.shadows.get(stem, self._fingerprint(stem, "")):
            self.shadows[stem] = seen
            self.lineups[stem].shadow = self._shadow(stem, version) if version else None

    def _shadow(self, stem: str, version: str) -> Compared | None:
        try:
            served = load_bundle(self.registry.path(stem, version), self.scenarios[stem], "shadow")
        except BundleRefused as error:
            log.error("shadow refused", scenario=stem, reason=str(error))
            self.metrics.model_changes.labels(stem, "shadow_refused").inc()
            return None
        log.info("shadow looks on", scenario=stem, version=version)
        return Compared(LoadedModel(served.model, served.identity, served.extras, learnt_until=served.learnt_until))

    def _fingerprint(self, stem: str, version: str) -> Fingerprint:
        """Changes when the version or one of its files does."""
        folder = self.registry.folder / stem / version
        return (version, *(_state(folder / name) for name in (CARD, MODEL, EXTRAS, GOLDEN) if version))


def _good(lineup: Lineup) -> str | None:
    return lineup.serving.identity.version if lineup.serving.is_model else None


def _state(path: Path) -> str:
    try:
        held = path.stat()
    except OSError:
        return ""
    return f"{held.st_mtime_ns}/{held.st_size}"

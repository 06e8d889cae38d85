"""A version that took another one's place is compared with it until it is trusted, restarts or not."""

import numpy as np
import pytest

from models.bundle import MODEL
from models.outcome import Judged
from models.registry import Registry
from models.scenarios.discovery import scenarios
from stream_app.reloading import Reloading
from tests.builders.registries import STEM, reloading


@pytest.fixture
def on_probation(registry: Registry) -> Reloading:
    """Version 2 took over from version 1 and is compared with it."""
    held = reloading(registry)
    registry.promote(STEM, "0002")
    held.poll()
    held.lineups[STEM].take_offer()
    held.poll()
    return held


def score(held: Reloading, rows: int, agrees: bool) -> None:
    """As many rows on which both models say the same, or never do."""
    lineup = held.lineups[STEM]
    assert lineup.predecessor is not None
    values = np.zeros((rows, len(scenarios()[STEM].SPEC.features)), np.float32)
    before = lineup.predecessor.model.scorer.score(values)
    lineup.watch(Judged(values, before if agrees else np.where(before >= 1.0, 0.0, 2.0)), 0)


@pytest.mark.parametrize("rows", [0, 300])
def test_a_probation_that_a_restart_cuts_short_begins_anew(
    rows: int, registry: Registry, on_probation: Reloading
) -> None:
    score(on_probation, rows, agrees=True)
    on_probation.poll()

    heir = reloading(registry)
    score(heir, 300, agrees=False)
    heir.poll()

    assert heir.lineups[STEM].serving.identity.version == "0001"
    assert registry.promoted_version(STEM) == "0001"


def test_a_rollback_that_a_crash_kept_from_the_registry_comes_again(
    registry: Registry, on_probation: Reloading
) -> None:
    score(on_probation, 300, agrees=False)

    heir = reloading(registry)  # the mark was not returned
    assert heir.lineups[STEM].serving.identity.version == "0002"
    score(heir, 300, agrees=False)

    assert heir.lineups[STEM].serving.identity.version == "0001"


def test_a_version_that_stood_its_probation_is_trusted_after_a_restart(
    registry: Registry, on_probation: Reloading
) -> None:
    score(on_probation, 500, agrees=True)
    on_probation.poll()

    heir = reloading(registry).lineups[STEM]

    assert (heir.serving.identity.version, heir.predecessor) == ("0002", None)
    assert not registry.on_probation(STEM)


def test_a_worker_that_does_not_judge_with_it_ends_nobodys_probation(
    registry: Registry, on_probation: Reloading
) -> None:
    beside = reloading(registry)

    beside.poll()

    assert registry.on_probation(STEM)


def test_a_probation_without_a_predecessor_that_stands_is_over_at_once(registry: Registry) -> None:
    registry.promote(STEM, "0002")
    (registry.folder / STEM / "0001" / MODEL).write_bytes(b"no model")

    held = reloading(registry)
    held.poll()

    assert (held.lineups[STEM].predecessor, bool(registry.on_probation(STEM))) == (None, False)


def test_a_registry_that_cannot_be_written_is_followed_all_the_same(
    registry: Registry, on_probation: Reloading, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Registry, stem: str) -> None:
        raise PermissionError(f"{stem} is read-only")

    monkeypatch.setattr(Registry, "trust", refuse)
    score(on_probation, 500, agrees=True)
    registry.shade(STEM, "0001")
    on_probation.poll()

    assert on_probation.lineups[STEM].shadow is not None

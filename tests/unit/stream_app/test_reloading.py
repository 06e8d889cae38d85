"""The registry changes while a worker serves: what is taken over, what is refused, and what serves meanwhile."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest

from models.bundle import sha256
from models.registry import PROMOTED, Registry
from models.scenarios.discovery import scenarios
from stream_app.loading import load_rule
from stream_app.reloading import Reloading
from tests.builders.registries import STEM, reloading


def count(held: Reloading, result: str) -> float | None:
    return held.metrics.registry.get_sample_value("monitor_model_reloads_total", {"scenario": STEM, "result": result})


def test_what_is_promoted_is_checked_and_offered(registry: Registry) -> None:
    held = reloading(registry)
    lineup = held.lineups[STEM]
    held.poll()
    assert lineup.offered is None

    registry.promote(STEM, "0002")
    held.poll()

    assert lineup.offered is not None
    assert lineup.offered.identity.version == "0002"


def _corrupt(path: Path) -> None:
    (path / "model.onnx").write_bytes(b"no model")


def _rewrite(path: Path, name: str, content: bytes, **changes: object) -> None:
    (path / name).write_bytes(content)
    card = msgspec.json.decode((path / "card.json").read_bytes())
    (path / "card.json").write_bytes(msgspec.json.encode({**card, **changes}))


def _other_features(path: Path) -> None:
    _rewrite(path, "note", b"", features_hash="0", features=["x"])


def _wrong_extras(path: Path) -> None:
    raw = b'{"past": {"sums": 7}}'
    _rewrite(path, "extras.json", raw, extras_sha256=sha256(raw))


def _no_json(path: Path) -> None:
    _rewrite(path, "extras.json", b"{", extras_sha256=sha256(b"{"))


def _other_answers(path: Path) -> None:
    golden = msgspec.json.decode((path / "golden.json").read_bytes())
    golden["scores"][0] += 0.5
    raw = msgspec.json.encode(golden)
    _rewrite(path, "golden.json", raw, golden_sha256=sha256(raw))


DAMAGE: dict[str, tuple[Callable[[Path], None], str]] = {
    "a corrupt model": (_corrupt, "sha256 differs"),
    "other features": (_other_features, "trained on other features"),
    "extras of another form": (_wrong_extras, "extras cannot be used"),
    "extras that are no JSON": (_no_json, "is no such file"),
    "other answers": (_other_answers, "golden vectors"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_promoted_version_that_does_not_stand_is_refused_and_the_last_good_one_serves_on(
    damage: str, registry: Registry
) -> None:
    held = reloading(registry)
    spoil, reason = DAMAGE[damage]
    spoil(registry.folder / STEM / "0002")

    registry.promote(STEM, "0002")
    held.poll()
    held.poll()

    lineup = held.lineups[STEM]
    assert lineup.offered is None
    assert lineup.serving.identity.version == "0001"
    assert reason in lineup.refusal
    assert count(held, "refused") == 1  # not again and again


def test_a_version_that_is_repaired_is_looked_at_again(registry: Registry) -> None:
    model = registry.folder / STEM / "0002" / "model.onnx"
    whole = model.read_bytes()
    model.write_bytes(b"half")
    held = reloading(registry)
    registry.promote(STEM, "0002")
    held.poll()

    model.write_bytes(whole)
    held.poll()

    assert held.lineups[STEM].offered is not None
    assert held.lineups[STEM].refusal == ""


def test_a_restart_on_a_corrupt_promotion_serves_what_served_before(registry: Registry) -> None:
    registry.promote(STEM, "0002")
    _corrupt(registry.folder / STEM / "0002")

    lineup = reloading(registry).lineups[STEM]

    assert lineup.serving.identity.version == "0001"
    assert "0002 refused" in lineup.refusal


def test_without_any_model_a_rule_serves_until_one_is_promoted(registry: Registry) -> None:
    _corrupt(registry.folder / STEM / "0001")
    held = reloading(registry)
    assert held.lineups[STEM].serving.identity.stage == "fallback"

    registry.promote(STEM, "0002")
    held.poll()

    assert held.lineups[STEM].offered is not None
    assert held.lineups[STEM].offered.identity.version == "0002"


def test_a_version_that_failed_while_serving_is_promoted_no_more(registry: Registry) -> None:
    held = reloading(registry)
    lineup = held.lineups[STEM]
    registry.promote(STEM, "0002")
    held.poll()
    lineup.take_offer()
    lineup.guard.failure = "its scores are no numbers"
    assert lineup.watch(None, 0)

    held.poll()

    assert registry.promoted_version(STEM) == "0001"
    assert registry.withdrawn(STEM) == ["0002"]
    assert lineup.serving.identity.version == "0001"
    assert lineup.offered is None
    assert "0002 was rolled back" in lineup.refusal


def test_a_trusted_model_that_fails_after_a_restart_is_replaced_from_the_history(registry: Registry) -> None:
    registry.promote(STEM, "0002")
    registry.trust(STEM)
    held = reloading(registry)
    lineup = held.lineups[STEM]
    lineup.guard.failure = "its scores are no numbers"
    lineup.watch(None, 0)
    assert lineup.serving.identity.stage == "fallback"
    assert lineup.serving.extras == {"note": "nothing learnt"}  # what is known of the shop is kept

    held.poll()
    assert lineup.take_offer()
    held.poll()

    assert lineup.serving.identity.version == "0001"
    assert registry.promoted_version(STEM) == "0001"


def test_an_offer_that_was_withdrawn_is_not_taken(registry: Registry) -> None:
    """Of a worker to which the scenario is not assigned: another one has meanwhile rolled the version back."""
    held = reloading(registry)
    registry.promote(STEM, "0002")
    held.poll()
    assert held.lineups[STEM].offered is not None

    registry.rollback(STEM)
    held.poll()

    assert held.lineups[STEM].offered is None


def test_what_was_rolled_back_by_hand_is_known_with_the_offer_and_after_a_restart(registry: Registry) -> None:
    registry.promote(STEM, "0002")
    held = reloading(registry)
    assert held.lineups[STEM].gone == set()

    registry.rollback(STEM)
    held.poll()

    assert held.lineups[STEM].gone == set()  # it still serves
    assert held.lineups[STEM].take_offer()
    assert held.lineups[STEM].gone == {"0002"}
    assert reloading(registry).lineups[STEM].gone == {"0002"}


def test_a_mark_that_cannot_be_read_changes_nothing(registry: Registry) -> None:
    held = reloading(registry)
    (registry.folder / STEM / PROMOTED).write_bytes(bytes([0xFF, 0, 0xFE]))

    held.poll()

    assert held.lineups[STEM].offered is None


def test_a_shadow_is_taken_up_and_laid_down(registry: Registry) -> None:
    held = reloading(registry)
    registry.shade(STEM, "0002")
    held.poll()
    shadow = held.lineups[STEM].shadow
    assert shadow is not None
    assert shadow.model.identity.stage == "shadow"
    held.poll()
    assert held.lineups[STEM].shadow is shadow  # its figures go on

    registry.shade(STEM, None)
    held.poll()

    assert held.lineups[STEM].shadow is None


def test_a_rule_answers_on_the_features_of_its_scenario() -> None:
    rule = load_rule(scenarios()[STEM], "").scorer
    assert rule is not None
    width = len(scenarios()[STEM].SPEC.features)

    assert rule.score(np.zeros((1, width), np.float32))[0] == 0.0
    assert rule.score(np.full((1, width), -9.0, np.float32))[0] >= 1.0

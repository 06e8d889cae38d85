import pickle
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
import pytest

from models.bundle import Card, read_bundle, sha256
from models.errors import BundleRefused
from models.registry import Registry
from models.scorer import load_scorer
from models.training.bundling import write_bundle
from models.training.trained import Trained
from tests.builders.trained import trained_svm

CREATED = datetime(2026, 3, 25, tzinfo=UTC)


@pytest.fixture(scope="module")
def trained() -> Trained:
    return trained_svm(seed=1)


@pytest.fixture
def stored(trained: Trained, tmp_path: Path) -> Path:
    return write_bundle(tmp_path, trained, "0001", CREATED)


def test_a_stored_model_answers_as_the_trained_one(trained: Trained, stored: Path) -> None:
    bundle = read_bundle(stored)

    scores = load_scorer(bundle).score(trained.golden_inputs)

    np.testing.assert_allclose(scores, trained.golden_scores, atol=1e-4)
    assert bundle.extras == trained.extras
    assert bundle.card.features == trained.features


def test_a_version_never_changes(trained: Trained, stored: Path) -> None:
    with pytest.raises(BundleRefused, match="a version never changes"):
        write_bundle(stored.parents[1], trained, "0001", CREATED)


def _rewrite(path: Path, **changes: object) -> None:
    card = msgspec.json.decode((path / "card.json").read_bytes(), type=Card)
    (path / "card.json").write_bytes(msgspec.json.encode(msgspec.structs.replace(card, **changes)))


def _not_a_model(path: Path) -> None:
    (path / "model.onnx").write_bytes(b"no model")
    _rewrite(path, sha256=sha256(b"no model"))


def _other_answers(path: Path) -> None:
    golden = msgspec.json.decode((path / "golden.json").read_bytes())
    golden["scores"][0] += 0.5
    raw = msgspec.json.encode(golden)
    (path / "golden.json").write_bytes(raw)
    _rewrite(path, golden_sha256=sha256(raw))


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "no card": (lambda path: (path / "card.json").unlink(), "no readable card.json"),
    "a damaged card": (lambda path: (path / "card.json").write_bytes(b"{"), "card.json is damaged"),
    "a later schema": (lambda path: _rewrite(path, schema=99), "its schema is 99"),
    "no model": (lambda path: (path / "model.onnx").unlink(), "no readable model.onnx"),
    "a changed model": (lambda path: (path / "model.onnx").write_bytes(b"x"), "sha256 differs"),
    "changed extras": (lambda path: (path / "extras.json").write_bytes(b"{}"), "sha256 differs"),
    "an unknown scenario": (lambda path: _rewrite(path, name="nothing"), "there is no scenario 'nothing'"),
    "another algorithm": (lambda path: _rewrite(path, algorithm="lstm"), "its algorithm is lstm"),
    "other features": (lambda path: _rewrite(path, features_hash="0", features=("x",)), "trained on other features"),
    "a file that is no model": (_not_a_model, "is no model"),
    "other answers": (_other_answers, "golden vectors"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_bundle_is_refused_by_name_and_reason(damage: str, stored: Path) -> None:
    spoil, reason = DAMAGE[damage]
    spoil(stored)

    with pytest.raises(BundleRefused, match=reason) as refusal:
        load_scorer(read_bundle(stored))

    assert str(stored) in str(refusal.value)


def test_the_registry_serves_what_was_promoted_last(trained: Trained, tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    for version in ("0001", "0002"):
        write_bundle(tmp_path, replace(trained, seed=int(version)), version, CREATED)

    registry.promote("usage_intensity", "0001")

    assert registry.promoted("usage_intensity").name == "0001"
    assert registry.versions("usage_intensity") == ["0001", "0002"]
    assert registry.next_version("usage_intensity") == "0003"


def test_a_rollback_goes_back_one_promotion_and_forgets_the_version_it_left(trained: Trained, tmp_path: Path) -> None:
    registry, stem = Registry(tmp_path), "usage_intensity"
    for version in ("0001", "0002", "0003"):
        write_bundle(tmp_path, trained, version, CREATED)
        registry.promote(stem, version)

    assert registry.rollback(stem) == "0002"
    assert registry.promoted_version(stem) == "0002"
    assert registry.rollback(stem) == "0001"
    with pytest.raises(BundleRefused, match="no other version served before"):
        registry.rollback(stem)


def test_what_was_rolled_back_is_remembered_until_it_is_promoted_again(trained: Trained, tmp_path: Path) -> None:
    registry, stem = Registry(tmp_path), "usage_intensity"
    for version in ("0001", "0002"):
        write_bundle(tmp_path, trained, version, CREATED)
        registry.promote(stem, version)
    assert registry.withdrawn(stem) == []  # another promotion is no verdict on the version before

    registry.rollback(stem)
    assert registry.withdrawn(stem) == ["0002"]

    registry.promote(stem, "0002")
    assert registry.withdrawn(stem) == []


def test_what_takes_another_ones_place_is_on_probation_until_it_is_trusted(trained: Trained, tmp_path: Path) -> None:
    registry, stem = Registry(tmp_path), "usage_intensity"
    for version, is_tried in (("0001", False), ("0002", True)):  # nobody was there to compare the first with
        write_bundle(tmp_path, trained, version, CREATED)
        registry.promote(stem, version)
        assert bool(registry.on_probation(stem)) == is_tried

    registry.rollback(stem)
    assert not registry.on_probation(stem)  # served before

    registry.promote(stem, "0002")
    registry.trust(stem)
    registry.promote(stem, "0002")
    assert not registry.on_probation(stem)


def test_promoting_twice_is_remembered_once(trained: Trained, tmp_path: Path) -> None:
    registry, stem = Registry(tmp_path), "usage_intensity"
    for version in ("0001", "0002"):
        write_bundle(tmp_path, trained, version, CREATED)
        registry.promote(stem, version)
        registry.promote(stem, version)

    assert registry.history(stem) == ["0001"]


def test_a_shadow_that_is_promoted_is_no_shadow_any_more(trained: Trained, tmp_path: Path) -> None:
    registry, stem = Registry(tmp_path), "usage_intensity"
    write_bundle(tmp_path, trained, "0001", CREATED)
    registry.shade(stem, "0001")
    assert registry.shadow_version(stem) == "0001"

    registry.promote(stem, "0001")

    assert registry.shadow_version(stem) is None


def test_nothing_promoted_is_a_refusal_with_the_remedy(stored: Path) -> None:
    with pytest.raises(BundleRefused, match="train --promote"):
        Registry(stored.parents[1]).promoted("usage_intensity")


def test_only_a_version_that_is_there_is_promoted(stored: Path) -> None:
    with pytest.raises(BundleRefused, match="there are: 0001"):
        Registry(stored.parents[1]).promote("usage_intensity", "0009")


def test_a_refusal_survives_the_way_out_of_another_process() -> None:
    """Scenarios are trained side by side; a refusal that cannot be read there would break all of them."""
    refused = pickle.loads(pickle.dumps(BundleRefused(Path("store/0001"), "its model.onnx is gone")))  # noqa: S301

    assert (str(refused), refused.reason) == (
        "model bundle store/0001 refused: its model.onnx is gone",
        "its model.onnx is gone",
    )

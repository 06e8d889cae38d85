"""The registry as the models' page shows it, and what its buttons do."""

from pathlib import Path

import pytest

from models.bundle import MODEL
from models.errors import BundleRefused
from models.registry import Registry
from stream_app.console.card_figures import rows, summary
from stream_app.console.model_shelf import ModelShelf, RegistryUnusable, Shelf
from stream_app.console.pages.model_deeds import promotion
from tests.builders.consoles import two_versions

STEM = "price_exploit"


@pytest.fixture
def shelf(tmp_path: Path) -> ModelShelf:
    return ModelShelf(Registry(two_versions(tmp_path)))


def of(shelf: ModelShelf) -> Shelf:
    return next(each for each in shelf.shelves() if each.stem == STEM)


def test_the_newest_version_stands_first_and_the_one_that_serves_is_marked(shelf: ModelShelf):
    assert [(held.name, held.mark) for held in of(shelf).versions] == [("0002", ""), ("0001", "serves")]
    assert of(shelf).before == ""


def test_what_is_promoted_serves_and_is_rolled_back(shelf: ModelShelf):
    shelf.promote(STEM, "0002")
    assert (of(shelf).promoted, of(shelf).before) == ("0002", "0001")
    assert [held.mark for held in of(shelf).versions] == ["serves, on probation", "served before"]
    shelf.registry.trust(STEM)
    assert [held.mark for held in of(shelf).versions] == ["serves", "served before"]

    assert shelf.rollback(STEM) == "0001"
    assert (of(shelf).promoted, of(shelf).before) == ("0001", "")
    with pytest.raises(BundleRefused, match="no other version served before"):
        shelf.rollback(STEM)


def test_a_damaged_version_says_why_and_is_not_promoted(shelf: ModelShelf):
    assert of(shelf).versions[0].refusal == ""
    path = shelf.registry.path(STEM, "0002") / MODEL
    path.write_bytes(path.read_bytes() + b"!")

    assert "sha256 differs" in of(shelf).versions[0].refusal
    with pytest.raises(BundleRefused, match="sha256 differs"):
        shelf.promote(STEM, "0002")
    assert shelf.registry.promoted_version(STEM) == "0001"


def test_a_registry_that_cannot_be_written_is_a_sentence(shelf: ModelShelf, monkeypatch: pytest.MonkeyPatch):
    def full(_: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("os.fsync", full)

    with pytest.raises(RegistryUnusable, match="look at its owner and mode"):
        shelf.promote(STEM, "0002")
    assert shelf.registry.promoted_version(STEM) == "0001"


def test_a_version_that_looks_on_is_marked(shelf: ModelShelf):
    shelf.registry.shade(STEM, "0002")

    assert of(shelf).versions[0].mark == "looks on"


def test_the_confirmation_compares_both_versions(shelf: ModelShelf):
    said = promotion(of(shelf), of(shelf).versions[0])

    assert "version 0002 serves in place of 0001" in said
    assert said.count("staged incidents") == 2


def test_figures_of_every_shipped_card_are_told(shelf: ModelShelf):
    for each in shelf.shelves():
        metrics = each.versions[0].metrics
        assert summary(metrics)[0].startswith("finds ")
        assert len(rows(metrics)) == len(metrics.get("incidents") or metrics["situations"])


def test_a_card_of_another_form_tells_nothing_and_breaks_nothing():
    assert summary({"incidents": "many", "situations": {"one": 3}}) == []
    assert rows({}) == []

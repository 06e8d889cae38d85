"""`list`, `show`, `verify`, `promote`, `rollback`, `shadow`: bundles in a registry."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from models.bundle import CARD, read_bundle
from models.cli.options import DEFAULT_REGISTRY, RegistryOption
from models.errors import BundleRefused
from models.registry import Registry
from models.scorer import load_scorer


def list_models(registry: RegistryOption = DEFAULT_REGISTRY) -> None:
    """All models and versions; the promoted one is marked with a star, one that looks on with a tilde."""
    held = Registry(registry)
    for stem in held.stems():
        for version in held.versions(stem):
            print(f"{_mark(held, stem, version)} {stem:<20} {version}  {_line(held.path(stem, version))}")
    if not held.stems():
        raise BundleRefused(registry, "it holds no models; train some: python -m models train")


def show(
    stem: Annotated[str, typer.Argument(help="The scenario.")],
    version: Annotated[str, typer.Argument(help="A version.", show_default="the promoted one")] = "",
    registry: RegistryOption = DEFAULT_REGISTRY,
) -> None:
    """A model's card."""
    held = Registry(registry)
    path = held.path(stem, version) if version else held.promoted(stem)
    read_bundle(path)
    print((path / CARD).read_text("utf-8"), end="")


def verify(registry: Annotated[Path, typer.Argument(show_default="the shipped one")] = DEFAULT_REGISTRY) -> None:
    """Check every bundle: files, features, golden vectors. Exit status 1 when one fails."""
    held = Registry(registry)
    bundles = [held.path(stem, version) for stem in held.stems() for version in held.versions(stem)]
    if not bundles:
        raise BundleRefused(registry, "it holds no models; give another folder or train some: python -m models train")
    verdicts = [_verified(path) for path in bundles]
    if not all(verdicts):
        raise typer.Exit(1)


def promote(
    stem: Annotated[str, typer.Argument(help="The scenario.")],
    version: Annotated[str, typer.Argument(help="The version that serves from now on.")],
    registry: RegistryOption = DEFAULT_REGISTRY,
) -> None:
    """Let a version serve, once it is verified."""
    held = Registry(registry)
    load_scorer(read_bundle(held.path(stem, version)))
    held.promote(stem, version)
    print(f"{stem} {version} serves")


def rollback(
    stem: Annotated[str, typer.Argument(help="The scenario.")],
    registry: RegistryOption = DEFAULT_REGISTRY,
) -> None:
    """Let the version serve again that served before, once it is verified. Workers follow within seconds."""
    held = Registry(registry)
    history = held.history(stem)
    if history:
        load_scorer(read_bundle(held.path(stem, history[-1])))
    print(f"{stem} {held.rollback(stem)} serves again")


def shadow(
    stem: Annotated[str, typer.Argument(help="The scenario.")],
    version: Annotated[str, typer.Argument(help="The version that is scored beside the serving one.")] = "",
    off: Annotated[bool, typer.Option("--off", help="No version looks on any more.")] = False,
    registry: RegistryOption = DEFAULT_REGISTRY,
) -> None:
    """Score a version beside the serving one, once it is verified: it publishes nothing, workers tell how far both
    agree.
    """
    if off == bool(version):
        raise typer.BadParameter("give either a version or --off")
    held = Registry(registry)
    if version:
        load_scorer(read_bundle(held.path(stem, version)))
    held.shade(stem, version or None)
    print(f"{stem} {version} looks on" if version else f"{stem}: no version looks on")


def _mark(held: Registry, stem: str, version: str) -> str:
    if version == held.promoted_version(stem):
        return "*"
    return "~" if version == held.shadow_version(stem) else " "


def _verified(path: Path) -> bool:
    try:
        load_scorer(read_bundle(path))
    except BundleRefused as error:
        print(error)
        return False
    print(f"{path} stands")
    return True


def _line(path: Path) -> str:
    try:
        card = read_bundle(path).card
    except BundleRefused as error:
        return f"refused: {error.reason}"
    figures = msgspec.json.encode(_figures(card.metrics)).decode()
    return f"{card.algorithm:<14} {card.created}  {card.sha256[:12]}  {figures}"


def _figures(metrics: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in metrics.items() if isinstance(value, int | float)}

"""`/models`: which model judges each scenario, whether it is ready, what else is held, and promote and rollback."""

import asyncio
from dataclasses import dataclass

from models.registry import Registry
from stream_app.console.acting import permit
from stream_app.console.card_figures import rows, summary
from stream_app.console.health import Detector
from stream_app.console.model_shelf import ModelShelf, Shelf, Version
from stream_app.console.pages.asked import Asked
from stream_app.console.pages.elements import box, details, table, text
from stream_app.console.pages.frame import Part, filled, frame, refresh
from stream_app.console.pages.health import TONES, beside, newcomers, why
from stream_app.console.pages.model_deeds import ModelDeeds
from stream_app.console.pages.sheet import Sheet
from stream_app.console.phrases import moment, number, scenario
from stream_app.console.state import Console

HEADERS = ("Situation", "Staged#", "Right", "Delay, median")
NONE = Detector(state="not judged", reason="the worker says nothing of it")


async def models_page(console: Console) -> None:
    """Build the page."""
    parts: list[Part]
    with frame(console, "/models") as parts:
        sheet = Sheet(lambda: refresh(parts))
        parts.append(Models(console, ModelShelf(Registry(console.options.registry)), sheet))
    await filled(parts)


@dataclass(frozen=True, slots=True)
class Scene:
    """What the page shows: the registry's shelves, and what the worker says of each."""

    shelves: list[Shelf]
    detectors: dict[str, Detector]
    answers: bool


class Models:
    """A panel a scenario."""

    def __init__(self, console: Console, shelf: ModelShelf, sheet: Sheet) -> None:
        self._console = console
        self._shelf = shelf
        self._deeds = ModelDeeds(shelf, sheet)
        self._asked = Asked(self._ask, self._build)

    async def refresh(self) -> None:
        """Look at the registry again."""
        await self._asked.refresh()

    async def _ask(self) -> Scene:
        shelves = await asyncio.to_thread(self._shelf.shelves)
        worker = self._console.worker
        return Scene(shelves, dict(worker.readiness.scenarios), worker.answers)

    def _build(self, scene: Scene) -> None:
        text(f"Registry: {self._console.options.registry}", "p", "muted mono")
        if refusal := permit("admin").refusal:
            text(f"Promoting and rolling back is not for you: {refusal}.", "p", "muted")
        if not scene.shelves:
            text("It holds no models. Train some: python -m models train", "p")
        for shelf in scene.shelves:
            with box("section", "panel", aria_label=scenario(shelf.stem)):
                self._scenario(shelf, scene)

    def _scenario(self, shelf: Shelf, scene: Scene) -> None:
        detector = scene.detectors.get(shelf.stem, NONE)
        state = detector.state if scene.answers else "unknown"
        with box("div", "bar"):
            with box("div", "lead"):
                text(scenario(shelf.stem), "h2")
                text(state, classes=f"tag tone-{TONES.get(state, 'blind')}")
            self._deeds.rollback(shelf)
        details(_facts(shelf, detector))
        with box("div", "versions"):
            for version in shelf.versions:
                self._version(shelf, version)

    def _version(self, shelf: Shelf, version: Version) -> None:
        with box("section", "version", aria_label=f"Version {version.name}"):
            with box("div", "bar"):
                with box("div", "lead"):
                    text(f"Version {version.name}", "h3")
                    if version.mark:
                        tone = "calm" if version.name == shelf.promoted else "none"
                        text(version.mark, classes=f"tag tone-{tone}")
                self._deeds.promote(shelf, version)
            if version.refusal:
                text(f"Could not serve: {version.refusal}", "p", "toned tone-critical")
                return
            text("; ".join(summary(version.metrics)) or "Its card has no figures.", "p")
            made = f"{version.algorithm.replace('_', ' ')}, made {version.created[:16].replace('T', ' ')} UTC"
            learnt = f"learnt until {moment(version.learnt_until)[:10]}, threshold {number(version.threshold)}"
            text(f"{made}, {learnt}, sha256 {version.sha256[:12]}", "p", "muted")
            with box("details"):
                text("What it was measured on", "summary")
                table(HEADERS, rows(version.metrics), "Nothing.")


def _facts(shelf: Shelf, detector: Detector) -> list[tuple[str, str]]:
    """What the worker says, beside what the registry says."""
    judges = f"{detector.model.version} ({detector.model.stage})" if detector.model else "unknown"
    if detector.model and detector.model.version != shelf.promoted:
        judges += f"; {shelf.promoted or 'no version'} is promoted"
    facts = [("Judges now", judges), ("Readiness", why(detector) if detector.reason else detector.state)]
    if detector.entities is not None:
        facts.append(("Entities", "; ".join(newcomers(detector)) or f"{detector.entities.ready:,} known enough"))
    return [*facts, ("Shadow", beside(detector).removeprefix("; shadow ") or "none looks on")]

"""Promote and rollback, each with a sentence that says what changes."""

import asyncio

from stream_app.console.card_figures import summary
from stream_app.console.model_shelf import ModelShelf, Shelf, Version
from stream_app.console.pages.sheet import Deed, Sheet, Values, deed_button
from stream_app.console.phrases import number, scenario

FOLLOWS = "Workers that follow this registry check it and take it up within seconds, without a restart."
GUARD = "If its verdicts differ too often from those of the model it replaces, the worker goes back by itself."


class ModelDeeds:
    """The buttons of the models' page."""

    def __init__(self, shelf: ModelShelf, sheet: Sheet) -> None:
        self._shelf = shelf
        self._sheet = sheet

    def promote(self, shelf: Shelf, version: Version) -> None:
        """A button for a version that does not serve."""
        if version.name == shelf.promoted:
            return

        async def do(_by: str, _values: Values) -> str:
            await asyncio.to_thread(self._shelf.promote, shelf.stem, version.name)
            return f"{scenario(shelf.stem)}: version {version.name} is promoted"

        target = f"{shelf.stem} {version.name}"
        deed = Deed(f"Promote {version.name}", "admin", "promote", target, promotion(shelf, version), do)
        deed_button(self._sheet, deed, f"it could not serve: {version.refusal}" if version.refusal else "")

    def rollback(self, shelf: Shelf) -> None:
        """A button for a scenario of which another version served before."""

        async def do(_by: str, _values: Values) -> str:
            version = await asyncio.to_thread(self._shelf.rollback, shelf.stem)
            return f"{scenario(shelf.stem)}: version {version} serves again"

        explained = f"{scenario(shelf.stem)}: version {shelf.before} serves again, {shelf.promoted} no more. {FOLLOWS}"
        deed = Deed("Roll back", "admin", "roll back", shelf.stem, explained, do)
        deed_button(self._sheet, deed, "" if shelf.before else "no other version served before")


def promotion(shelf: Shelf, version: Version) -> str:
    """What a promotion changes."""
    now = next((held for held in shelf.versions if held.name == shelf.promoted), None)
    place = f" in place of {now.name}" if now else ""
    compared = [f"Version {held.name}: {_in_short(held)}." for held in (version, now) if held]
    changed = f"{scenario(shelf.stem)}: version {version.name} serves{place}."
    return "\n".join([changed, *compared, f"{FOLLOWS} {GUARD}"])


def _in_short(version: Version) -> str:
    return "; ".join([*summary(version.metrics), f"threshold {number(version.threshold)}"])

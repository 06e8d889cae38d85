"""A tile an entity: its newest count and band, in figures, so that all services are seen at once."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement

from stream_app.console.decode import Curve, Reading, Subject
from stream_app.console.pages.elements import box, choice, text
from stream_app.console.phrases import entity, number

KINDS = ("shop", "service")  # these have tiles; all others are chosen from a list
NONE = ""
TONES = "tone-critical tone-warning tone-info tone-calm"
Newest = Mapping[Subject, tuple[Curve, Reading]]  # the newest reading of every entity


@dataclass(slots=True)
class _Tile:
    box: Element
    actual: TextElement
    band: TextElement
    state: TextElement
    curve: Curve


class EntityTiles:
    """Calls back with the curve of the tile that is pressed."""

    def __init__(self, on_choose: Callable[[Curve], None]) -> None:
        self._on_choose = on_choose
        self._tiles: dict[Subject, _Tile] = {}
        self._subjects: list[Subject] | None = None
        self._box = box("div", "tiles", role="group", aria_label="Choose a curve")

    def show(self, newest: Newest, chosen: Curve | None, severities: Mapping[Subject, str]) -> None:
        """The newest figures, the chosen one pressed; `severities` are those of the entities' open anomalies."""
        if list(newest) != self._subjects:
            self._subjects = list(newest)
            self._build(newest)
        for subject, tile in self._tiles.items():
            tile.curve, reading = newest[subject]
            tile.box.props["aria-pressed"] = "true" if chosen and chosen.subject == subject else "false"
            _fill(tile, reading, severities.get(subject))

    def _build(self, newest: Newest) -> None:
        self._box.clear()
        with self._box:
            self._tiles = {s: self._tile(s, curve) for s, (curve, _) in newest.items() if s.kind in KINDS}
            others = {"|".join(s): (entity(s), curve) for s, (curve, _) in newest.items() if s.kind not in KINDS}
            if others:
                options = {NONE: "choose", **{key: name for key, (name, _) in others.items()}}
                choice("Event type ", options, NONE, lambda key: self._choose_other(key, others))

    def _tile(self, subject: Subject, curve: Curve) -> _Tile:
        with box("button", "tile", type="button") as element:
            text(entity(subject), classes="name")
            actual, band, state = (text("", classes=name) for name in ("actual", "band", "state"))
            tile = _Tile(element, actual, band, state, curve)
        element.on("click", lambda _: self._on_choose(tile.curve))
        return tile

    def _choose_other(self, key: str, others: Mapping[str, tuple[str, Curve]]) -> None:
        if key in others:
            self._on_choose(others[key][1])


def ranked(curves: Iterable[Curve]) -> list[Curve]:
    """The whole shop first, then services, then event types."""

    def rank(curve: Curve) -> tuple[int, str, str]:
        kind = curve.subject.kind
        return KINDS.index(kind) if kind in KINDS else len(KINDS), curve.subject.id, curve.scenario

    return sorted(curves, key=rank)


def _fill(tile: _Tile, reading: Reading, severity: str | None) -> None:
    inside = reading.lower <= reading.actual <= reading.upper
    side = "" if inside else " too low" if reading.actual < reading.lower else " too high"
    tile.box.classes(remove=TONES, add=f"tone-{severity or ('calm' if inside else 'warning')}")
    tile.actual.set_text(f"{number(reading.actual)}{side}")
    tile.band.set_text(f"{number(reading.lower)} to {number(reading.upper)}")
    tile.state.set_text(f"{severity} anomaly open" if severity else "")
    tile.box.update()

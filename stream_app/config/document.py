"""What may stand in the file. Everything has a default: an empty file changes nothing."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, field_validator, model_validator

from models.calendar import Calendar, Window
from models.scenarios.discovery import scenarios
from models.tuning import Tuning
from stream_app.config.part import Part
from stream_app.config.routes import Routes
from stream_app.topics import CONFORMANCE


class DetectorConfig(Part):
    """One detector."""

    mode: Literal["on", "dry", "off"] = "on"
    """on; dry: its anomalies are published as dry runs, and nobody is told; off: it stays warm and finds nothing."""
    threshold: Annotated[float, Field(ge=0.1, le=10, allow_inf_nan=False)] = 1.0
    """Factor on the boundary: 2 asks for twice the score, 0.5 for half of it."""
    minimum_volume: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    """In the detector's unit (events, pieces, currency): where expected and seen are both below it, nothing is told."""
    budget_per_week: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """False anomalies that are acceptable, to be compared with what happens; the model's own unless given."""

    @property
    def tuning(self) -> Tuning:
        """As the detector takes it."""
        return Tuning(self.mode != "off", self.mode == "dry", self.threshold, self.minimum_volume)


class WindowConfig(Part):
    """A stretch of event time that is known to be different; without scenarios or entities for all of them."""

    start: AwareDatetime
    end: AwareDatetime
    reason: str = ""
    scenarios: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    """As `product/7` or `service/order-service`."""

    @model_validator(mode="after")
    def _is_a_window(self) -> "WindowConfig":
        self.window()
        return self

    def window(self) -> Window:
        """As the calendar keeps it; ValueError when it cannot be."""
        return Window(self.start, self.end, self.reason, self.scenarios, self.entities).named()


class CalendarConfig(Part):
    """Closed days and change windows, beside those of MONITOR_CALENDAR: a time is announced when either says so."""

    closed_days: tuple[date, ...] = ()
    windows: tuple[WindowConfig, ...] = ()

    def calendar(self) -> Calendar:
        """As detectors follow it."""
        return Calendar(frozenset(self.closed_days), tuple(window.window() for window in self.windows))


class Config(Part):
    """The whole file. Addresses, ports, folders and secrets of processes are settings (MONITOR_*), never here."""

    detectors: dict[str, DetectorConfig] = Field(default_factory=dict)
    """By scenario, or `conformance`."""
    calendar: CalendarConfig = CalendarConfig()
    routes: Routes = Routes()

    @field_validator("detectors", mode="before")
    @classmethod
    def _detectors_exist(cls, held: Any) -> Any:
        known = detectors()
        if isinstance(held, dict) and (unknown := sorted(set(held) - set(known))):
            raise ValueError(f"there is no detector {', '.join(map(str, unknown))}; there are {', '.join(known)}")
        return held

    def of(self, stem: str) -> DetectorConfig:
        """How a detector is configured."""
        return self.detectors.get(stem, _AS_TRAINED)


_AS_TRAINED = DetectorConfig()


def detectors() -> tuple[str, ...]:
    """All that can be configured."""
    return (*scenarios(), CONFORMANCE)

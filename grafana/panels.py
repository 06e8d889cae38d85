"""A panel as a value, and how each kind of it becomes Grafana's."""

from dataclasses import dataclass
from typing import Any

from grafana_foundation_sdk.builders import common as common_builders
from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.builders import prometheus, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models import prometheus as prometheus_models

SOURCE = models.DataSourceRef(type_val="prometheus", uid="${datasource}")
GREEN, YELLOW, ORANGE, RED, GREY = "green", "yellow", "orange", "red", "text"
Steps = tuple[tuple[float, str], ...]  # from which value on which colour; below the first it is green


@dataclass(frozen=True)
class Ask:
    """One query of a panel and what its series are called."""

    expression: str
    legend: str


@dataclass(frozen=True)
class Panel:
    """What every panel has. `runbook` is the alert that speaks of the same; `words` name single values."""

    title: str
    told: str
    unit: str  # Grafana's id of it
    asks: tuple[Ask, ...]
    steps: Steps
    runbook: str
    page: str = "/"  # of the console
    width: int = 12  # of 24
    height: int = 8
    words: tuple[tuple[float, str, str], ...] = ()  # value, text, colour
    most: float | None = None  # top of the scale; None: as the values are

    def build(self, number: int) -> Any:
        """Grafana's panel with this id."""
        builder = self._builder().id(number).title(self.title).description(self.told).unit(self.unit)
        builder = builder.datasource(SOURCE).height(self.height).span(self.width).min(0)
        if self.most is not None:
            builder = builder.max(self.most)
        builder = builder.thresholds(_thresholds(self.steps)).links(_links(self.runbook, self.page))
        if self.words:
            builder = builder.mappings([_words(self.words)])
        for ref, ask in zip("ABCDEFGH", self.asks, strict=False):
            builder = builder.with_target(self._target(ask, ref))
        return builder

    def _builder(self) -> Any:
        raise NotImplementedError

    def _target(self, ask: Ask, ref: str) -> Any:
        return prometheus.Dataquery().expr(ask.expression).legend_format(ask.legend).ref_id(ref).datasource(SOURCE)


class Lines(Panel):
    """Values over time. A threshold is a dashed line."""

    def _builder(self) -> Any:
        style = common_builders.GraphThresholdsStyleConfig().mode(common.GraphThresholdsStyleMode.DASHED)
        plain = timeseries.Panel().line_width(2).fill_opacity(8).show_points(common.VisibilityMode.NEVER)
        return plain.legend(_legend()).thresholds_style(style).tooltip(_tooltip())


class Band(Lines):
    """Values over time against the band between the series `lower` and `upper`."""

    def _builder(self) -> Any:
        hidden = [_property("custom.lineWidth", 0), _property("custom.fillOpacity", 0)]
        filled = [_property("custom.lineWidth", 0), _property("custom.fillBelowTo", "lower"), _blue()]
        dashed = [_property("custom.lineStyle", {"fill": "dash", "dash": [8, 8]}), _property("custom.fillOpacity", 0)]
        named = super()._builder().override_by_name("lower", [*hidden, _blue()])
        return named.override_by_name("upper", [*filled, _property("custom.fillOpacity", 20)]).override_by_name(
            "expected", dashed
        )


class Number(Panel):
    """The newest values, large, in the colour of their threshold."""

    def _builder(self) -> Any:
        shown = stat.Panel().color_mode(common.BigValueColorMode.BACKGROUND).graph_mode(common.BigValueGraphMode.NONE)
        return shown.reduce_options(common_builders.ReduceDataOptions().calcs(["lastNotNull"]))

    def _target(self, ask: Ask, ref: str) -> Any:
        return super()._target(ask, ref).instant()


class Name(Number):
    """What the newest series is called, large."""

    def _builder(self) -> Any:
        return super()._builder().text_mode(common.BigValueTextMode.NAME)


class States(Panel):
    """Named states over time, a row each."""

    def _builder(self) -> Any:
        return statetimeline.Panel().legend(_legend()).show_value(common.VisibilityMode.NEVER).fill_opacity(80)


class Listing(Panel):
    """The labels of the newest series as a table."""

    def _builder(self) -> Any:
        hidden = {"Time": True, "__name__": True, "instance": True, "job": True, "Value": True}
        options = {"excludeByName": hidden, "indexByName": {}, "renameByName": {}}
        tidy = models.DataTransformerConfig(id_val="organize", options=options)
        return table.Panel().with_transformation(tidy)

    def _target(self, ask: Ask, ref: str) -> Any:
        return super()._target(ask, ref).instant().format(prometheus_models.PromQueryFormat.TABLE)


def _thresholds(steps: Steps) -> builders.ThresholdsConfig:
    held = [models.Threshold(value=None, color=GREEN), *(models.Threshold(value, color) for value, color in steps)]
    return builders.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(held)


def _links(runbook: str, page: str) -> list[Any]:
    def to(title: str, path: str) -> Any:
        link = builders.DashboardLink(title).url(f"${{console}}{path}").target_blank(True)
        return link.type(models.DashboardLinkType.LINK)

    return [to(f"Runbook: {runbook}", f"/runbooks/{runbook}"), to("Console", page)]


def _words(words: tuple[tuple[float, str, str], ...]) -> models.ValueMap:
    held = {f"{value:g}": models.ValueMappingResult(text=text, color=colour) for value, text, colour in words}
    return models.ValueMap(options=held)


def _legend() -> Any:
    shown = common_builders.VizLegendOptions().show_legend(True).placement(common.LegendPlacement.BOTTOM)
    return shown.display_mode(common.LegendDisplayMode.LIST)


def _tooltip() -> Any:
    return common_builders.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI)


def _property(name: str, value: object) -> models.DynamicConfigValue:
    return models.DynamicConfigValue(id_val=name, value=value)


def _blue() -> models.DynamicConfigValue:
    return _property("color", {"mode": "fixed", "fixedColor": "blue"})

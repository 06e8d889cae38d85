"""A dashboard as a value: a title, rows of panels, variables, annotations; and how it becomes Grafana's."""

from dataclasses import dataclass
from typing import Any

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.models import dashboard as models

from grafana.panels import SOURCE, Panel

TAG = "cqshop-monitor"
CONSOLE = "http://127.0.0.1:8088"


@dataclass(frozen=True)
class Row:
    """Panels under a heading. Their widths fill lines of 24."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class Choice:
    """A variable whose values are those of a label: `label_values(metric, label)`."""

    name: str
    label: str
    metric: str  # a selector, other variables may stand in it
    of: str  # the label


@dataclass(frozen=True)
class Mark:
    """Times that are marked in every panel: while the expression gives something."""

    name: str
    expression: str
    colour: str


@dataclass(frozen=True)
class Board:
    """One dashboard. Its uid is `cqshop-` and the name of its module."""

    title: str
    told: str
    rows: tuple[Row, ...]
    choices: tuple[Choice, ...] = ()
    marks: tuple[Mark, ...] = ()

    def build(self, stem: str) -> models.Dashboard:
        """Grafana's dashboard."""
        builder = builders.Dashboard(self.title).uid(f"cqshop-{stem}").description(self.told).tags([TAG])
        builder = builder.refresh("10s").time("now-1h", "now").timezone("browser").tooltip(_shared_crosshair())
        builder = builder.link(_to_the_others()).with_variable(_source()).with_variable(_console())
        for choice in self.choices:
            builder = builder.with_variable(_variable(choice))
        for mark in self.marks:
            builder = builder.annotation(_annotation(mark))
        return self._with_panels(builder).build()

    def _with_panels(self, builder: Any) -> Any:
        number = 0
        for row in self.rows:
            number += 1
            builder = builder.with_row(builders.Row(row.title).id(number))
            for panel in row.panels:
                number += 1
                builder = builder.with_panel(panel.build(number))
        return builder


def _shared_crosshair() -> models.DashboardCursorSync:
    return models.DashboardCursorSync.CROSSHAIR


def _to_the_others() -> Any:
    link = builders.DashboardLink("Dashboards").type(models.DashboardLinkType.DASHBOARDS).tags([TAG])
    return link.as_dropdown(True).keep_time(True).include_vars(True)


def _source() -> Any:
    return builders.DatasourceVariable("datasource").label("Prometheus").type("prometheus")


def _console() -> Any:
    return builders.TextBoxVariable("console").label("Console").default_value(CONSOLE)


def _variable(choice: Choice) -> Any:
    query = f"label_values({choice.metric}, {choice.of})"
    builder = builders.QueryVariable(choice.name).label(choice.label).datasource(SOURCE).query(query)
    return builder.refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED).sort(models.VariableSort.ALPHABETICAL_ASC)


def _annotation(mark: Mark) -> Any:
    named = builders.AnnotationQuery().name(mark.name).datasource(SOURCE).enable(True)
    return named.icon_color(mark.colour).expr(mark.expression)

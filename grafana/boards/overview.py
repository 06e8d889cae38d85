"""Is the shop all right, and is anybody watching? The first dashboard to look at."""

from grafana.board import Board, Row
from grafana.panels import GREEN, ORANGE, RED, YELLOW, Ask, Lines, Number, States

STATE_WORDS = ((1.0, "warming", YELLOW), (2.0, "ready", GREEN), (3.0, "stale", ORANGE), (4.0, "degraded", RED))
STATE = "scenario_state:monitor_detector_state:max"
# One number a scenario, in the order of STATE_WORDS. With several workers the worst that is judged counts.
STATE_CODE = "max by (scenario) ({})".format(
    " or ".join(f'{STATE}{{state="{word}"}} * {code:g}' for code, word, _ in STATE_WORDS)
)
DETECTORS = States(
    "Detectors",
    "Whether each scenario is judged by its model, and whether that model still fits.",
    "none",
    (Ask(STATE_CODE, "{{scenario}}"),),
    (),
    "DetectorDegraded",
    "/health",
    words=STATE_WORDS,
)

BOARD = Board(
    "Overview",
    "Is the shop all right, and is anybody watching?",
    (
        Row(
            "Now",
            (
                Number(
                    "Open anomalies",
                    "Anomalies open now, by severity. The console says of each who, what, since when and why.",
                    "none",
                    (Ask("sum by (severity) (scenario_severity:monitor_open_anomalies:sum)", "{{severity}}"),),
                    ((1, RED),),
                    "AnomalyOpen",
                    width=6,
                    height=5,
                ),
                Number(
                    "Pipeline",
                    "Whether silence is known to be silence. While it is not, nothing is judged.",
                    "none",
                    (Ask("min(monitor_pipeline_healthy)", "pipeline"),),
                    (),
                    "PipelineFault",
                    "/health",
                    width=5,
                    height=5,
                    words=((0, "at fault", RED), (1, "healthy", GREEN)),
                ),
                Number(
                    "Processes that answer",
                    "The share of each job's processes whose metrics Prometheus can read.",
                    "percentunit",
                    (Ask("avg by (job) (up)", "{{job}}"),),
                    (),
                    "TargetDown",
                    "/health",
                    width=8,
                    height=5,
                    words=((0, "none", RED), (1, "all", GREEN)),
                ),
                Number(
                    "Alerts firing",
                    "Alerts of Prometheus that fire now, the dead man's switch left out.",
                    "none",
                    (Ask('count(ALERTS{alertstate="firing", alertname!="Watchdog"}) or vector(0)', "alerts"),),
                    ((1, RED),),
                    "Watchdog",
                    width=5,
                    height=5,
                ),
            ),
        ),
        Row(
            "The shop",
            (
                Lines(
                    "Highest score",
                    "The strangest of what was judged last, by scenario. 1.0 is the boundary in all of them.",
                    "none",
                    (Ask("max by (scenario) (monitor_highest_score)", "{{scenario}}"),),
                    ((1, RED),),
                    "AnomalyOpen",
                ),
                Lines(
                    "Open anomalies over time",
                    "By scenario, of any severity.",
                    "none",
                    (Ask("sum by (scenario) (scenario_severity:monitor_open_anomalies:sum)", "{{scenario}}"),),
                    ((1, RED),),
                    "AnomalyOpen",
                ),
                Lines(
                    "Messages read",
                    "Shop messages counted by the worker, by topic. At zero a service is silent, or nobody reads.",
                    "mps",
                    (Ask("sum by (topic) (rate(monitor_events_total[$__rate_interval]))", "{{topic}}"),),
                    (),
                    "MetricsAbsent",
                    "/health",
                ),
                DETECTORS,
            ),
        ),
    ),
)

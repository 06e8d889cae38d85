"""One scenario: its score against the boundary, its curve against the band, what it found and how fast."""

from grafana.board import Board, Choice, Mark, Row
from grafana.boards.overview import STATE_CODE, STATE_WORDS
from grafana.panels import ORANGE, RED, YELLOW, Ask, Band, Lines, Name, Number

ONE = '{scenario="$scenario"}'
OPENED = 'round(sum(increase(monitor_verdicts_total{scenario="$scenario", status="opened"}[24h])))'
SERVING = 'max by (version, stage) (monitor_model_info{scenario="$scenario", stage!="shadow"})'
JUDGED = f"sum by (le) (rate(monitor_judging_seconds_bucket{ONE}[$__rate_interval]))"
CURVE = 'scenario="$volume", entity="$entity"'
OPEN = f"sum by (scenario) (scenario_severity:monitor_open_anomalies:sum{ONE})"

BOARD = Board(
    "Scenario",
    "One scenario: score, curve and band, anomalies, judgement.",
    (
        Row(
            "$scenario",
            (
                Number(
                    "Open",
                    "Anomalies of this scenario open now.",
                    "none",
                    (Ask(OPEN, "open"),),
                    ((1, RED),),
                    "AnomalyOpen",
                    width=6,
                    height=4,
                ),
                Number(
                    "Opened within a day",
                    "Anomalies opened within 24 hours of real time.",
                    "none",
                    (
                        Ask(
                            'sum(increase(monitor_verdicts_total{scenario="$scenario", status="opened"}[24h]))',
                            "opened",
                        ),
                    ),
                    ((3, YELLOW), (10, RED)),
                    "AnomalyBudgetExceeded",
                    width=6,
                    height=4,
                ),
                Number(
                    "Detector",
                    "Whether the scenario is judged by its model, and whether that model still fits.",
                    "none",
                    (Ask(f"{STATE_CODE} and on (scenario) monitor_scenario_ready{ONE}", "state"),),
                    (),
                    "DetectorDegraded",
                    "/health",
                    width=6,
                    height=4,
                    words=STATE_WORDS,
                ),
                Name(
                    "Model",
                    "Version and stage of the model that judges.",
                    "none",
                    (Ask(SERVING, "{{version}} {{stage}}"),),
                    (),
                    "DetectorDegraded",
                    "/health",
                    width=6,
                    height=4,
                ),
                Lines(
                    "Highest score",
                    "The strangest of what was judged last; 1.0 is the boundary. Open anomalies are marked.",
                    "none",
                    (Ask(f"max by (scenario) (monitor_highest_score{ONE})", "score"),),
                    ((1, RED),),
                    "AnomalyOpen",
                    width=24,
                ),
            ),
        ),
        Row(
            "Curve of $entity ($volume)",
            (
                Band(
                    "Events against the expected band",
                    "Events in the newest judged minute, what was expected, and the band that is ordinary.",
                    "none",
                    (
                        Ask(f'max by (entity) (monitor_expected_events{{{CURVE}, bound="lower"}})', "lower"),
                        Ask(f'max by (entity) (monitor_expected_events{{{CURVE}, bound="upper"}})', "upper"),
                        Ask(f'max by (entity) (monitor_expected_events{{{CURVE}, bound="expected"}})', "expected"),
                        Ask(f"max by (entity) (monitor_actual_events{{{CURVE}}})", "seen"),
                    ),
                    (),
                    "AnomalyOpen",
                    width=14,
                    height=10,
                ),
                Lines(
                    "Score of this curve",
                    "1.0 is the boundary.",
                    "none",
                    (Ask(f"max by (entity) (monitor_score{{{CURVE}}})", "score"),),
                    ((1, RED),),
                    "AnomalyOpen",
                    width=10,
                    height=10,
                ),
            ),
        ),
        Row(
            "Judgement of $scenario",
            (
                Lines(
                    "Revisions published",
                    "Anomalies opened, updated, resolved and retracted, a minute.",
                    "cpm",
                    (Ask(f"60 * sum by (status) (rate(monitor_verdicts_total{ONE}[$__rate_interval]))", "{{status}}"),),
                    (),
                    "AnomalyBudgetExceeded",
                    width=8,
                ),
                Lines(
                    "Rows judged",
                    "Feature rows the model was asked about, a second.",
                    "ops",
                    (Ask(f"sum(rate(monitor_scored_rows_total{ONE}[$__rate_interval]))", "rows"),),
                    (),
                    "DetectorWarmingLong",
                    "/health",
                    width=8,
                ),
                Lines(
                    "Time to judge",
                    "From the fetch of reports until they are judged, of 99 in 100 and of every second one.",
                    "s",
                    tuple(
                        Ask(f"histogram_quantile({share}, {JUDGED})", name)
                        for share, name in ((0.99, "99 in 100"), (0.5, "half"))
                    ),
                    ((0.5, ORANGE), (2, RED)),
                    "JudgingSlow",
                    width=8,
                ),
            ),
        ),
    ),
    choices=(
        Choice("scenario", "Scenario", "monitor_scenario_ready", "scenario"),
        Choice("volume", "Curves of", "monitor_actual_events", "scenario"),
        Choice("entity", "Curve", 'monitor_actual_events{scenario="$volume"}', "entity"),
    ),
    marks=(Mark("Anomalies", f"{OPEN} > 0", "red"),),
)

"""The models: which serve, how old they are, whether they still fit, and whether they keep their promise."""

from dataclasses import replace

from grafana.board import Board, Row
from grafana.boards.overview import DETECTORS
from grafana.panels import GREEN, GREY, ORANGE, RED, YELLOW, Ask, Lines, Listing, Number

AGE = (
    "scenario:monitor_watermark_timestamp_seconds:max"
    " - on (scenario) (max by (scenario) (monitor_model_learnt_until_timestamp_seconds) > 0)"
)
# No model beside the one that serves is no difference; the rows beside say whether anything was compared.
APART = "max by (scenario) (1 - monitor_agreement_ratio) or 0 * max by (scenario) (monitor_scenario_ready)"
DIFFERENCE = "max by (scenario) (monitor_agreement_score_difference) or 0 * max by (scenario) (monitor_scenario_ready)"
ROWS = "max by (scenario) (monitor_agreement_rows) or 0 * max by (scenario) (monitor_scenario_ready)"
# Somebody said that the normal of the model that serves is past; over as soon as another version serves.
ASKED = "monitor_alerts_refit_asked and on (scenario, version) max by (scenario, version) (monitor_model_info)"
REFIT = f"max by (scenario) (monitor_refit_proposed or ({ASKED}))"
PRECISION = (
    "max by (scenario) (monitor_alerts_precision_ratio >= 0) or 0 * max by (scenario) (monitor_alerts_verdicts) - 1"
)
DAY = 86_400

BOARD = Board(
    "Models",
    "Versions, shadows, agreement, drift, and the budget of false anomalies.",
    (
        Row(
            "Serving",
            (
                Listing(
                    "Versions",
                    "The version that serves each scenario, and its shadow if one looks on. Stage `fallback`: a rule.",
                    "none",
                    (Ask("max by (scenario, version, stage) (monitor_model_info)", ""),),
                    (),
                    "DetectorDegraded",
                    "/health",
                    height=7,
                ),
                replace(DETECTORS, height=7),
                Number(
                    "Age",
                    "Time of the shop since the newest day the serving model learnt from.",
                    "s",
                    (Ask(AGE, "{{scenario}}"),),
                    ((28 * DAY, YELLOW), (35 * DAY, RED)),
                    "ModelStale",
                    "/health",
                    height=5,
                ),
                Number(
                    "Drift",
                    "Whether it should be fitted anew: what it sees has drifted, or people say there is a new normal.",
                    "none",
                    (Ask(REFIT, "{{scenario}}"),),
                    (),
                    "ModelStale",
                    "/health",
                    height=5,
                    words=((0, "none", GREEN), (1, "refit", ORANGE)),
                ),
            ),
        ),
        Row(
            "What they know",
            (
                Lines(
                    "Entities not known enough",
                    "Heard of and not known well enough to judge: new services and message types, or products without "
                    "a level or a price. `/health` names those that may be named.",
                    "none",
                    (Ask('max by (scenario) (monitor_entities{state="warming"})', "{{scenario}}"),),
                    (),
                    "DetectorWarmingLong",
                    "/health",
                    width=24,
                    height=6,
                ),
            ),
        ),
        Row(
            "Beside the serving model",
            (
                Lines(
                    "Verdicts that differ",
                    "Share of rows on which a shadow or the predecessor says otherwise; zero while none is compared.",
                    "percentunit",
                    (Ask(APART, "{{scenario}}"),),
                    ((0.1, RED),),
                    "DetectorDegraded",
                    "/health",
                    width=8,
                ),
                Lines(
                    "Difference of scores",
                    "Mean absolute difference to the other model's score; zero while none is compared.",
                    "none",
                    (Ask(DIFFERENCE, "{{scenario}}"),),
                    ((0.5, ORANGE),),
                    "DetectorDegraded",
                    "/health",
                    width=8,
                ),
                Lines(
                    "Rows compared",
                    "Rows that another model has scored as well; zero while none looks on.",
                    "none",
                    (Ask(ROWS, "{{scenario}}"),),
                    (),
                    "DetectorDegraded",
                    "/health",
                    width=8,
                ),
            ),
        ),
        Row(
            "Promise",
            (
                Lines(
                    "Anomalies against the budget",
                    "Anomalies opened within 7 days, true ones too, and the false ones the threshold was chosen for.",
                    "none",
                    (
                        Ask("scenario:monitor_verdicts_opened:increase7d", "{{scenario}}"),
                        Ask("scenario:monitor_alert_budget_per_week:max", "{{scenario}}: budget"),
                    ),
                    (),
                    "AnomalyBudgetExceeded",
                ),
                Lines(
                    "Models that came and went",
                    "Versions loaded, refused or rolled back within the hour.",
                    "none",
                    (Ask("sum by (result) (increase(monitor_model_reloads_total[1h]))", "{{result}}"),),
                    (),
                    "DetectorDegraded",
                    "/health",
                ),
            ),
        ),
        Row(
            "What they will learn from",
            (
                Lines(
                    "Recorder behind",
                    "Time since all that was written was recorded.",
                    "s",
                    (Ask("time() - max(monitor_recorder_complete_timestamp_seconds)", "behind"),),
                    ((300, YELLOW), (900, RED)),
                    "RecorderBehind",
                    "/health",
                ),
                Lines(
                    "Records by what became of them",
                    "Records a second that were recorded, left out, or gone from Kafka before.",
                    "none",
                    (Ask("sum by (outcome) (rate(monitor_recorder_records_total[$__rate_interval]))", "{{outcome}}"),),
                    (),
                    "RecorderBehind",
                    "/health",
                ),
            ),
        ),
        Row(
            "What people say",
            (
                Number(
                    "Precision",
                    "Of what was judged true or false in the last days, the share that was true.",
                    "percentunit",
                    (Ask(PRECISION, "{{scenario}}"),),
                    ((0, RED), (0.5, YELLOW), (0.8, GREEN)),
                    "PrecisionLow",
                    width=8,
                    words=((-1, "nothing judged", GREY),),
                ),
                Lines(
                    "Verdicts",
                    "What people said of incidents in the last days; of each what they said last.",
                    "none",
                    (Ask("sum by (verdict) (monitor_alerts_verdicts)", "{{verdict}}"),),
                    (),
                    "PrecisionLow",
                    width=8,
                ),
                Lines(
                    "Kept quiet",
                    "Anomalies a day that nobody was told of, because of a verdict on one like them, or a mute.",
                    "none",
                    (Ask("sum by (reason) (increase(monitor_alerts_quiet_anomalies_total[1d]))", "{{reason}}"),),
                    (),
                    "PrecisionLow",
                    width=8,
                ),
            ),
        ),
    ),
)

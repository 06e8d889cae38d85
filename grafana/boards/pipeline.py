"""The way of an event through the monitor: read, counted, judged, told."""

from grafana.board import Board, Row
from grafana.panels import ORANGE, RED, YELLOW, Ask, Lines

JUDGED = "histogram_quantile({}, sum by (scenario, le) (rate(monitor_judging_seconds_bucket[$__rate_interval])))"
SINGING = "sum(increase(monitor_canary_detection_seconds_{}[1h]))"
SUNG = f"{SINGING.format('sum')} / {SINGING.format('count')}"
SENT = "sum by (channel, outcome) (rate(monitor_alerts_deliveries_total[$__rate_interval]))"

BOARD = Board(
    "Pipeline",
    "Lag, watermark, latency, throughput, dead letters, delivery.",
    (
        Row(
            "Reading",
            (
                Lines(
                    "Unread records",
                    "Records on the broker that the worker has not processed, by topic.",
                    "none",
                    (Ask("topic:monitor_consumer_lag_records:sum", "{{topic}}"),),
                    ((10_000, RED),),
                    "ConsumerLag",
                    "/health",
                ),
                Lines(
                    "Throughput",
                    "Shop messages read and counted, by topic.",
                    "mps",
                    (Ask("sum by (topic) (rate(monitor_events_total[$__rate_interval]))", "{{topic}}"),),
                    (),
                    "ConsumerLag",
                    "/health",
                ),
                Lines(
                    "Watermark behind the clock",
                    "How far the time up to which all is known is behind the shop's clock, with the lateness allowed.",
                    "s",
                    (Ask("max by (scenario) (monitor_watermark_delay_seconds)", "{{scenario}}"),),
                    ((600, RED),),
                    "WatermarkStuck",
                    "/health",
                ),
                Lines(
                    "Facts that wait",
                    "Facts ahead of what other sources were read to; they are judged in the order of the shop's time.",
                    "none",
                    (Ask("sum by (scenario) (monitor_waiting_facts)", "{{scenario}}"),),
                    ((100_000, ORANGE), (500_000, RED)),
                    "WatermarkStuck",
                    "/health",
                ),
            ),
        ),
        Row(
            "Judging",
            (
                Lines(
                    "Time to judge, 99 in 100",
                    "From the fetch of reports until they are judged.",
                    "s",
                    (Ask(JUDGED.format(0.99), "{{scenario}}"),),
                    ((0.5, ORANGE), (2, RED)),
                    "JudgingSlow",
                    "/health",
                    width=8,
                ),
                Lines(
                    "Batches",
                    "Record batches processed, by stage: intake counts, the others judge.",
                    "ops",
                    (Ask("sum by (stage) (rate(monitor_batches_total[$__rate_interval]))", "{{stage}}"),),
                    (),
                    "PipelineFault",
                    "/health",
                    width=8,
                ),
                Lines(
                    "Age of the stored state",
                    "Time since each detector's state was last stored: what a restart would judge anew.",
                    "s",
                    (Ask("time() - max by (scenario) (monitor_snapshot_timestamp_seconds)", "{{scenario}}"),),
                    ((60, YELLOW), (600, RED)),
                    "SnapshotFailing",
                    "/health",
                    width=8,
                ),
            ),
        ),
        Row(
            "What went wrong",
            (
                Lines(
                    "Dead letters",
                    "Records that could not be used within ten minutes, by topic.",
                    "none",
                    (Ask("sum by (topic) (increase(monitor_dead_letters_total[10m]))", "{{topic}}"),),
                    ((1, RED),),
                    "DeadLetters",
                    "/health",
                    width=8,
                ),
                Lines(
                    "Lost touch",
                    "Reading positions the broker did not take, and outages seen by the console, within ten minutes.",
                    "none",
                    (
                        Ask("sum(increase(monitor_heartbeat_failures_total[10m]))", "worker"),
                        Ask("sum(increase(monitor_console_outages_total[10m]))", "console"),
                    ),
                    ((1, RED),),
                    "PipelineFault",
                    "/health",
                    width=8,
                ),
                Lines(
                    "Passed over, forced or lost",
                    "Records passed over on purpose, facts judged too early, records gone unread; within ten minutes.",
                    "none",
                    (
                        Ask("sum(increase(monitor_skipped_total[10m]))", "passed over"),
                        Ask("sum(increase(monitor_forced_facts_total[10m]))", "forced"),
                        Ask("sum(increase(monitor_lost_records_total[10m]))", "lost"),
                    ),
                    ((1, ORANGE),),
                    "RecordsLost",
                    "/health",
                    width=8,
                ),
            ),
        ),
        Row(
            "Telling people, and proof that it works",
            (
                Lines(
                    "Deliveries",
                    "Attempts to tell somebody, by channel and outcome.",
                    "ops",
                    (Ask(SENT, "{{channel}} {{outcome}}"),),
                    (),
                    "DeliveryFailing",
                    width=6,
                ),
                Lines(
                    "Oldest that waits",
                    "How long the message that has waited longest has not been delivered.",
                    "s",
                    (Ask("max(monitor_alerts_oldest_undelivered_seconds)", "oldest"),),
                    ((60, YELLOW), (300, RED)),
                    "DeliveryDelayed",
                    width=6,
                ),
                Lines(
                    "Canaries: time until found",
                    "Mean time from trouble made on purpose until its anomaly was read back, within the hour.",
                    "s",
                    (Ask(SUNG, "seconds"),),
                    ((30, YELLOW), (60, RED)),
                    "CanarySilent",
                    "/health",
                    width=6,
                ),
                Lines(
                    "Canaries: missed",
                    "Trouble made on purpose that was not found, within the hour.",
                    "none",
                    (Ask("sum(increase(monitor_canary_missed_total[1h]))", "missed"),),
                    ((1, RED),),
                    "CanaryMissed",
                    "/health",
                    width=6,
                ),
            ),
        ),
        Row(
            "Processes",
            (
                Lines(
                    "Memory",
                    "Resident memory of the largest process of each job.",
                    "bytes",
                    (Ask("max by (job) (process_resident_memory_bytes)", "{{job}}"),),
                    ((2 * 2**30, ORANGE),),
                    "JudgingSlow",
                    "/health",
                ),
                Lines(
                    "CPU",
                    "Cores that the busiest process of each job uses; a worker counts and judges on one.",
                    "none",
                    (Ask("max by (job) (rate(process_cpu_seconds_total[$__rate_interval]))", "{{job}}"),),
                    ((0.9, ORANGE),),
                    "ConsumerLag",
                    "/health",
                ),
            ),
        ),
    ),
)

"""The shop by its own word: requests, commands, events, and what waits to be published."""

from grafana.board import Board, Row
from grafana.panels import ORANGE, RED, YELLOW, Ask, Lines

ASKED = 'route!~"/metrics|/healthz|/readyz"'
SLOWEST = "histogram_quantile(0.99, sum by (service, le) (rate({}[$__rate_interval])))"

BOARD = Board(
    "Shop",
    "Requests, commands, events and the outbox of the shop's services.",
    (
        Row(
            "Requests",
            (
                Lines(
                    "Requests",
                    "Requests answered, by service; scrapes and probes left out.",
                    "reqps",
                    (
                        Ask(
                            f"sum by (service) (rate(shop_http_requests_total{{{ASKED}}}[$__rate_interval]))",
                            "{{service}}",
                        ),
                    ),
                    (),
                    "ShopErrors",
                    width=8,
                ),
                Lines(
                    "Requests that fail",
                    "Share answered with a status of 500 or above, by service.",
                    "percentunit",
                    (Ask("service:shop_http_requests_failed:ratio_rate5m", "{{service}}"),),
                    ((0.05, RED),),
                    "ShopErrors",
                    width=8,
                ),
                Lines(
                    "Time to answer, 99 in 100",
                    "By service.",
                    "s",
                    (Ask(SLOWEST.format(f"shop_http_request_seconds_bucket{{{ASKED}}}"), "{{service}}"),),
                    ((0.5, YELLOW), (2, RED)),
                    "ShopErrors",
                    width=8,
                ),
            ),
        ),
        Row(
            "Commands and events",
            (
                Lines(
                    "Commands",
                    "Commands accepted and refused; a refused one changes nothing.",
                    "ops",
                    (
                        Ask(
                            "sum by (service, outcome) (rate(shop_commands_total[$__rate_interval]))",
                            "{{service}} {{outcome}}",
                        ),
                    ),
                    (),
                    "ShopErrors",
                ),
                Lines(
                    "Domain events",
                    "Events made, by service. What the monitor reads is this, a moment later.",
                    "ops",
                    (Ask("sum by (service) (rate(shop_events_total[$__rate_interval]))", "{{service}}"),),
                    (),
                    "OutboxStuck",
                ),
            ),
        ),
        Row(
            "Kafka, as the services see it",
            (
                Lines(
                    "Outbox",
                    "Messages committed but not yet published. It is emptied many times a second.",
                    "none",
                    (Ask("max by (service) (shop_outbox_pending)", "{{service}}"),),
                    ((100, YELLOW), (500, RED)),
                    "OutboxStuck",
                    width=8,
                ),
                Lines(
                    "Time until published, 99 in 100",
                    "From the commit of a message until Kafka has it.",
                    "s",
                    (Ask(SLOWEST.format("shop_outbox_relay_seconds_bucket"), "{{service}}"),),
                    ((1, YELLOW), (5, RED)),
                    "OutboxStuck",
                    width=8,
                ),
                Lines(
                    "Failed attempts",
                    "Attempts to use Kafka that failed within ten minutes, in and out.",
                    "none",
                    (
                        Ask(
                            "sum by (service, direction) (increase(shop_bus_failures_total[10m]))",
                            "{{service}} {{direction}}",
                        ),
                    ),
                    ((1, ORANGE), (20, RED)),
                    "OutboxStuck",
                    width=8,
                ),
            ),
        ),
    ),
)

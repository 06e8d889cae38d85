"""What is different between two configurations, in lines. What may hold secrets is named, not shown."""

from collections.abc import Iterator

from stream_app.config.document import Config, detectors


def changes(before: Config, after: Config) -> list[str]:
    """One line a change; none when both do the same."""
    return [*_detectors(before, after), *_calendar(before, after), *_routes(before, after)]


def _detectors(before: Config, after: Config) -> Iterator[str]:
    for stem in detectors():
        old, new = before.of(stem).model_dump(), after.of(stem).model_dump()
        yield from (f"detectors.{stem}.{key}: {old[key]} -> {new[key]}" for key in new if old[key] != new[key])


def _calendar(before: Config, after: Config) -> Iterator[str]:
    old, new = before.calendar.calendar(), after.calendar.calendar()
    yield from (f"calendar.closed_days: - {day}" for day in sorted(old.closed_days - new.closed_days))
    yield from (f"calendar.closed_days: + {day}" for day in sorted(new.closed_days - old.closed_days))
    for sign, held, others in (("-", old.windows, new.windows), ("+", new.windows, old.windows)):
        for window in held:
            if window not in others:
                yield f"calendar.windows: {sign} {window.start.isoformat()} to {window.end.isoformat()} {window.reason}"


def _routes(before: Config, after: Config) -> Iterator[str]:
    old, new = before.routes, after.routes
    for name in sorted({*old.endpoints, *new.endpoints}):
        if old.endpoints.get(name) != new.endpoints.get(name):
            sign = "+" if name not in old.endpoints else "-" if name not in new.endpoints else "changed:"
            yield f"routes.endpoints: {sign} {name}"
    if old.routes != new.routes:
        yield f"routes.routes: {len(old.routes)} -> {len(new.routes)} routes"

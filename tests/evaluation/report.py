"""The tables people read, and the same as JSON."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import mean, median
from typing import Any

from tests.evaluation.scoring import Result
from tests.evaluation.truth import FAMILIES

COLUMNS = (
    ("situation", "<40"), ("", "<8"), ("cases", ">5"), ("right", ">7"), ("listed", ">8"), ("late", ">6"),
    ("delay min", ">11"), ("own/all", ">12"), ("ended", ">7"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CleanWeek:
    """False anomalies of one seed."""

    seed: int
    messages: int
    opened: dict[str, int]  # by scenario
    told: tuple[str, ...]


def table(results: Sequence[Result], weeks: Sequence[CleanWeek], skipped: Sequence[str]) -> str:
    """One line a situation, one a family, and the clean weeks."""
    head = "".join(f"{name:{width}}" for name, width in COLUMNS)
    lines = [head, "-" * len(head)]
    for family in FAMILIES:
        own = [one for one in results if one.family == family]
        for name in dict.fromkeys(one.situation for one in own):
            lines.append(_situation([one for one in own if one.situation == name]))
        if own:
            lines += [_family(family, own), ""]
    return "\n".join([*lines, *_weeks(weeks), *(f"not staged: {one}" for one in skipped)])


def summary(results: Sequence[Result], weeks: Sequence[CleanWeek], skipped: Sequence[str]) -> dict[str, Any]:
    """Everything as JSON."""
    own = {family: [one for one in results if one.family == family] for family in FAMILIES}
    return {
        "families": {family: scores(cases) for family, cases in own.items() if cases},
        "clean_weeks": [asdict(week) for week in weeks],
        "not_staged": list(skipped),
        "cases": [asdict(one) for one in results],
    }


def scores(results: Sequence[Result]) -> dict[str, float | None]:
    """Shares of right cases; the family's score is the mean of its detect and its silent cases."""
    detect, silent = _share(results, "detect"), _share(results, "silent")
    both = [share for share in (detect, silent) if share is not None]
    return {"detect": detect, "silent": silent, "score": round(mean(both), 3) if both else None}


def _share(results: Iterable[Result], expect: str) -> float | None:
    right = [one.is_right for one in results if one.expect == expect]
    return round(mean(right), 3) if right else None


def _situation(cases: Sequence[Result]) -> str:
    delays = [one.delay_minutes for one in cases if one.delay_minutes is not None]
    ended = [one.is_resolved for one in cases if one.is_resolved is not None]
    cells = (
        cases[0].situation,
        cases[0].expect,
        len(cases),
        f"{mean(one.is_right for one in cases):.2f}",
        f"{mean(one.is_right_as_listed for one in cases):.2f}",
        sum(one.is_late for one in cases),
        f"{median(delays):.1f}" if delays else "-",
        _per_incident(cases),
        f"{mean(ended):.2f}" if ended else "-",
    )
    return "".join(f"{cell:{width}}" for cell, (_, width) in zip(cells, COLUMNS, strict=True))


def _family(family: str, cases: Sequence[Result]) -> str:
    found = scores(cases)
    return (
        f"{family.upper():<44} detect {found['detect']}, silent {found['silent']}, score {found['score']}, "
        f"anomalies per incident {_per_incident([one for one in cases if one.expect == 'detect'] or cases)}"
    )


def _per_incident(cases: Sequence[Result]) -> str:
    """By the family's own scenario, and with the other volume scenario's."""
    return f"{mean(one.anomalies for one in cases):.2f}/{mean(one.all_anomalies for one in cases):.2f}"


def _weeks(weeks: Sequence[CleanWeek]) -> Iterable[str]:
    for week in weeks:
        each = ", ".join(f"{stem} {count * 1e4 / week.messages:.2f}" for stem, count in week.opened.items())
        total = sum(week.opened.values()) * 1e4 / week.messages
        yield f"clean week of seed {week.seed}: {total:.2f} false per 10,000 of {week.messages:,} messages ({each})"

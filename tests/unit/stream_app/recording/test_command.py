"""What `record` is asked to do."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from stream_app.__main__ import app

FILE, FOLDER = ("-o", "{}/log.jsonl"), ("--folder", "{}/logs")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        (*FILE, *FOLDER),
        (*FILE, "--keep-days", "3"),
        (*FOLDER, "--until", "2026-03-02T00:00:00Z"),
        (*FILE, "--follow", "--until", "2026-03-02T00:00:00Z"),
        (*FILE, "--since", "yesterday"),
    ],
)
def test_what_does_not_go_together_is_refused_before_anything_is_done(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    result = CliRunner().invoke(app, ["record", *(each.format(tmp_path) for each in arguments)])

    assert result.exit_code == 2
    assert list(tmp_path.iterdir()) == []

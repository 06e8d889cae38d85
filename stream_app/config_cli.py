"""`python -m stream_app config check FILE` and `config schema`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from stream_app.settings import load_settings

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help="The configuration file.")


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="The edited file.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Also tell what would change.")] = False,
    against: Annotated[
        Path | None, typer.Option(help="What serves now.", show_default="MONITOR_CONFIG, else the defaults")
    ] = None,
) -> None:
    """Say whether a file can be used, before it is put in place. Status 2, and where it is wrong, when not."""
    from stream_app.config.changes import changes  # imported here so that --help and the console stay quick
    from stream_app.config.document import Config
    from stream_app.config.reading import read_config

    config = read_config(file)
    print(f"{file}: can be used")
    if dry_run or against:
        serving = against or load_settings().config
        told = changes(read_config(serving) if serving else Config(), config)
        print("\n".join(told) if told else f"nothing would change against {serving or 'the defaults'}")


@app.command()
def schema() -> None:
    """Print the JSON Schema of the file."""
    from stream_app.config.document import Config

    print(json.dumps(Config.model_json_schema(), indent=2))

"""`python -m shop_services.contracts [NAME]`: print the JSON Schema of every message, or of one."""

from typing import Annotated

import msgspec
import typer

from shop_services.contracts.schema import schema_of, schemas

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    name: Annotated[str | None, typer.Argument(help="One message's class name, as OrderCreated.")] = None,
) -> None:
    """Print the JSON Schema of every message of the shop and its monitor, or of one."""
    known = schemas()["$defs"]
    if name is not None and name not in known:
        raise typer.BadParameter(f"{name!r} is none of {', '.join(sorted(known))}", param_hint="NAME")
    document = schemas() if name is None else schema_of(name)
    typer.echo(msgspec.json.format(msgspec.json.encode(document)).decode())


if __name__ == "__main__":
    app()

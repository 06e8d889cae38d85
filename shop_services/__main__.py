"""`python -m shop_services <service|gateway>`: run one process of the shop."""

from typing import Annotated

import typer

from shop_services.chassis.errors import SetupFailed
from shop_services.chassis.settings import ProcessName, load_settings

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    process: Annotated[ProcessName, typer.Argument(help="A service, or the gateway.")],
) -> None:
    """Run one process of the shop until it is stopped. Settings come from the environment, SHOP_*; see .env.example."""
    try:
        settings = load_settings()
        if process == "gateway":
            from shop_services.gateway.serve import run_gateway  # the gateway needs neither Kafka nor a database

            run_gateway(settings)
        else:
            from shop_services.chassis.process import run_service

            run_service(process, settings)
    except SetupFailed as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


if __name__ == "__main__":
    app()

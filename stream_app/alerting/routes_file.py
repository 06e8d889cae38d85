"""The file of routes (TOML): read, filled in from the environment, checked. What is wrong is named with its place."""

import re
import tomllib
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from stream_app.alerting.errors import BadRoutes
from stream_app.alerting.routes import Routes

VARIABLE = re.compile(r"\$\{([A-Z_][A-Z0-9_]*)\}")  # so that secrets need not stand in the file
SECRET_BYTES = 24  # the least that the specification allows


def load_routes(path: Path | None, environment: Mapping[str, str], config: Path | None = None) -> Routes:
    """The routes of a file, else those in the configuration file; none without either. Raises BadRoutes, whose text
    never repeats a value.
    """
    if path is not None:
        return parse_routes(_read(path, "MONITOR_ROUTES"), environment, str(path))
    if config is not None:
        return parse_routes(_read(config, "MONITOR_CONFIG").get("routes", {}), environment, str(config))
    return Routes()


def _read(path: Path, setting: str) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text())
    except OSError as error:
        raise BadRoutes(f"{setting}={path} cannot be read: {error.strerror or error}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadRoutes(f"{path}: {error}") from None


def parse_routes(content: Mapping[str, Any], environment: Mapping[str, str], name: str) -> Routes:
    """Routes from a parsed file called `name`; raises BadRoutes with the place."""
    try:
        routes = Routes.model_validate(_filled(content, environment, name, ()))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise BadRoutes(
            f"{name}: {place + ': ' if place else ''}{first['msg'].removeprefix('Value error, ')}"
        ) from None
    _check_secrets(routes, name)
    return routes


def _filled(value: Any, environment: Mapping[str, str], name: str, place: tuple[str, ...]) -> Any:
    """The value with ${NAME} replaced by what the environment says."""
    if isinstance(value, dict):
        return {key: _filled(each, environment, name, (*place, key)) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, environment, name, (*place, str(number))) for number, each in enumerate(value)]
    if not isinstance(value, str):
        return value
    if missing := [each for each in VARIABLE.findall(value) if each not in environment]:
        raise BadRoutes(f"{name}: {'.'.join(place)}: {missing[0]} is not set in the environment")
    return VARIABLE.sub(lambda found: environment[found[1]], value)


def _check_secrets(routes: Routes, name: str) -> None:
    for endpoint, held in routes.endpoints.items():
        for number, secret in enumerate(held.secrets):
            if not _is_secret(secret.get_secret_value()):
                place = f"endpoints.{endpoint}.secrets.{number}"
                raise BadRoutes(
                    f"{name}: {place}: not a secret of Standard Webhooks: whsec_ and 24 bytes or more, base64"
                )


def _is_secret(text: str) -> bool:
    try:
        return len(b64decode(text.removeprefix("whsec_"), validate=True)) >= SECRET_BYTES
    except ValueError:
        return False

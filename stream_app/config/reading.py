"""From bytes to a configuration, or to a list of what is wrong with it, each with its place and what is allowed."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from stream_app.config.document import Config
from stream_app.config.places import Path as KeyPath
from stream_app.config.places import Place, nearest, places
from stream_app.errors import BadSetting

Document = TypeVar("Document", bound=BaseModel)
MOST_BYTES = 1_000_000
MOST_TOLD = 10
_SYNTAX = re.compile(r"^(.*) \(at (?:line (\d+), column (\d+)|end of document)\)$")


class ConfigRefused(BadSetting):
    """The file cannot be used; the message names file, line, key, and what is allowed. Values are never repeated."""

    def __init__(self, mistakes: list[str]) -> None:
        more = len(mistakes) - MOST_TOLD
        told = mistakes[:MOST_TOLD] + ([f"and {more} more"] if more > 0 else [])
        super().__init__("\n".join(["configuration refused", *told]))
        self.mistakes = mistakes


def read_config(path: Path) -> Config:
    """The file's configuration; ConfigRefused."""
    return parse_config(read_bytes(path), str(path))


def read_bytes(path: Path) -> bytes:
    """The file; ConfigRefused when it cannot be read or is too large to be one."""
    try:
        with path.open("rb") as stream:
            raw = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise ConfigRefused([f"{path}: cannot be read ({error.strerror}); check MONITOR_CONFIG"]) from error
    if len(raw) > MOST_BYTES:
        raise ConfigRefused([f"{path}: larger than {MOST_BYTES:,} bytes is no configuration"])
    return raw


def parse_config(raw: bytes, name: str) -> Config:
    """What the bytes say; `name` is the file's, for messages."""
    return parse_document(raw, name, Config)


def parse_document(raw: bytes, name: str, model: type[Document]) -> Document:
    """The bytes as a document of this kind; ConfigRefused."""
    try:
        text = raw.decode()
        document = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise ConfigRefused([f"{name}: not UTF-8 at byte {error.start}"]) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigRefused([_syntax(name, str(error))]) from error
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise ConfigRefused(list(_mistakes(name, text, error, model))) from None  # the cause would repeat values


def _syntax(name: str, message: str) -> str:
    match = _SYNTAX.match(message)
    if match is None or match[2] is None:
        return f"{name}: no TOML: {message}"
    return f"{name}:{match[2]}:{match[3]}: no TOML: {match[1]}"


def _mistakes(name: str, text: str, error: ValidationError, model: type[BaseModel]) -> Iterator[str]:
    found = places(text)
    for details in error.errors(include_url=False, include_context=False, include_input=False):
        path: KeyPath = tuple(part for part in details["loc"] if part != "[key]")
        yield f"{_at(name, nearest(found, path))}: {_dotted(path)}: {_why(details, path, model)}"


def _at(name: str, place: Place | None) -> str:
    return name if place is None else f"{name}:{place.line}:{place.column}"


def _dotted(path: KeyPath) -> str:
    return ".".join(map(str, path)) or "the file"


def _why(details: ErrorDetails, path: KeyPath, model: type[BaseModel]) -> str:
    if details["type"] != "extra_forbidden":
        return details["msg"].removeprefix("Value error, ")
    return f"unknown key; allowed here: {', '.join(allowed(path[:-1], model))}"


def allowed(path: KeyPath, model: type[BaseModel] = Config) -> list[str]:
    """The keys of the table at the path."""
    for part in path:
        field = model.model_fields.get(part) if isinstance(part, str) else None
        model = (_model_in(field.annotation) if field else None) or model
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The table that a field holds, or holds many of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model_in(argument) for argument in get_args(annotation))
    return next((model for model in inner if model is not None), None)

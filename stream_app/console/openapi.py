"""The OpenAPI document, with the schema of an anomaly taken from its declaration in the contracts."""

from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from shop_services.contracts.anomaly import AnomalyDetected


def document(api: FastAPI) -> dict[str, Any]:
    """The document of all routes but the pages."""
    described = get_openapi(title=api.title, version=api.version, description=api.description, routes=api.routes)
    _, schemas = msgspec.json.schema_components([AnomalyDetected], ref_template="#/components/schemas/{name}")
    described.setdefault("components", {}).setdefault("schemas", {}).update(schemas)
    return described

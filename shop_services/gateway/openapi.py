"""The interfaces of all services as one OpenAPI document."""

import asyncio
from collections.abc import Iterable
from typing import Any

import httpx

from shop_services.gateway.upstreams import Upstream


async def merged(client: httpx.AsyncClient, upstreams: Iterable[Upstream]) -> dict[str, Any]:
    """Paths and schemas of every service that answers; the others are missing until they do."""
    documents = await asyncio.gather(*(_document(client, each) for each in upstreams))
    return merge(document for document in documents if document)


def merge(documents: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """One document of several; services share only schemas that are the same everywhere."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for document in documents:
        paths |= document["paths"]
        schemas |= document.get("components", {}).get("schemas", {})
    info = {"title": "The shop", "version": "1"}
    return {"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": schemas}}


async def _document(client: httpx.AsyncClient, upstream: Upstream) -> dict[str, Any] | None:
    try:
        answer = await client.get(f"{upstream.url}/openapi.json")
        return dict(answer.raise_for_status().json())
    except httpx.HTTPError:
        return None

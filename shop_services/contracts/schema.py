"""JSON Schema of every message, from the declarations themselves."""

from typing import Any

import msgspec

from shop_services.contracts.anomaly import AnomalyDetected
from shop_services.contracts.catalogue import message_types

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, Any]:
    """One JSON Schema document whose `$defs` hold the `data` of every message by class name."""
    classes = [kind.cls for kind in message_types().values()]
    _, definitions = msgspec.json.schema_components([*classes, AnomalyDetected], ref_template="#/$defs/{name}")
    return {"$schema": DIALECT, "title": "Messages of the shop and its monitor", "$defs": definitions}


def schema_of(name: str) -> dict[str, Any]:
    """The JSON Schema of one message's `data` by class name; KeyError when none is declared."""
    document = schemas()
    return {"$schema": DIALECT, **document["$defs"][name], "$defs": document["$defs"]}

"""`python -m shop_services.contracts`: print the JSON Schema of every message."""

import msgspec

from shop_services.contracts.schema import schemas

if __name__ == "__main__":
    print(msgspec.json.format(msgspec.json.encode(schemas())).decode())

"""Integer arrays as JSON: what a bundle's extras and a saved memory hold of counts."""

import base64
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray


def pack(array: NDArray[Any]) -> dict[str, Any]:
    """Any numeric array as a JSON-able object, compressed, little-endian.

    >>> unpack(pack(np.arange(3, dtype=np.int32))).tolist()
    [0, 1, 2]
    """
    flat = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    text = base64.b64encode(zlib.compress(flat.tobytes(), 6)).decode()
    return {"dtype": flat.dtype.str, "shape": list(flat.shape), "data": text}


def unpack(packed: dict[str, Any]) -> NDArray[Any]:
    """The array again (a copy that may be written to); KeyError or ValueError when `packed` is none."""
    raw = zlib.decompress(base64.b64decode(packed["data"]))
    return np.frombuffer(raw, packed["dtype"]).reshape(packed["shape"]).copy()

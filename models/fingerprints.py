"""Identifiers as integers of 62 bits, the same wherever and whenever they are read: ids link events in columns."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.columns import MISSING

LENGTH = 36  # of a UUID as text
NONE = "-" * LENGTH  # stands for no identifier
_MASK = 2**62 - 1
_WORDS = LENGTH // 4
# Multilinear hashing (Carter and Wegman, 1979): a sum of the text's 32-bit words, each times an odd number drawn once.
_FACTORS = np.frombuffer(b"".join(blake2b(bytes([i]), digest_size=8).digest() for i in range(_WORDS)), "<u8") | 1


def fingerprints(texts: Sequence[Any]) -> NDArray[np.int64]:
    """(n,) of identifiers; `MISSING` where there is `NONE` or no text. Those as long as UUIDs take one call.

    >>> one, other, none = fingerprints(["019ca6bb-541f-7855-9653-8bdf3cc12540", "request 7", None]).tolist()
    >>> fingerprints(["019ca6bb-541f-7855-9653-8bdf3cc12540"]).tolist() == [one], one != other, none
    (True, True, -1)
    """
    try:
        joined = "".join(texts)
    except TypeError:
        return np.array([_of_one(text) for text in texts], np.int64)
    if joined.isascii() and set(map(len, texts)) == {LENGTH}:
        return _of_equal(joined)
    return np.array([_of_one(text) for text in texts], np.int64)


def _of_equal(joined: str) -> NDArray[np.int64]:
    """(n,) of texts of `LENGTH` ASCII characters, one after another."""
    words = np.frombuffer(joined.encode(), "<u4").reshape(-1, _WORDS).astype(np.uint64)
    values = ((words * _FACTORS).sum(axis=1) >> np.uint64(2)).astype(np.int64)
    return np.where(values == _OF_NONE, MISSING, values)


def _of_one(text: Any) -> int:
    if type(text) is not str or not text:
        return MISSING
    if len(text) == LENGTH and text.isascii():
        return int(_of_equal(text)[0])
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()) & _MASK


_OF_NONE = int((np.frombuffer(NONE.encode(), "<u4").astype(np.uint64) * _FACTORS).sum() >> np.uint64(2))

"""What is made piece by piece is what encoding at once gives, as far as a reader can tell."""

import msgspec
import pytest

from models.pieces import AT_ONCE, of_bytes, of_mapping, of_struct


class Held(msgspec.Struct, array_like=True):
    names: dict[int, str]
    flag: bool
    places: dict[int, tuple[int, int]]


@pytest.mark.parametrize("size", [0, 1, 15, 16, AT_ONCE, AT_ONCE + 1, 3 * AT_ONCE, 70_000])
def test_a_mapping_of_any_size_is_read_as_it_was(size: int) -> None:
    held = {number: str(number) for number in range(size)}

    for at_once in (1, 15, 16, AT_ONCE, 2**16):
        if size <= AT_ONCE or at_once >= AT_ONCE:
            raw = b"".join(of_mapping(held, at_once))
            assert msgspec.msgpack.decode(raw, type=dict[int, str]) == held


def test_a_struct_and_bytes_are_read_as_they_were() -> None:
    held = Held({1: "a"}, True, {number: (number, -number) for number in range(2 * AT_ONCE)})

    assert msgspec.msgpack.decode(b"".join(of_struct(held)), type=Held) == held
    assert msgspec.msgpack.decode(b"".join(of_bytes([b"ab", b"", b"c"])), type=bytes) == b"abc"


def test_no_piece_holds_more_than_some_entries() -> None:
    held = dict.fromkeys(range(5 * AT_ONCE), "x" * 10)

    pieces = list(of_mapping(held))

    assert max(map(len, pieces)) <= AT_ONCE * 20
    assert len(pieces) == 1 + 5

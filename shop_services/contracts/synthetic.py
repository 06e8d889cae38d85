"""Messages that nobody meant: probes of a monitor, told by ids that no shop gives and by a header of their record.

Who reads the shop's topics for the shop's sake leaves them out.
"""

# User, product and cart ids from here on stand for nobody and nothing; below 2**53, so exact in any JSON.
RESERVED_FROM = 2**52
HEADER = ("synthetic", b"canary")


def is_reserved(identity: int) -> bool:
    """Whether an id belongs to a probe.

    >>> is_reserved(7), is_reserved(RESERVED_FROM + 7)
    (False, True)
    """
    return identity >= RESERVED_FROM

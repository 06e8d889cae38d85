"""Where a request may go: names are resolved once, addresses inside our own networks are refused.

Without this, whoever may write an endpoint's URL, or the DNS of its host, could have the monitor speak to services that
only it can reach (server-side request forgery). The address that was checked is the one that is connected to.
"""

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from stream_app.alerting.errors import DeliveryFailed

Resolver = Callable[[str, int], list[str]]  # host and port to addresses
NAT64 = IPv6Network("64:ff9b::/96")  # an IPv4 address behind it (RFC 6052)
LOW_32 = (1 << 32) - 1


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name; raises DeliveryFailed when it has none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise DeliveryFailed("unknown_host") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def permitted(host: str, port: int, resolver: Resolver, allow_private: bool) -> str:
    """The address to connect to; raises DeliveryFailed when one of the host's addresses must not be spoken to."""
    addresses = resolver(host.strip("[]"), port)
    if not addresses:
        raise DeliveryFailed("unknown_host")
    if not allow_private and not all(map(is_public, addresses)):
        raise DeliveryFailed(
            "forbidden_address", "the host is in a private network: set MONITOR_ALERTS_ALLOW_PRIVATE=true to allow it"
        )
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an address is reached over the open internet.

    >>> [is_public(each) for each in ("93.184.215.14", "127.0.0.1", "169.254.169.254")]
    [True, False, False]
    >>> [is_public(each) for each in ("2606:4700::1111", "::ffff:10.0.0.1", "64:ff9b::a00:1", "fe80::1%eth0")]
    [True, False, False, False]
    """
    found = ip_address(address.partition("%")[0])
    return all(each.is_global and not each.is_multicast for each in (found, *_inside(found)))


def _inside(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses that an IPv6 address carries."""
    if isinstance(address, IPv4Address):
        return []
    carried = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    carried += [IPv4Address(int(address) & LOW_32)] if address in NAT64 else []
    return [each for each in carried if each is not None]

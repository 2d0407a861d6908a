"""Which network addresses are asked at all."""

from __future__ import annotations

import ipaddress
import socket


class ForbiddenAddressError(OSError):
    """This address is not on the public internet, and we were not told that private ones are allowed."""


_AZURE_WIRE_SERVER = ipaddress.ip_address("168.63.129.16")  # hands out machine credentials from a public address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # the last 32 bits are an IPv4 address
_IPV6_UNICAST = ipaddress.ip_network("2000::/3")  # all that IANA has given out; the ipaddress module calls more than that global
_NOT_FOR_HOSTS = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20")))  # protocols, 6to4 relays, documentation


def is_public(host: str) -> bool:
    """Whether this IP address is one of the open internet's, looking through IPv4 addresses wrapped in IPv6 ones."""
    address = ipaddress.ip_address(host.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            address = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        else:
            address = address.ipv4_mapped or address.sixtofour or address
    if isinstance(address, ipaddress.IPv6Address) and address not in _IPV6_UNICAST:
        return False
    if any(address in network for network in _NOT_FOR_HOSTS):
        return False
    return address.is_global and not address.is_multicast and address != _AZURE_WIRE_SERVER


def public_socket(address: tuple[int, int, int, str, tuple[object, ...]]) -> socket.socket:
    """A socket for connecting to this address. It is the last step before the connection, so redirects and DNS answers that
    change between look-up and connection are judged too."""
    family, kind, protocol, _, target = address
    if not is_public(str(target[0])):
        raise ForbiddenAddressError(f"{target[0]} is not a public address")
    return socket.socket(family, kind, protocol)


def names_this_network(host: str) -> bool:
    """Whether a host is private by its name alone. All that can be told where a proxy looks names up: it must refuse the rest."""
    try:
        return not is_public(host)
    except ValueError:  # a name, no address
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal")) or "." not in host.rstrip(".")

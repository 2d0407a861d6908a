"""Addresses that only a hub we asked can know, and the secrets it signs with: all made of one secret, so none is ever stored."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Callbacks:
    """`base` is where hubs reach this poller; `master` the secret behind every address and key."""

    base: str
    master: bytes = field(repr=False)

    def url(self, feed_id: str, hub: str, topic: str) -> str:
        """Where this hub pushes this feed under this name: each subscription has an address of its own, not to be guessed without
        `master`."""
        which = self._which(hub, topic)
        return f"{self.base.rstrip('/')}/{feed_id}/{which}/{self._token(feed_id, which)}"

    @property
    def route(self) -> str:
        """The path of all such addresses, as aiohttp's router takes it."""
        return f"{urlsplit(self.base).path.rstrip('/')}/{{feed_id}}/{{which}}/{{token}}"

    def gave_out(self, feed_id: str, which: str, token: str) -> bool:
        """Whether these are the last parts of an address of ours."""
        return hmac.compare_digest(self._token(feed_id, which).encode(), token.encode("utf-8", "surrogatepass"))

    def hub_at(self, which: str, hubs: Iterable[str], topic: str) -> str | None:
        """Which of these hubs was given an address with this part; None for one that we have left."""
        return next((hub for hub in hubs if self._which(hub, topic) == which), None)

    def secret(self, feed_id: str, hub: str) -> str:
        """What this hub signs this feed with. Another for each hub: one that we have left can't sign for the next."""
        return self._derive("secret", feed_id, hub)

    @property
    def mark(self) -> str:
        """Tells subscriptions of ours from those made with another address or secret, and gives neither away."""
        return self._derive("mark", self.base)[:16]

    def _which(self, hub: str, topic: str) -> str:
        return self._derive("which", hub, topic)[:12]

    def _token(self, feed_id: str, which: str) -> str:
        return self._derive("address", feed_id, which)[:40]

    def _derive(self, *parts: str) -> str:
        return hmac.new(self.master, "\0".join(parts).encode("utf-8", "surrogatepass"), sha256).hexdigest()

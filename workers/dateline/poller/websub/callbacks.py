"""Addresses that only a hub we asked can know, and the secrets it signs with: all made of one secret, so none is ever stored."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Callbacks:
    """`base` is where hubs reach this poller; `master` the secret behind every address and key."""

    base: str
    master: bytes = field(repr=False)

    def url(self, feed_id: str) -> str:
        """Where hubs push this feed. Its last part can't be guessed without `master`."""
        return f"{self.base.rstrip('/')}/{feed_id}/{self._token(feed_id)}"

    @property
    def route(self) -> str:
        """The path of all such addresses, as aiohttp's router takes it."""
        return f"{urlsplit(self.base).path.rstrip('/')}/{{feed_id}}/{{token}}"

    def knows(self, feed_id: str, token: str) -> bool:
        """Whether these are the last two parts of an address we gave out."""
        return hmac.compare_digest(self._token(feed_id).encode(), token.encode("utf-8", "surrogatepass"))

    def secret(self, feed_id: str, hub: str) -> str:
        """What this hub signs this feed with. Another for each hub: one that we have left can't sign for the next."""
        return self._derive("secret", feed_id, hub)

    @property
    def mark(self) -> str:
        """Tells subscriptions of ours from those made with another address or secret, and gives neither away."""
        return self._derive("mark", self.base)[:16]

    def _token(self, feed_id: str) -> str:
        return self._derive("address", feed_id)[:40]

    def _derive(self, *parts: str) -> str:
        return hmac.new(self.master, "\0".join(parts).encode("utf-8", "surrogatepass"), sha256).hexdigest()

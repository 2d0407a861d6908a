"""A wire to a broker that can be cut, frozen or made slow.

async with Proxy(node.proxied, node.behind) as wire:
    wire.delay_s = 0.2        # each piece of data takes so long, either way
    wire.freeze()             # connections stay open, and nothing passes: a broker behind a dead switch
    wire.cut()                # connections are closed, and new ones at once
    wire.mend()
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Self

CHUNK = 65_536


class Proxy:
    """Listens where the broker tells its clients to go, and passes on what comes."""

    def __init__(self, listen: str, behind: int) -> None:
        self._port, self._behind = int(listen.rpartition(":")[2]), behind
        self._passing = asyncio.Event()
        self._passing.set()
        self._is_cut = False
        self._writers: set[asyncio.StreamWriter] = set()
        self.delay_s = 0.0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.mend()
        self._server.close()
        self._close_all()

    def freeze(self) -> None:
        self._passing.clear()

    def cut(self) -> None:
        self._is_cut = True
        self._close_all()

    def mend(self) -> None:
        self._is_cut = False
        self._passing.set()

    def _close_all(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        try:
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._behind)
        except OSError:
            writer.transport.abort()
            return
        await asyncio.gather(self._pass_on(reader, there_writer), self._pass_on(there_reader, writer))

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            with suppress(OSError):
                while data := await reader.read(CHUNK):
                    await asyncio.sleep(self.delay_s)
                    await self._passing.wait()
                    writer.write(data)
                    await writer.drain()
        finally:
            self._writers.discard(writer)
            writer.close()

"""The merge state: which mentions are held, what was last published of each event, and what one more record changes.

    state = MergeState(options)
    state.restore(partition, changelog.items())        # when the partition has come to us
    step = state.take(partition, record, raw, arrived)
    step.publications                                  # events to publish first ...
    step.writes                                        # ... then what to write to the changelog, in this order

Each record is one step, and a step depends on nothing but the records before it on its partition. So a worker that is killed after
publishing and before writing goes, when it reads the same records again, through the same states: every event id it ever published
comes by again and is brought to its end. Steps put together differently the second time would leave ids behind that nothing ends.

What was read back is not grouped before a record asks for it, block by block, or somebody has time (`waking`): grouping costs a
millisecond a mention, reading back a fiftieth of it. Old events of a block that sleeps expire after it was woken: no record could
join them but a late one.

No Kafka here: keys and values of the changelog are bytes, and the caller does the writing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

import orjson

from dateline.codec import decode, encode
from dateline.merging import Block, MergingOptions, changes, event_id, is_late, merged, past_groups
from dateline.records import Event, Mention, Withdrawal

Outcome = Literal["new", "late", "repeated", "superseded", "withdrawn"]
"""What became of a record: `repeated` and `superseded` ones change nothing."""

BEGINNING = datetime.min.replace(tzinfo=UTC)
SWEEP_EVERY = timedelta(hours=12)  # of event time: expiry looks at every block, and half a day more in memory is nothing


@dataclass(frozen=True, slots=True)
class Publication:
    """One record for the events topic; `revision` counts those of this event id."""

    event: Event
    revision: int


@dataclass(frozen=True, slots=True)
class Write:
    """One key of the changelog: a value of None deletes."""

    key: bytes
    value: bytes | None


@dataclass(frozen=True, slots=True)
class Step:
    outcome: Outcome
    publications: list[Publication] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)


@dataclass(slots=True)
class Told:
    """The mentions that may be one event, and what was published of them (the ended included, so that revisions go on counting)."""

    block: Block
    published: dict[str, Publication] = field(default_factory=dict)


@dataclass(slots=True)
class Asleep:
    """A block as it was read back: its mentions, and the records of what was published of them, by event id."""

    mentions: list[Mention] = field(default_factory=list)
    published: dict[str, bytes] = field(default_factory=dict)


@dataclass(slots=True)
class Share:
    """What one partition of the mentions topic holds. `versions`: the newest known of each edited article, and when it became known."""

    options: MergingOptions
    blocks: dict[str, Told] = field(default_factory=dict)
    asleep: defaultdict[str, Asleep] = field(default_factory=lambda: defaultdict(Asleep))
    by_article: defaultdict[str, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))
    versions: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    watermark: datetime = BEGINNING
    swept: datetime = BEGINNING

    def told(self, name: str) -> Told:
        """The block of this name, an empty one where there was none."""
        for _ in self.waking(name):
            pass
        if name not in self.blocks:
            self.blocks[name] = Told(Block(self.options))
        return self.blocks[name]

    def waking(self, name: str) -> Iterator[None]:
        """Group a block as it stood, if that was not done; in steps of some milliseconds."""
        if name not in self.asleep:
            return
        read, told = self.asleep[name], Told(Block(self.options))
        for mention in read.mentions:
            told.block.add(mention)
            yield
        told.block.regroup()  # what a record changes is told against these groups
        for key, record in read.published.items():
            revision, _, event = record.partition(b" ")
            told.published[key] = Publication(decode(event, Event), int(revision))
        self.blocks[name] = told
        del self.asleep[name]

    def add(self, mention: Mention) -> None:
        self.told(mention.block).block.add(mention)
        self.by_article[mention.source.article_id].add((mention.block, mention.mention_id))

    def remove(self, mention: Mention) -> None:
        self.told(mention.block).block.discard(mention.mention_id)
        places = self.by_article[mention.source.article_id]
        places.discard((mention.block, mention.mention_id))
        if not places:
            del self.by_article[mention.source.article_id]

    def of_article(self, article_id: str) -> list[Mention]:
        held = (self.told(block).block.get(mention_id) for block, mention_id in sorted(self.by_article.get(article_id, ())))
        return [mention for mention in held if mention is not None]


class MergeState:
    """The shares of the partitions this worker has."""

    def __init__(self, options: MergingOptions) -> None:
        self._options = options
        self._shares: defaultdict[int, Share] = defaultdict(lambda: Share(options))

    def __len__(self) -> int:
        """Mentions held."""
        awake = sum(len(told.block) for share in self._shares.values() for told in share.blocks.values())
        return awake + sum(len(read.mentions) for share in self._shares.values() for read in share.asleep.values())

    def partitions(self) -> set[int]:
        return set(self._shares)

    def forget(self, partition: int) -> None:
        self._shares.pop(partition, None)

    def restore(self, partition: int, items: Iterable[tuple[bytes, bytes]]) -> None:
        """Start again from what the changelog holds of a partition."""
        for _ in self.restoring(partition, items):
            pass

    def restoring(self, partition: int, items: Iterable[tuple[bytes, bytes]]) -> Iterator[None]:
        """The same in small steps."""
        self.forget(partition)
        share = self._shares[partition]
        for key, value in items:
            _, kind, *names = orjson.loads(key)
            match kind:
                case "mention":
                    mention = decode(value, Mention)
                    share.asleep[mention.block].mentions.append(mention)
                    share.by_article[mention.source.article_id].add((mention.block, mention.mention_id))
                    share.watermark = max(share.watermark, mention.source.published or BEGINNING)
                case "event":
                    share.asleep[names[0]].published[names[1]] = value
                case "version":
                    version, known = orjson.loads(value)
                    share.versions[names[0]] = version, datetime.fromisoformat(known)
            yield
        share.swept = share.watermark

    def waking(self, partition: int, block: str) -> Iterator[None]:
        """Make a block ready for a record that will ask for it."""
        yield from self._shares[partition].waking(block)

    def asleep(self) -> tuple[int, str] | None:
        """A block that sleeps, with its partition, if there is one."""
        return next(((partition, block) for partition, share in self._shares.items() for block in share.asleep), None)

    def take(self, partition: int, record: Mention | Withdrawal, raw: bytes, arrived: datetime) -> Step:
        """Take in one record as it came (`raw`), and say what follows. `arrived` only guards against articles dated in the future."""
        share = self._shares[partition]
        article = record.article_id if isinstance(record, Withdrawal) else record.source.article_id
        known = share.versions.get(article, (1, BEGINNING))[0]
        if record.article_version < known:
            return Step("superseded")
        stale = [mention for mention in share.of_article(article) if mention.article_version < record.article_version]
        if isinstance(record, Withdrawal):
            if record.article_version == known and not stale:
                return Step("repeated")
            outcome: Outcome = "withdrawn"
        else:
            if share.told(record.block).block.get(record.mention_id) == record:
                return Step("repeated")
            outcome = "late" if _is_late(record, share, self._options) else "new"
        return self._change(partition, record, raw, arrived, stale, outcome)

    def _change(
        self, partition: int, record: Mention | Withdrawal, raw: bytes, arrived: datetime, stale: list[Mention], outcome: Outcome
    ) -> Step:
        """Carry the change out in memory. The writes are in an order of which any beginning can be lost its end and the step repeated."""
        share, touched, writes = self._shares[partition], {mention.block: None for mention in stale}, []
        for mention in stale:
            share.remove(mention)
            writes.append(Write(_mention_key(partition, mention), None))
        if isinstance(record, Mention):
            share.add(record)
            touched[record.block] = None
            _advance(share, record, arrived)
        article = record.article_id if isinstance(record, Withdrawal) else record.source.article_id
        if record.article_version > 1:
            writes.append(self._know(partition, article, record.article_version))
        if isinstance(record, Mention):
            writes.append(Write(_mention_key(partition, record), raw))
        publications, published = self._settle(partition, touched)
        return Step(outcome, publications, [*published, *writes, *self._sweep(partition)])

    def _settle(self, partition: int, touched: Iterable[str]) -> tuple[list[Publication], list[Write]]:
        """What the touched blocks now say, against what was published of the same mentions."""
        publications, writes = [], []
        for name in touched:
            told = self._shares[partition].told(name)
            regrouped = told.block.regroup()
            founded = [event_id(group[0]) for group in (*regrouped.gone, *regrouped.new)]
            before = {key: told.published[key].event for key in founded if key in told.published}
            now = sorted((merged(group) for group in regrouped.new), key=lambda event: event.event_id)
            for event in changes(before, now):
                last = told.published.get(event.event_id)
                publication = told.published[event.event_id] = Publication(event, last.revision + 1 if last else 1)
                publications.append(publication)
                writes.append(Write(_key(partition, "event", name, event.event_id), b"%d " % publication.revision + encode(event)))
        return publications, writes

    def _sweep(self, partition: int) -> Iterator[Write]:
        """Let go of what the window of event time has passed; it stays on the events topic as last published."""
        share = self._shares[partition]
        if share.watermark - share.swept < SWEEP_EVERY:
            return
        share.swept = share.watermark
        end = _back(share.watermark, self._options.window_days + self._options.gap_days)
        for name, told in list(share.blocks.items()):
            past = past_groups(told.block, share.watermark, self._options)
            for mention in sorted((mention for group in past for mention in group), key=lambda mention: mention.mention_id):
                share.remove(mention)
                yield Write(_mention_key(partition, mention), None)
            told.block.regroup()  # what is left groups as it did: nothing to publish
            over = {key for key, last in told.published.items() if last.event.state != "active" and _before(last.event, end)}
            over |= {event_id(group[0]) for group in past} & told.published.keys()
            for key in sorted(over):
                del told.published[key]
                yield Write(_key(partition, "event", name, key), None)
            if not len(told.block) and not told.published:
                del share.blocks[name]
        for article, (version, known) in list(share.versions.items()):
            if known == BEGINNING:  # it came before anything that tells the time: its window begins now
                yield self._know(partition, article, version)
            elif known < end:
                del share.versions[article]
                yield Write(_key(partition, "version", article), None)

    def _know(self, partition: int, article: str, version: int) -> Write:
        """Remember the newest version of an article, from now on for a window's length."""
        share = self._shares[partition]
        share.versions[article] = version, share.watermark
        return Write(_key(partition, "version", article), orjson.dumps([version, share.watermark.isoformat()]))


def _key(partition: int, *names: str) -> bytes:
    return orjson.dumps([partition, *names])


def _mention_key(partition: int, mention: Mention) -> bytes:
    return _key(partition, "mention", mention.block, mention.mention_id)


def _is_late(mention: Mention, share: Share, options: MergingOptions) -> bool:
    published = mention.source.published
    enough = share.watermark - BEGINNING > timedelta(days=options.window_days)
    return published is not None and enough and is_late(published, share.watermark, options)


def _advance(share: Share, mention: Mention, arrived: datetime) -> None:
    """Event time goes on with what articles say of themselves, but never past the clock: one dated 2099 would expire everything."""
    if mention.source.published is not None:
        share.watermark = max(share.watermark, min(mention.source.published, arrived))
    if share.swept == BEGINNING:
        share.swept = share.watermark


def _before(event: Event, end: datetime) -> bool:
    return event.last_reported is None or event.last_reported < end


def _back(moment: datetime, days: int) -> datetime:
    return moment - timedelta(days=days) if moment - BEGINNING > timedelta(days=days) else BEGINNING

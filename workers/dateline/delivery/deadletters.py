"""Dead letters: input that could not be read, kept as it came, with headers that say why, where and how often.

    outgoing = dead_letter(topic, source, error, stage="extract", max_bytes=…)
    found = await standing(kafka, topic, wanted)           # those that are not removed, without their values
    problems = await send_again(kafka, topic, found)       # the inputs as they came, to their own topics; or why not
    await remove(kafka, topic, found)

A letter's key is where its input stood, so that one that is written twice is one, and a tombstone removes it. The input's own key is in
a header.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from aiokafka import AIOKafkaProducer
from aiokafka.structs import ConsumerRecord

from dateline.delivery.kafka import KafkaOptions, make_producer, start
from dateline.delivery.producing import Headers, Outgoing, deliver
from dateline.delivery.reading import read_topic

PREFIX = "dateline-error-"
ATTEMPTS = "dateline-attempts"  # on an input that was sent again: how often it was tried before
ALWAYS_TOLD = {"class", "message", "stage", "topic", "partition", "offset", "attempts", "time"}
MAX_MESSAGE_CHARS = 2_000  # an error may quote the whole input; the reason stands at its beginning

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A record as the broker gave it to us."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


class UnsendableError(ValueError):
    """A letter that can't be sent again; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A dead letter: its input, and why it is one. `value` is None where it was not asked for, and `size` its length in bytes."""

    source: Input
    reasons: dict[str, str]  # class, message, stage, attempts, time, and where so: cut, null
    size: int

    @property
    def letter_id(self) -> str:
        return letter_id(self.source)


def letter_id(source: Input) -> str:
    return f"{source.topic}:{source.partition}:{source.offset}"


def dead_letter(topic: str, source: Input, error: BaseException, *, stage: str, max_bytes: int, attempts: int = 1) -> Outgoing:
    """The letter for an input that failed for good. Its own headers stay, so that it can be sent again as it was.

    An input that was compressed on its way here may be longer than we can send: it is cut to `max_bytes`, and a header says from what.
    """
    before = dict(source.headers).get(ATTEMPTS, b"0")
    reasons = {
        "class": type(error).__name__,
        "message": str(error)[:MAX_MESSAGE_CHARS],
        "stage": stage,
        "topic": source.topic,
        "partition": str(source.partition),
        "offset": str(source.offset),
        "attempts": str(attempts + (int(before) if before.isdigit() and len(before) < 10 else 0)),
        "time": datetime.now(UTC).isoformat(),
    }
    value = source.value
    if value is None:
        value, reasons["null"] = b"", "value"  # a letter without one would be a tombstone
    if len(value) > max_bytes:
        reasons["cut"] = f"from {len(value)} bytes; the whole is at the topic, partition and offset told here"
        value = value[:max_bytes]
    told = [(PREFIX + name, text.encode("utf-8", "replace")) for name, text in reasons.items()]
    if source.key is not None:
        told.append((PREFIX + "key", source.key))
    return Outgoing(topic=topic, key=letter_id(source).encode(), value=value, headers=(*own_headers(source.headers), *told))


def own_headers(headers: Iterable[tuple[str, bytes]]) -> Headers:
    """Those that an input came with at first."""
    return tuple((name, given) for name, given in headers if not name.startswith(PREFIX) and name != ATTEMPTS)


def tombstone(topic: str, which: str) -> Outgoing:
    """What removes the letter with this id."""
    return Outgoing(topic=topic, key=which.encode(), value=None)


def sent_again(letter: Letter) -> Outgoing:
    """The input as it came, for the place it came to. Raises UnsendableError."""
    source = letter.source
    if "cut" in letter.reasons:
        raise UnsendableError(f"its value was cut ({letter.reasons['cut']})")
    if source.key is None and source.value is None:
        raise UnsendableError("it has neither key nor value: no client can send that")
    headers = (*source.headers, (ATTEMPTS, letter.reasons["attempts"].encode()))
    return Outgoing(topic=source.topic, partition=source.partition, key=source.key, value=source.value, headers=headers)


async def standing(kafka: KafkaOptions, topic: str, wanted: Callable[[Letter], bool]) -> list[Letter]:
    """The letters that stand and are wanted, in order of their ids, without their values. Raises UnknownTopicError."""
    found: dict[str, Letter] = {}
    async for record in read_topic(kafka, topic):
        if record.value is None:
            found.pop((record.key or b"").decode("utf-8", "replace"), None)
        elif (letter := letter_of(record, with_value=False)) is not None:
            found[letter.letter_id] = letter
    return [letter for _, letter in sorted(found.items()) if wanted(letter)]


async def with_values(kafka: KafkaOptions, topic: str, which: Iterable[Letter]) -> AsyncIterator[Letter]:
    """These letters with their values, as the topic gives them, each at least once."""
    ids = {letter.letter_id for letter in which}
    async for record in read_topic(kafka, topic):
        if record.value is not None and (letter := letter_of(record, with_value=True)) is not None and letter.letter_id in ids:
            yield letter


async def send_again(kafka: KafkaOptions, topic: str, which: Sequence[Letter]) -> dict[str, str]:
    """Send the inputs of these letters again, and remove each letter once its input is delivered.

    Answers why not, by id, for those that can't be sent. A kill in between leaves letters whose input was sent: sent once more, it
    changes nothing.
    """
    problems: dict[str, str] = {}
    sent: set[str] = set()
    async with _producing(kafka) as producer:
        async for letter in with_values(kafka, topic, which):
            if letter.letter_id in sent:
                continue
            sent.add(letter.letter_id)
            try:
                again = sent_again(letter)
            except UnsendableError as error:
                problems[letter.letter_id] = str(error)
                continue
            await deliver(producer, [again], kafka.patience_s)
            await deliver(producer, [tombstone(topic, letter.letter_id)], kafka.patience_s)
    return problems


async def remove(kafka: KafkaOptions, topic: str, which: Iterable[Letter]) -> None:
    """Remove these letters."""
    async with _producing(kafka) as producer:
        await deliver(producer, [tombstone(topic, letter.letter_id) for letter in which], kafka.patience_s)


@asynccontextmanager
async def _producing(kafka: KafkaOptions) -> AsyncIterator[AIOKafkaProducer]:
    producer = make_producer(kafka)
    await start(producer, kafka)
    try:
        yield producer
    finally:
        await producer.stop()


def letter_of(record: ConsumerRecord, *, with_value: bool) -> Letter | None:
    """A record of the topic as a letter; None, and a warning, for one that is none."""
    headers = dict(record.headers)
    told = {name.removeprefix(PREFIX): value for name, value in headers.items() if name.startswith(PREFIX)}
    try:
        topic, partition, offset = told["topic"].decode(), int(told["partition"]), int(told["offset"])
        reasons = {name: value.decode("utf-8", "replace") for name, value in told.items() if name != "key"}
    except (KeyError, ValueError):
        reasons = {}
    if not reasons.keys() >= ALWAYS_TOLD:
        log.warning("%s-%d@%d is no dead letter", record.topic, record.partition, record.offset)
        return None
    is_null = "value" in reasons.get("null", "")
    value = None if is_null or not with_value else record.value
    source = Input(topic=topic, partition=partition, offset=offset, key=told.get("key"), value=value, headers=own_headers(record.headers))
    return Letter(source=source, reasons=reasons, size=len(record.value or b""))

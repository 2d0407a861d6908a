"""The worker put together: two Faust agents, and what runs beside them, from start to end.

Topics of raw bytes, acknowledgement by hand and after delivery, one of each agent; where Faust loses or stalls, the reason
for our way stands beside it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from time import monotonic
from typing import Any

import faust
from aiokafka import TopicPartition
from faust.exceptions import ConsumerNotStarted

from dateline.app.options import changelog
from dateline.app.stopping import stop_on_signals
from dateline.app.topics import prepare_topics
from dateline.app.worker.extract_agent import Extracting, Pool
from dateline.app.worker.faust_app import App
from dateline.app.worker.merge_agent import Merging
from dateline.delivery.health import BEAT_S, Health, beating, serving
from dateline.delivery.kafka import KafkaOptions, make_producer, start, tls_context
from dateline.delivery.last_words import stop_hard
from dateline.delivery.metrics import Metrics
from dateline.delivery.outbox import Outbox
from dateline.delivery.watchdog import Consumption, watching
from dateline.settings import Settings

STOPS_WITHIN_S = 10.0  # Faust's own stop, once nothing is in hand; it takes one to three seconds

NEVER_S = 86_400.0  # without a fetch for so long aiokafka leaves the group, and then it and Faust wait for each other: ours is the watchdog

log = logging.getLogger(__name__)


class WorkerError(RuntimeError):
    """The worker ended by itself; the cause says why."""


@dataclass(frozen=True, slots=True)
class Worker:
    """A Faust app and what runs beside it."""

    app: Any
    extracting: Extracting
    merging: Merging


def run_worker(settings: Settings, pool: Pool) -> None:
    """Work until SIGTERM or SIGINT. Raises what makes it impossible: TopicError, PortTakenError, KafkaError, WorkerError."""
    asyncio.run(_until_signalled(settings, pool))


async def _until_signalled(settings: Settings, pool: Pool) -> None:
    await work(settings, pool, stop_on_signals())


async def work(settings: Settings, pool: Pool, stopping: asyncio.Event) -> None:
    """Work until `stopping` is set, then finish what is in hand, commit, and leave the group."""
    health, metrics = Health(settings.http.stalled_after_s), Metrics()
    async with AsyncExitStack() as open_now:
        worker = await _unless(stopping, _start(settings, pool, metrics, open_now))
        if worker is None:
            return
        port = open_now.enter_context(serving(settings.http.host, settings.http.worker_port, health, metrics))
        log.info("health and metrics on http://%s:%d", settings.http.host, port)
        consumption = Consumption(settings.kafka, settings.worker.group, settings.worker.no_progress_s)
        open_now.enter_context(watching(health, consumption, frozen_after_s=settings.worker.session_timeout_s))
        await _run(worker, settings, stopping, _observe(worker, health, metrics, consumption), health)


async def _unless(stopping: asyncio.Event, beginning: Coroutine[Any, Any, Worker]) -> Worker | None:
    """What is started; None when we are told to stop meanwhile, however long a broker keeps us waiting."""
    starting, stop = asyncio.create_task(beginning), asyncio.create_task(stopping.wait())
    await asyncio.wait([starting, stop], return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if starting.done():
        return starting.result()
    starting.cancel()
    await asyncio.wait([starting])
    return None


async def _start(settings: Settings, pool: Pool, metrics: Metrics, open_now: AsyncExitStack) -> Worker:
    log.info("starting: topics and producer on %s", settings.kafka.bootstrap)
    counts = await prepare_topics(settings)
    producer = make_producer(settings.kafka)
    open_now.push_async_callback(producer.stop)
    await start(producer, settings.kafka)
    return _assemble(settings, pool, Outbox(producer, settings.kafka, settings.topics.deadletters, metrics), counts)


def _faust_app(settings: Settings) -> Any:
    options, kafka = settings.worker, settings.kafka
    return App(
        options.group,
        broker=[f"kafka://{server.strip()}" for server in kafka.bootstrap.split(",")],
        broker_credentials=_credentials(kafka),
        web_enabled=False,
        topic_allow_declare=False,  # topics are made with their settings before we start
        topic_disable_leader=True,
        stream_buffer_maxsize=options.buffer,
        stream_wait_empty=False,  # it has no deadline; ours is below
        broker_session_timeout=options.session_timeout_s,
        broker_heartbeat_interval=options.heartbeat_s,
        broker_rebalance_timeout=options.rebalance_timeout_s,
        broker_request_timeout=kafka.request_timeout_s,
        broker_commit_interval=options.commit_interval_s,
        broker_max_poll_interval=NEVER_S,
        consumer_max_fetch_size=options.fetch_bytes,
        consumer_auto_offset_reset="earliest",
    )


def _credentials(kafka: KafkaOptions) -> Any:
    """What the settings say of security, in Faust's words; None for a plain connection."""
    context = tls_context(kafka)
    if kafka.uses_sasl:
        password = kafka.sasl_password.get_secret_value()
        return faust.SASLCredentials(username=kafka.sasl_username, password=password, ssl_context=context, mechanism=kafka.sasl_mechanism)
    return faust.SSLCredentials(context) if context else None


def _assemble(settings: Settings, pool: Pool, outbox: Outbox, counts: dict[str, int]) -> Worker:
    app, options, topics = _faust_app(settings), settings.worker, settings.topics
    raw = {"key_type": bytes, "value_type": bytes, "key_serializer": "raw", "value_serializer": "raw", "allow_empty": True}
    articles = app.topic(topics.articles, partitions=counts[topics.articles], **raw)
    mentions = app.topic(topics.mentions, partitions=counts[topics.mentions], **raw)
    in_hand = pool.processes * options.articles_per_process
    extracting = Extracting(pool, outbox, topics, counts[topics.mentions], in_hand)
    merging = Merging(changelog(options.group), settings.merging, outbox, topics, options.merge_batch, options.session_timeout_s)

    @app.agent(articles, name="extract")
    async def extract(stream: Any) -> None:
        await extracting.take(stream.noack().events())

    @app.agent(mentions, name="merge")
    async def merge(stream: Any) -> None:
        await merging.take(stream.noack().events())

    @app.on_partitions_revoked.connect(weak=False)
    async def let_go(*_: Any, **__: Any) -> None:
        await merging.let_go(options.rebalance_timeout_s / 2)

    @app.on_rebalance_complete.connect(weak=False)
    async def restore(*_: Any, **__: Any) -> None:
        # Faust now seeks to what was committed, and lets our partitions be fetched when we are done. Where it had none before, it did
        # not stop fetching: what came before the seek would be lost and its partition never committed again.
        app.consumer.stop_flow()
        generation = app.consumer_generation_id
        partitions = {tp.partition for tp in app.consumer.assignment() if tp.topic == topics.mentions}
        try:
            await merging.restore(partitions, lambda: app.consumer_generation_id == generation)
        except Exception as error:  # noqa: BLE001 — the edge: Faust would go on without telling us, and without a state
            stop_hard(f"the merge state can't be read back: {error!r}")

    return Worker(app, extracting, merging)


async def _run(worker: Worker, settings: Settings, stopping: asyncio.Event, observing: Coroutine[Any, Any, None], health: Health) -> None:
    beside = [
        asyncio.create_task(beating(health), name="heartbeat of the loop"),
        asyncio.create_task(observing, name="watching lag and readiness"),
        asyncio.create_task(worker.extracting.finish(), name="finishing articles"),
        asyncio.create_task(worker.merging.finish(), name="merging"),
    ]
    wanted_end = asyncio.create_task(stopping.wait(), name="stop")
    app_end = asyncio.create_task(_start_and_wait(worker.app), name="Faust")
    ends = [wanted_end, app_end, *beside]
    try:
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if wanted_end.done():
            health.not_ready("stopping")
            await _drain(worker, settings.worker.drain_s)
        await _within(worker.app.stop(), STOPS_WITHIN_S, "Faust did not stop")
    finally:
        failed = next((task for task in ends if task.done() and not task.cancelled() and task.exception()), None)
        for task in ends:
            task.cancel()
        await asyncio.gather(*ends, return_exceptions=True)
    if failed is not None:
        raise WorkerError(f"{failed.get_name()} failed: {failed.exception()!r}") from failed.exception()
    if not stopping.is_set():
        raise WorkerError(f"Faust ended: {worker.app.crash_reason!r}") from worker.app.crash_reason


async def _start_and_wait(app: Any) -> None:
    await app.start()
    await app.wait_until_stopped()


async def _drain(worker: Worker, within_s: float) -> None:
    """Let what is in hand be finished and committed; what is not, comes again."""
    worker.app.consumer.stop_flow()
    worker.app.flow_control.suspend()
    worker.app.flow_control.clear()
    try:
        async with asyncio.timeout(within_s):
            await worker.extracting.drained()
            await worker.merging.drained()
            await worker.app.consumer.commit()
    except TimeoutError:
        log.warning("not everything in hand was finished within %.0f s; it is read again at the next start", within_s)


async def _within(work: Coroutine[Any, Any, None], seconds: float, what: str) -> None:
    try:
        await asyncio.wait_for(work, seconds)
    except TimeoutError:
        stop_hard(f"{what} within {seconds:.0f} s; all that is acknowledged was delivered")


async def _observe(worker: Worker, health: Health, metrics: Metrics, consumption: Consumption) -> None:
    """Tell whether partitions are assigned and recovered, which we are to get on with, and how far behind we are."""
    app, restored, waiting_since = worker.app, 0, monotonic()
    try:
        while True:
            if _is_ready(app):
                health.ready()
                consumption.partitions = frozenset(TopicPartition(tp.topic, tp.partition) for tp in app.consumer.assignment())
                waiting_since = monotonic()
            else:
                health.not_ready("waiting for partitions and their state")
                consumption.partitions = frozenset()
                if worker.merging.restored != restored:
                    restored, waiting_since = worker.merging.restored, monotonic()
                if (waited := monotonic() - waiting_since) > consumption.after_s:
                    stop_hard(f"no partitions, or no state for them, for {waited:.0f} s")
            for tp, end in list(app.monitor.tp_end_offsets.items()):
                committed = app.monitor.tp_committed_offsets.get(tp)
                if committed is not None:
                    metrics.lag.labels(tp.topic, tp.partition).set(max(0, end - committed))
            await asyncio.sleep(BEAT_S)
    finally:
        consumption.partitions = frozenset()


def _is_ready(app: Any) -> bool:
    try:
        return bool(app.consumer.assignment() is not None and not app.rebalancing and app.tables.recovery.completed.is_set())
    except (AttributeError, ConsumerNotStarted):  # Faust has no consumer or tables yet
        return False

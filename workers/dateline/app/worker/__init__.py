"""The worker: articles to mentions, mentions to events, on Faust.

    with ReaderPool(settings.reading, settings.geography) as pool:
        run_worker(settings, pool)         # until SIGTERM or SIGINT, then what is in hand is finished

Inside: extract_agent (articles, one reading process each) and merge_agent (mentions, in batches) → merge_state (what is held of each
partition, and its changelog); faust_app and stream are what we do otherwise than Faust; service puts it together, with health, metrics
and the watchdog.
"""

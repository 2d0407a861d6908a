"""The poller on Kafka: the list of feeds and their states on the feeds topic, articles to the articles topic.

    async with open_poller(kafka, topics, options, polling, observe=observe) as poller:
        await poller.run(stop)                          # its share of the feeds, as the group gives it
        await poller.take(feed_id, step)                # from beside: one step of one feed, in turn with its polls

Inside: feed_topic (the records) → group (which partitions are ours) → share (what is known of their feeds) → schedule (which is next)
→ desk (one poll, and what is kept of it) → poller (all of it). pressure makes feeds wait while workers are behind; feed_list adds and
removes feeds; service runs a poller with health and metrics.
"""

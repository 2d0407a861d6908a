"""Delivery: records to and from Kafka, acknowledged only when what was made of them is on the broker.

Knows topics, headers and offsets; nothing here knows what an event is about.
"""

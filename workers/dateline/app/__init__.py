"""The stages put on Kafka: where topics, agents and stages meet. Everything else is ignorant of the wiring."""

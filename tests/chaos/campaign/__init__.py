"""Incidents on a real Kafka: a living installation is struck, asked all the time, healed, and everything is counted again."""

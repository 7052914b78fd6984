"""Wires: the ports of `topics.ports` on Kafka and in memory, one behaviour."""

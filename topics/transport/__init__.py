"""Wires: the ports of `topics.transport.ports` on Kafka and in memory, one behaviour."""

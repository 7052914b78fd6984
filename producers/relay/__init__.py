"""The relay: what an outbox holds reaches the log, in order."""

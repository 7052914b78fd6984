"""Kafka's behaviour in memory, proven by the suite that proves the real one."""

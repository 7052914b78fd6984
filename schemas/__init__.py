"""What is said: pure facts, with no clock, no socket and no client library."""

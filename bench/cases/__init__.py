"""One measurement per module; each runs in a process of its own (`bench.child`)."""

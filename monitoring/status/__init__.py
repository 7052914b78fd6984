"""The status document: counts, positions, and how people read it."""

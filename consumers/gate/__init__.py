"""The gate: who is asked about, by which rules, what is decided, and what is kept of it."""

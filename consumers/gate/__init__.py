"""The gate: who is asked about, by which rules, what is decided, and the hits that say why."""

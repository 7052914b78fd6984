"""Reading the log: up to where it ended, heads, gapless sequences."""

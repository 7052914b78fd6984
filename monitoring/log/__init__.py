"""Reading the log: heads, gapless sequences."""

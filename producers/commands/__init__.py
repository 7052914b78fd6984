"""Commands of a court to agencies."""

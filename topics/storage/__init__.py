"""Databases, the outbox in them, and private files."""

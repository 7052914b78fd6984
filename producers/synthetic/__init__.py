"""Fictitious, checksum-valid people and rows."""

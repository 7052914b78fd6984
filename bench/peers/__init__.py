"""Standalone scripts for the peers' own environment; they must not import anything of this package."""

"""Sightings, and the watches under which they are told."""

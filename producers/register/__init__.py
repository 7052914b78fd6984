"""The database of a jurisdiction's publisher."""

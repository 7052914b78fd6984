"""An agency node: all its parts in one process."""

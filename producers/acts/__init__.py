"""Single acts of a court on its own entries."""

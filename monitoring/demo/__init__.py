"""The story of the bus, played for real: ``liandong demo``."""
